import type * as tf from "@tensorflow/tfjs";
import { join } from "node:path";
import { InputError } from "lib/errors.ts";
import { removeIfThere } from "lib/files.ts";
import { type Examples, hashImages, noteTraining, wasTrained } from "lib/model/examples.ts";
import {
  type Checkpoints,
  checkRun,
  fit,
  type FitSettings,
  type OnProgress,
} from "lib/model/fit.ts";
import { readCheckpoint, writeCheckpoint } from "lib/model/checkpoint.ts";
import { describeAugmentations, identify, type Identity } from "lib/model/identity.ts";
import { loadModel, readTrainingRecord, saveModel, type TrainedModel } from "lib/model/store.ts";
import { waitForOutputs } from "lib/outputs.ts";
import { readSettings, type Settings } from "lib/settings.ts";

/** How a model is trained, and what it is called. */
export interface TrainSettings extends FitSettings {
  /** The model's folder below `outputs/models/`. */
  readonly name: string;
  /** Gets the progress of the training. */
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
 * A training that was interrupted goes on from the end of its last whole epoch, and ends with the
 * weights and the history that it would have had, bit by bit.
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
  const path = join(folder, CHECKPOINT);
  if (earlier !== undefined) {
    await removeIfThere(path);
    model.setWeights(earlier.model.getWeights());
    earlier.model.dispose();
    noteTraining(model, trainingImages);
    return { ...earlier, model, fromEarlierRun: true, notes };
  }

  const optimizer = { name: model.optimizer.getClassName(), ...model.optimizer.getConfig() };
  const checkpoints = await checkpointsOf(path, identity, notes);
  const start = performance.now();
  const result = await fit(model, data.train, data.validation, settings, onProgress, checkpoints);
  const trainSeconds = (performance.now() - start) / 1000 + (checkpoints?.start?.seconds ?? 0);
  const { augmentation, ...plain } = settings;
  const trained: TrainedModel = {
    model,
    ...(identity.digest !== undefined && { identity: identity.digest }),
    settings: {
      ...plain,
      ...(augmentation && {
        augmentation: describeAugmentations(augmentation).map((options) => options ?? true),
      }),
    },
    optimizer,
    ...result,
    trainSeconds,
  };
  try {
    using _lock = await waitForOutputs(outputs, "a training");
    await saveModel(folder, trained, trainingImages);
    await removeIfThere(path);
  } catch (error) {
    if (!isRefused(error)) throw error;
    throw new InputError(
      `The model is trained, but ${folder} can't be written: ${error.message}. ` +
        "Make room or choose another folder, and run this again.",
    );
  }
  return { ...trained, fromEarlierRun: false, notes };
}

/** Beside the model that is being trained. */
const CHECKPOINT = "checkpoint.bin";

/** Where a training goes on and leaves its state; nowhere if what it is made of can't be told. */
async function checkpointsOf(
  path: string,
  { digest }: Identity,
  notes: string[],
): Promise<Checkpoints | undefined> {
  if (digest === undefined) return undefined;
  const start = await readCheckpoint(path, digest).catch((error) => {
    if (!(error instanceof InputError)) throw error;
    notes.push(`${error.message} So the training began at its first epoch.`);
    return undefined;
  });
  if (start !== undefined) {
    notes.push(
      `An earlier run was interrupted; this one went on after its epoch ${start.history.length}.`,
    );
  }
  let isRefusedBefore = false;
  return {
    ...(start && { start }),
    async save(state): Promise<void> {
      try {
        await writeCheckpoint(path, digest, state);
      } catch (error) {
        if (!isRefused(error)) throw error;
        if (!isRefusedBefore) {
          notes.push(
            `${path} can't be written (${error.message}), so an interrupted training would have ` +
              "begun again.",
          );
        }
        isRefusedBefore = true;
      }
    },
  };
}

/** Whether the system did not let a file be written: a full disk, a folder that is read-only. */
function isRefused(error: unknown): error is Error {
  return error instanceof Error && "code" in error;
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
