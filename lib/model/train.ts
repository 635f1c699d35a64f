import type * as tf from "@tensorflow/tfjs";
import { join } from "node:path";
import { InputError } from "lib/errors.ts";
import { type Examples, hashImages, noteTraining, wasTrained } from "lib/model/examples.ts";
import { checkRun, fit, type FitSettings, type OnProgress } from "lib/model/fit.ts";
import { identify, type Identity } from "lib/model/identity.ts";
import { loadModel, readTrainingRecord, saveModel, type TrainedModel } from "lib/model/store.ts";
import { ImageDataGenerator } from "lib/preprocessing/mod.ts";
import { readSettings, type Settings } from "lib/settings.ts";

/** How a model is trained, and what it is called. */
export interface TrainSettings extends FitSettings {
  /** The model's folder below `outputs/models/`. */
  readonly name: string;
  readonly onProgress?: OnProgress;
}

/** A trained model, and whether this call trained it. */
export interface TrainingResult extends TrainedModel {
  /** True if an earlier run made the model, from the very same parts. */
  readonly fromEarlierRun: boolean;
  /** What a person should know: that training went on, that a saved model was damaged, and such. */
  readonly notes: readonly string[];
}

/**
 * Trains a compiled classifier and saves it in `outputs/models/NAME`; or takes it from there, if an
 * earlier run trained the same network from the same weights, on the same examples in the same order,
 * with the same settings, by the same code. What made a model is its identity ({@linkcode identify});
 * nothing else is taken for it.
 *
 * @param model What {@linkcode fit} takes. It has the trained weights afterwards in either case.
 * @param data Images in 0..1 with labels; the validation images must not be among the training images.
 * @param settings Hyperparameters; those of the optimizer are the model's.
 * @throws {InputError} If a hyperparameter makes no sense, or the model or the data don't fit.
 */
export async function train(
  model: tf.LayersModel,
  data: { readonly train: Examples; readonly validation: Examples },
  { name, onProgress, ...settings }: TrainSettings,
  { outputs, force }: Pick<Settings, "outputs" | "force"> = readSettings(),
): Promise<TrainingResult> {
  checkName(name);
  checkRun(model, data.train, data.validation, settings);
  const folder = join(outputs, "models", name);
  const trainingImages = hashImages(data.train.images);
  const identity = await identify(model, data, settings, trainingImages);
  const notes = [...identity.obstacles];
  if (wasTrained(model)) {
    notes.push("The network had been trained before, so this training went on from there.");
  }
  const earlier = force ? undefined : await findEarlier(folder, identity, notes);
  if (earlier !== undefined) {
    model.setWeights(earlier.model.getWeights());
    earlier.model.dispose();
    noteTraining(model, trainingImages);
    return { ...earlier, model, fromEarlierRun: true, notes };
  }

  const optimizer = { name: model.optimizer.getClassName(), ...model.optimizer.getConfig() };
  const start = performance.now();
  const result = await fit(model, data.train, data.validation, settings, onProgress);
  const trainSeconds = (performance.now() - start) / 1000;
  const { augmentation, ...plain } = settings;
  const trained: TrainedModel = {
    model,
    ...(identity.digest !== undefined && { identity: identity.digest }),
    settings: {
      ...plain,
      ...(augmentation && {
        augmentation: augmentation instanceof ImageDataGenerator ? augmentation.options : true,
      }),
    },
    optimizer,
    ...result,
    trainSeconds,
  };
  await saveModel(folder, trained, trainingImages);
  return { ...trained, fromEarlierRun: false, notes };
}

/** The model that an earlier run made of the same parts, whole. */
async function findEarlier(
  folder: string,
  { digest }: Identity,
  notes: string[],
): Promise<TrainedModel | undefined> {
  if (digest === undefined) return undefined;
  try {
    if ((await readTrainingRecord(folder))?.identity === digest) return await loadModel(folder);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    notes.push(
      `The saved model was damaged (${error.message.split(":")[0]}), so it was trained again.`,
    );
  }
  return undefined;
}

function checkName(name: string): void {
  if (!/^\w[\w.-]*$/.test(name)) {
    throw new InputError(
      `The model's name is ${
        JSON.stringify(name)
      }; expected letters, digits, "-", "_" and ".": it names a folder.`,
    );
  }
}
