import type * as tf from "@tensorflow/tfjs";
import { CLASSES, PIXELS } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";

/** Scaled images with their labels. */
export interface Examples {
  /** `[n, 28, 28]` in 0..1. */
  readonly images: Float32Array;
  /** `[n]`, 0..9. */
  readonly labels: Uint8Array;
}

/** @throws {InputError} Unless there are examples, a label for each image, and all are in range. */
export function checkExamples({ images, labels }: Examples, name: string): void {
  if (labels.length === 0) throw new InputError(`\`${name}\` has no examples.`);
  if (images.length !== labels.length * PIXELS) {
    throw new InputError(
      `\`${name}\` has ${images.length / PIXELS} images of ${PIXELS} values and ` +
        `${labels.length} labels; expected a label for each image.`,
    );
  }
  const row = labels.findIndex((label) => label >= CLASSES);
  if (row >= 0) {
    throw new InputError(
      `\`${name}\` has the label ${labels[row]} in row ${row}; expected 0 to ${CLASSES - 1}.`,
    );
  }
}

/** The first `n` examples, or all where there are fewer. */
export function head({ images, labels }: Examples, n: number): Examples {
  return { images: images.subarray(0, n * PIXELS), labels: labels.subarray(0, n) };
}

/** Two words of hash for each image. */
export type ImageHashes = Uint32Array<ArrayBuffer>;

const LANES = 4;

/**
 * A 64-bit hash of each image, by its bits. Four lanes of multiply and xor-shift, each of which is
 * a bijection of its word, so that images that differ in one pixel always differ in the hash of its
 * lane.
 *
 * @param images `[n, 28, 28]`
 * @returns `[n, 2]`
 */
export function hashImages(images: Float32Array): ImageHashes {
  const words = new Uint32Array(images.buffer, images.byteOffset, images.length);
  const hashes = new Uint32Array(images.length / PIXELS * 2);
  for (let row = 0; row < hashes.length / 2; row++) {
    let [a, b, c, d] = [1, 2, 3, 4];
    const end = (row + 1) * PIXELS;
    for (let i = row * PIXELS; i < end; i += LANES) {
      a = Math.imul(a ^ words[i]!, 0x85ebca6b);
      b = Math.imul(b ^ words[i + 1]!, 0xc2b2ae35);
      c = Math.imul(c ^ words[i + 2]!, 0x27d4eb2f);
      d = Math.imul(d ^ words[i + 3]!, 0x165667b1);
      a ^= a >>> 15;
      b ^= b >>> 13;
      c ^= c >>> 16;
      d ^= d >>> 14;
    }
    hashes[2 * row] = Math.imul(a, 0x9e3779b1) ^ ((c << 16) | (c >>> 16)) ^ b;
    hashes[2 * row + 1] = Math.imul(b, 0x9e3779b1) ^ ((d << 16) | (d >>> 16)) ^ a;
  }
  return hashes;
}

/** The images that each model has been trained on, in this process or before it was saved. */
const trainedOn = new WeakMap<tf.LayersModel, Set<number>>();

/** Notes that a model is trained on images. */
export function noteTraining(model: tf.LayersModel, hashes: ImageHashes): void {
  const known = trainedOn.get(model) ?? new Set();
  for (const key of keys(hashes)) known.add(key);
  trainedOn.set(model, known);
}

/** Whether a model has been trained. */
export function wasTrained(model: tf.LayersModel): boolean {
  return trainedOn.has(model);
}

/** How many of the images a model has been trained on. */
export function countTrainedOn(model: tf.LayersModel, images: Float32Array): number {
  const known = trainedOn.get(model);
  if (known === undefined) return 0;
  let count = 0;
  for (const key of keys(hashImages(images))) if (known.has(key)) count++;
  return count;
}

/** 53 bits of each hash, which a number holds exactly. */
function* keys(hashes: ImageHashes): Generator<number, void, void> {
  for (let i = 0; i < hashes.length; i += 2) yield hashes[i]! * 2 ** 21 + (hashes[i + 1]! >>> 11);
}
