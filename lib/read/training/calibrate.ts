import * as tf from "@tensorflow/tfjs";
import { CLASSES, IMAGE_SIZE, PIXELS } from "lib/digits.ts";
import type { Examples } from "lib/model/mod.ts";
import { RandomState } from "lib/random.ts";
import { mnistImage } from "lib/read/ink.ts";
import { drawNegative } from "lib/read/training/negatives.ts";

import { READER_CLASSES } from "lib/read/training/train.ts";
import { warp } from "lib/read/training/warp.ts";

/** How sure the network has to be, and what that does to unseen digits. Shares are 0..1. */
export interface Calibration {
  /** Below this probability a digit is not read but marked. */
  readonly threshold: number;
  /** Of the validation digits as they are: share whose most probable class is theirs. */
  readonly accuracy: number;
  /** Of the warped validation digits: share that is read. */
  readonly readShare: number;
  /** Of those: share that is right. */
  readonly readAccuracy: number;
  /** Of drawn things that are no digits, made with validation digits: share that is read. */
  readonly falseDigits: number;
}

/** Accuracy that is asked of what is read. */
const WANTED_ACCURACY = 0.998;
const NEGATIVES = 4000;
const BATCH = 256;

/**
 * Finds the lowest threshold at which 99.8% of the digits that are read are right, on validation
 * digits written again as in training; at least 0.5.
 */
export async function calibrate(
  model: tf.LayersModel,
  digits: Examples,
  seed: number,
): Promise<Calibration> {
  const random = new RandomState(seed);
  const plain = await classify(model, digits.images);
  const warped = new Float32Array(digits.images.length);
  for (let at = 0; at < warped.length; at += PIXELS) {
    warped.set(mnistImage(warp(digits.images.subarray(at, at + PIXELS), random)), at);
  }
  const judged = (await classify(model, warped)).map(({ digit, probability }, i) => ({
    probability,
    isRight: digit === digits.labels[i],
  })).sort((a, b) => b.probability - a.probability);
  let right = 0, threshold = judged[0]!.probability;
  judged.forEach(({ isRight, probability }, i) => {
    right += Number(isRight);
    if (right >= WANTED_ACCURACY * (i + 1)) threshold = probability;
  });
  threshold = Math.max(0.5, Math.ceil(threshold * 100) / 100);
  const negatives = new Float32Array(NEGATIVES * PIXELS);
  for (let at = 0; at < negatives.length; at += PIXELS) {
    negatives.set(mnistImage(drawNegative(digits, random)), at);
  }
  const share = (values: boolean[]): number => values.filter(Boolean).length / values.length;
  const read = judged.filter(({ probability }) => probability >= threshold);
  return {
    threshold,
    accuracy: share(plain.map(({ digit }, i) => digit === digits.labels[i])),
    readShare: read.length / judged.length,
    readAccuracy: share(read.map(({ isRight }) => isRight)),
    falseDigits: share(
      (await classify(model, negatives)).map(({ probability }) => probability >= threshold),
    ),
  };
}

/** The most probable digit of each image, and its probability. */
async function classify(
  model: tf.LayersModel,
  images: Float32Array,
): Promise<{ digit: number; probability: number }[]> {
  const found: { digit: number; probability: number }[] = [];
  for (let start = 0; start < images.length; start += BATCH * PIXELS) {
    const part = images.subarray(start, start + BATCH * PIXELS);
    const x = tf.tensor4d(part, [part.length / PIXELS, IMAGE_SIZE, IMAGE_SIZE, 1]);
    const y = model.predictOnBatch(x) as tf.Tensor;
    const rows = await y.data();
    tf.dispose([x, y]);
    for (let row = 0; row < rows.length; row += READER_CLASSES) {
      const probabilities = rows.subarray(row, row + CLASSES);
      const probability = Math.max(...probabilities);
      found.push({ digit: probabilities.indexOf(probability), probability });
    }
  }
  return found;
}
