import * as tf from "@tensorflow/tfjs";
import { CLASSES, PIXELS } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";
import { formatCount } from "lib/format.ts";
import { checkExamples, countTrainedOn, type Examples } from "lib/model/examples.ts";
import { imageTensor } from "lib/model/shapes.ts";
import { ImageDataGenerator, type TransformParameters } from "lib/preprocessing/mod.ts";

/** Batches bound the memory; at this size their overhead is far below the arithmetic. */
const BATCH_SIZE = 256;

/** Keras's `epsilon`: probabilities are clipped to it before the logarithm. */
const EPSILON = 1e-7;

/** A way to look at an image, in Keras's terms; `{}` is the image as it is. Beyond the rim is 0. */
export type View = Partial<TransformParameters>;

const AS_IT_IS: View = {};

/**
 * Class probabilities for images.
 *
 * @param models One network, or several that are asked together.
 * @param images `[n, 28, 28]` in 0..1.
 * @param views How each image is looked at. Default: as it is.
 * @returns `[n, 10]`, each row summing to 1: the mean over all networks and views.
 */
export function predictProbabilities(
  models: tf.LayersModel | readonly tf.LayersModel[],
  images: Float32Array,
  views: readonly View[] = [AS_IT_IS],
): Float32Array {
  const all = [models].flat() as tf.LayersModel[];
  const mean = new Float32Array(images.length / PIXELS * CLASSES);
  const share = 1 / (all.length * views.length);
  for (const view of views) {
    const seen = lookAt(images, view);
    for (const model of all) {
      predict(model, seen).forEach((probability, i) => mean[i]! += share * probability);
    }
  }
  return mean;
}

const viewer = new ImageDataGenerator({ fillMode: "constant" });

/** Images as a view shows them. */
function lookAt(images: Float32Array, view: View): Float32Array {
  if (Object.keys(view).length === 0) return images;
  const parameters: TransformParameters = {
    theta: 0,
    tx: 0,
    ty: 0,
    shear: 0,
    zx: 1,
    zy: 1,
    flipHorizontal: false,
    flipVertical: false,
    ...view,
  };
  const seen = new Float32Array(images.length);
  for (let start = 0; start < images.length; start += PIXELS) {
    const [from, to] = [images, seen].map((array) => array.subarray(start, start + PIXELS));
    viewer.applyTransform(from!, parameters, undefined, to as Float32Array<ArrayBuffer>);
  }
  return seen;
}

/** One network's probabilities for images, `[n, 10]`. */
function predict(model: tf.LayersModel, images: Float32Array): Float32Array {
  const size = images.length / PIXELS;
  const probabilities = new Float32Array(size * CLASSES);
  for (let start = 0; start < size; start += BATCH_SIZE) {
    const end = Math.min(start + BATCH_SIZE, size);
    tf.tidy(() => {
      const x = imageTensor(model, images.subarray(start * PIXELS, end * PIXELS));
      const y = model.predictOnBatch(x) as tf.Tensor;
      probabilities.set(y.dataSync() as Float32Array, start * CLASSES);
    });
  }
  return probabilities;
}

/** The most probable class of each row; the first of equals. `[n, 10]` to `[n]`. */
export function argMax(probabilities: Float32Array): Uint8Array {
  const labels = new Uint8Array(probabilities.length / CLASSES);
  for (let i = 0; i < labels.length; i++) {
    const row = probabilities.subarray(i * CLASSES, (i + 1) * CLASSES);
    for (let k = 1; k < CLASSES; k++) if (row[k]! > row[labels[i]!]!) labels[i] = k;
  }
  return labels;
}

/** How a model does on labelled examples. */
export interface Evaluation {
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /** Fraction read right, 0..1. */
  readonly accuracy: number;
  /** `[n, 10]` */
  readonly probabilities: Float32Array;
  /** The most probable classes, `[n]`. */
  readonly predictions: Uint8Array;
}

/** What {@linkcode evaluate} can be told. */
export interface EvaluateOptions {
  /** Evaluate on images that the model was trained on, too. Default: false. */
  readonly onTrainingImages?: boolean;
  /** How each image is looked at. Default: as it is. */
  readonly views?: readonly View[];
}

/** @throws {InputError} If a model was trained on any of the images. */
export function refuseTrainingImages(model: tf.LayersModel, { images, labels }: Examples): void {
  const known = countTrainedOn(model, images);
  if (known === 0) return;
  throw new InputError(
    `The model was trained on ${formatCount(known)} of these ${
      formatCount(labels.length)
    } images, so its ` +
      "accuracy on them would say nothing about unseen digits. Use the split that it was trained " +
      "with, or train it again. (To see its accuracy on training images: " +
      "`evaluate(model, examples, { onTrainingImages: true })`.)",
  );
}

/**
 * Predicts the examples and compares with their labels; Keras's `Model.evaluate`.
 *
 * @param models One network, or several that are asked together.
 * @throws {InputError} If one was trained on any of the images: what comes out would not be a
 * validation figure. `onTrainingImages` asks for it all the same.
 */
export function evaluate(
  models: tf.LayersModel | readonly tf.LayersModel[],
  examples: Examples,
  { onTrainingImages = false, views }: EvaluateOptions = {},
): Evaluation {
  checkExamples(examples, "examples");
  if (!onTrainingImages) {
    for (const model of [models].flat()) refuseTrainingImages(model as tf.LayersModel, examples);
  }
  return judge(predictProbabilities(models, examples.images, views), examples.labels);
}

/**
 * Compares probabilities with labels.
 *
 * @param probabilities `[n, 10]`
 * @param labels `[n]`
 */
export function judge(probabilities: Float32Array, labels: Uint8Array): Evaluation {
  const predictions = argMax(probabilities);
  let loss = 0;
  let correct = 0;
  labels.forEach((label, i) => {
    const p = probabilities[i * CLASSES + label]!;
    loss -= Math.log(Math.min(Math.max(p, EPSILON), 1 - EPSILON));
    if (predictions[i] === label) correct++;
  });
  return {
    loss: loss / labels.length,
    accuracy: correct / labels.length,
    probabilities,
    predictions,
  };
}
