import type * as tf from "@tensorflow/tfjs";
import { concat } from "lib/concat.ts";
import { CLASSES, PIXELS } from "lib/digits.ts";
import type { Examples } from "lib/model/mod.ts";
import { RandomState } from "lib/random.ts";
import { mnistImage } from "lib/read/ink.ts";
import { readerOf } from "lib/read/model.ts";
import { lookAgain } from "lib/read/second_look.ts";
import { drawNegative } from "lib/read/training/negatives.ts";

/** How sure the network has to be, and what that does to unseen digits. Shares are 0..1. */
export interface Calibration {
  /** Below this probability a digit is not read but marked. */
  readonly threshold: number;
  /** Share of the validation digits whose most probable class is theirs. */
  readonly accuracy: number;
  /** Share of the validation digits that is read. */
  readonly readShare: number;
  /** Of those, the share that is right. */
  readonly readAccuracy: number;
  /** Of drawn things that are no digits, made with validation digits: the share that is read. */
  readonly falseDigits: number;
}

/** Accuracy that is asked of what is read. */
const WANTED_ACCURACY = 0.995;
const NEGATIVES = 4000;

/** Finds the lowest threshold, a multiple of 0.01, at which what is read of the digits is accurate. */
export async function calibrate(
  model: tf.LayersModel,
  digits: Examples,
  seed: number,
): Promise<Calibration> {
  const random = new RandomState(seed);
  const negatives = new Float32Array(NEGATIVES * PIXELS);
  for (let at = 0; at < negatives.length; at += PIXELS) {
    negatives.set(mnistImage(drawNegative(digits, random)), at);
  }
  const judged = (await read(model, digits.images))
    .map(({ digit, probability }, i) => ({ probability, isRight: digit === digits.labels[i] }));
  const accuracyAt = (threshold: number): number =>
    share(judged.filter((each) => each.probability >= threshold), ({ isRight }) => isRight);
  let threshold = 0.3;
  while (threshold < 0.99 && accuracyAt(threshold) < WANTED_ACCURACY) {
    threshold = Math.round(100 * threshold + 1) / 100;
  }
  const isRead = ({ probability }: { probability: number }): boolean => probability >= threshold;
  return {
    threshold,
    accuracy: accuracyAt(0),
    readShare: share(judged, isRead),
    readAccuracy: accuracyAt(threshold),
    falseDigits: share(await read(model, negatives), isRead),
  };
}

function share<T>(values: readonly T[], holds: (value: T) => boolean): number {
  return values.filter(holds).length / values.length;
}

/** The most probable digit of each image, and its probability. */
async function read(
  model: tf.LayersModel,
  images: Float32Array,
): Promise<{ digit: number; probability: number }[]> {
  const { classify } = readerOf(model);
  const rows = await classify(images);
  const count = images.length / PIXELS, classes = rows.length / count;
  const digits = Array.from(
    { length: count },
    (_, i) => rows.subarray(i * classes, i * classes + CLASSES),
  );
  const probabilities = await lookAgain(images, concat(Float32Array, digits), classify);
  return Array.from({ length: count }, (_, i) => {
    const row = probabilities.subarray(i * CLASSES, (i + 1) * CLASSES);
    const probability = Math.max(...row);
    return { digit: row.indexOf(probability), probability };
  });
}
