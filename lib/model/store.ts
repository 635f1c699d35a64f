import * as tf from "@tensorflow/tfjs";
import { join } from "node:path";
import { InputError } from "lib/errors.ts";
import {
  readFileIfThere,
  readTextIfThere,
  removeIfThere,
  sha256,
  writeFileAtomically,
} from "lib/files.ts";
import { type ImageHashes, noteTraining } from "lib/model/examples.ts";
import type { FitSettings, History } from "lib/model/fit.ts";

/** What is kept beside a trained model. */
export interface TrainingRecord {
  /** What made the model: a run with the same digest is not trained again. Absent if it has none. */
  readonly identity?: string;
  /** How it was trained; an augmentation by its options, or `true` if it has none. */
  readonly settings: Omit<FitSettings, "augmentation"> & { readonly augmentation?: unknown };
  /** The optimizer's name, in Keras's words, and its settings. */
  readonly optimizer: { readonly name: string } & Readonly<Record<string, unknown>>;
  /** The figures of each epoch. */
  readonly history: History;
  /** The epoch whose weights the model has, counted from 1. */
  readonly keptEpoch: number;
  /** Wall-clock time of the training in seconds, validation included. */
  readonly trainSeconds: number;
}

/** A model with the record of its training. */
export interface TrainedModel extends TrainingRecord {
  /** With the trained weights. */
  readonly model: tf.LayersModel;
}

const RECORD = "training.json";
const MODEL = "model.json";
const WEIGHTS = "weights.bin";
const TRAINING_IMAGES = "training-images.bin";

/** The record as it is written. */
interface SignedRecord extends TrainingRecord {
  /** SHA-256 (hex) of the other files of the model. */
  readonly files: Readonly<Record<string, string>>;
  /** SHA-256 (hex) of the rest of the record. */
  readonly sha256: string;
}

/**
 * Saves a model in TensorFlow.js's LayersModel format (`model.json`, `weights.bin`), loadable with
 * `tf.loadLayersModel`; hashes of the images that it was trained on; and `training.json` with the
 * digests of all, which is removed first and written last, so that a folder that has one is whole.
 */
export async function saveModel(
  folder: string,
  { model, ...record }: TrainedModel,
  trainingImages: ImageHashes,
): Promise<void> {
  await removeIfThere(join(folder, RECORD));
  const files: Record<string, string> = {};
  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    files[name] = sha256(content);
    await writeFileAtomically(join(folder, name), content);
  };
  await model.save(tf.io.withSaveHandler(async (artifacts) => {
    const { modelTopology, weightSpecs = [], weightData, format } = artifacts;
    const modelJson: tf.io.ModelJSON = {
      modelTopology: modelTopology!,
      format: format ?? "layers-model",
      generatedBy: `TensorFlow.js tfjs-layers v${tf.version["tfjs-layers"]}`,
      convertedBy: null!,
      weightsManifest: [{ paths: [WEIGHTS], weights: weightSpecs }],
    };
    await write(WEIGHTS, new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData)));
    await write(MODEL, JSON.stringify(modelJson));
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
  }));
  await write(TRAINING_IMAGES, new Uint8Array(trainingImages.buffer));
  const signed: SignedRecord = sign({ ...record, files });
  await writeFileAtomically(join(folder, RECORD), JSON.stringify(signed, null, 2) + "\n");
}

/**
 * The record of a saved model, or `undefined` where none is saved.
 *
 * @throws {InputError} If the record is damaged.
 */
export async function readTrainingRecord(folder: string): Promise<SignedRecord | undefined> {
  const path = join(folder, RECORD);
  const text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  try {
    const { sha256: digest, ...rest } = JSON.parse(text);
    if (sign(rest).sha256 === digest) return { ...rest, sha256: digest };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  throw damaged(path);
}

/**
 * Loads a model that {@linkcode saveModel} wrote.
 *
 * @throws {InputError} Where there is none, or if one of its files is missing or has changed.
 */
export async function loadModel(folder: string): Promise<TrainedModel> {
  const signed = await readTrainingRecord(folder);
  if (signed === undefined) {
    throw new InputError(
      `${folder}: no trained model there; run the notebook that trains it, or \`deno task report\`.`,
    );
  }
  const { files, sha256: _, ...record } = signed;
  const read = async (name: string): Promise<Uint8Array<ArrayBuffer>> => {
    const path = join(folder, name);
    const bytes = await readFileIfThere(path);
    if (!bytes || sha256(bytes) !== files[name]) throw damaged(path);
    return bytes;
  };
  const trainingImages = new Uint32Array((await read(TRAINING_IMAGES)).buffer);
  const weights = await read(WEIGHTS);
  const modelJson: tf.io.ModelJSON = JSON.parse(new TextDecoder().decode(await read(MODEL)));
  const model = await tf.loadLayersModel(tf.io.fromMemory({
    modelTopology: modelJson.modelTopology,
    weightSpecs: modelJson.weightsManifest.flatMap((group) => group.weights),
    weightData: weights.buffer,
  }));
  noteTraining(model, trainingImages);
  return { model, ...record };
}

function sign(record: Omit<SignedRecord, "sha256">): SignedRecord {
  return { ...record, sha256: sha256(JSON.stringify(record)) };
}

function damaged(path: string): InputError {
  return new InputError(
    `${path} is missing or damaged: it is not what the training wrote. Run the notebook that trains ` +
      "the model again, or `deno task report`.",
  );
}
