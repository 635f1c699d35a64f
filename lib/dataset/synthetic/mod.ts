/**
 * Digits that nobody wrote: drawn stroke by stroke from a seed, in MNIST's form. They need no file
 * and no network.
 *
 * @module
 */
import { InputError } from "lib/errors.ts";
import { RandomState } from "lib/random.ts";
import { CLASSES, PIXELS } from "lib/digits.ts";
import { drawGrain, roughEdge } from "lib/dataset/synthetic/grain.ts";
import { writeDigit } from "lib/dataset/synthetic/handwriting.ts";
import { normalise } from "lib/dataset/synthetic/normalise.ts";
import { blankScan, drawStroke } from "lib/dataset/synthetic/raster.ts";

/** Changes whenever the same labels and seed give other images: part of a data set's identity. */
export const GENERATOR_VERSION = 2;

/** Longest side of a digit before normalisation, in pixels: about that of the scans behind MNIST. */
const DIGIT_SIZES = { least: 48, most: 64 };
/** Room about it for a heavy hand and an uneven edge. */
const MARGIN = 4;
const SCAN_SIZE = DIGIT_SIZES.most + 2 * MARGIN;

/**
 * Draws a handwritten-looking digit for each label: `[n, 28, 28]`, grey 0 (background) to 255 (ink).
 *
 * Image i depends on `seed`, i and `labels[i]` alone, so that a set can be drawn in part. The bytes
 * are the same on every platform: all arithmetic is `+ - * /` on doubles and `Math.sqrt`, a single
 * instruction of the processor, and these IEEE 754 rounds in one way only. There is no `sin`, `exp`
 * or `log`, which engines may round differently.
 *
 * @param labels The digits 0 to 9, `[n]`.
 * @param seed A whole number from 0 to 2^32 - 1.
 * @throws {InputError} for another seed, or a label above 9.
 */
export function drawDigits(labels: Uint8Array, seed: number): Uint8Array {
  const images = new Uint8Array(labels.length * PIXELS);
  const random = new RandomState(seed);
  const grain = drawGrain();
  const scan = blankScan(SCAN_SIZE);
  labels.forEach((label, i) => {
    if (label >= CLASSES) {
      throw new InputError(`Label ${i} is ${label}; expected a digit from 0 to 9.`);
    }
    random.seed(imageSeed(seed, i));
    const size = random.randint(DIGIT_SIZES.least, DIGIT_SIZES.most + 1);
    const strokes = writeDigit(label, random, size, MARGIN);
    const swelling = roughEdge(grain, random);
    scan.ink.fill(0);
    for (const stroke of strokes) drawStroke(scan, stroke, swelling);
    normalise(
      { width: SCAN_SIZE, height: SCAN_SIZE, ink: scan.ink },
      images.subarray(i * PIXELS, (i + 1) * PIXELS),
    );
  });
  return images;
}

/**
 * The seed of image i: no two images of a set share one, since the odd factor (2^32 divided by the
 * golden ratio) makes this a permutation of the 32-bit numbers.
 */
function imageSeed(seed: number, i: number): number {
  return (seed + Math.imul(i, 0x9e3779b1)) >>> 0;
}
