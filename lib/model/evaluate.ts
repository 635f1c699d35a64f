import * as tf from "@tensorflow/tfjs";
import { CLASSES, PIXELS } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";
import { formatCount } from "lib/format.ts";
import { checkExamples, countTrainedOn, type Examples } from "lib/model/examples.ts";
import { imageTensor } from "lib/model/shapes.ts";

/** Batches bound the memory; at this size their overhead is far below the arithmetic. */
const BATCH_SIZE = 256;

/** Keras's `epsilon`: probabilities are clipped to it before the logarithm. */
const EPSILON = 1e-7;

/**
 * Class probabilities for images.
 *
 * @param images `[n, 28, 28]` in 0..1.
 * @returns `[n, 10]`, each row summing to 1.
 */
export function predictProbabilities(model: tf.LayersModel, images: Float32Array): Float32Array {
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
 * @throws {InputError} If the model was trained on any of the images: what comes out would not be a
 * validation figure. `onTrainingImages` asks for it all the same.
 */
export function evaluate(
  model: tf.LayersModel,
  examples: Examples,
  { onTrainingImages = false }: EvaluateOptions = {},
): Evaluation {
  checkExamples(examples, "examples");
  if (!onTrainingImages) refuseTrainingImages(model, examples);
  const { images, labels } = examples;
  const probabilities = predictProbabilities(model, images);
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
