import { join } from "node:path";
import { keptRow, type ModelName } from "lib/experiment/model_report.ts";
import { InputError } from "lib/errors.ts";
import { percent } from "lib/format.ts";
import {
  evaluate,
  type Evaluation,
  type Examples,
  loadModel,
  type TrainedModel,
} from "lib/model/mod.ts";
import type { Settings } from "lib/settings.ts";

/** A trained model and how it does on the validation images. */
export interface EvaluatedModel extends TrainedModel {
  /** On the validation images. */
  readonly evaluation: Evaluation;
}

/**
 * Loads a model of the report and evaluates it on the validation images.
 *
 * @throws {InputError} If there is no such model, if it was trained on one of the images, or if it was
 * validated on others: its history and this evaluation would be of different splits.
 */
export async function loadEvaluated(
  name: ModelName,
  validation: Examples,
  { outputs }: Pick<Settings, "outputs">,
): Promise<EvaluatedModel> {
  const trained = await loadModel(join(outputs, "models", name));
  const evaluation = evaluate(trained.model, validation);
  const { valAccuracy } = keptRow(trained);
  if (evaluation.accuracy !== valAccuracy) {
    throw new InputError(
      `${name} was validated on other images than these: its training recorded a validation ` +
        `accuracy of ${percent(valAccuracy)}, here it is ${percent(evaluation.accuracy)}. ` +
        `Run the notebook that trains it (0${name === "model-1" ? "3" : "4"}-${name}) again.`,
    );
  }
  return { ...trained, evaluation };
}
