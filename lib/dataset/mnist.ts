/**
 * MNIST in the shape of Kaggle's data set, which is made from it but can't be redistributed.
 * @module
 */
import { ADVICE } from "lib/dataset/bytes.ts";
import type { CachedDigits } from "lib/dataset/cache.ts";
import { KAGGLE_CLASS_COUNTS, rowsByClass, trainingLabels } from "lib/dataset/report_shape.ts";
import { CLASSES, PIXELS } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";
import { RandomState } from "lib/random.ts";

/** File names of MNIST's four idx files. */
export interface IdxFiles {
  readonly trainImages: string;
  readonly trainLabels: string;
  readonly testImages: string;
  readonly testLabels: string;
}

/** Images and labels of one of MNIST's two sets. */
export interface MnistSet {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

const SEED = 42;

/** Which rows of MNIST-train become the 42,000 training rows, in order, and which are left, by row. */
function drawRows(labels: Uint8Array): { training: Int32Array; rest: number[] } {
  const random = new RandomState(SEED);
  const pools = rowsByClass(labels);
  for (const [digit, pool] of pools.entries()) {
    const needed = KAGGLE_CLASS_COUNTS[digit]!;
    if (pool.length < needed) {
      throw new InputError(
        `MNIST's training labels have ${pool.length} of digit ${digit}; expected at least ${needed}. ` +
          ADVICE,
      );
    }
    random.shuffle(pool);
  }
  const wanted = trainingLabels(random);
  const taken = new Array<number>(CLASSES).fill(0);
  const training = Int32Array.from(wanted, (digit) => pools[digit]![taken[digit]!++]!);
  const rest = pools.flatMap((pool, digit) => pool.slice(taken[digit])).sort((a, b) => a - b);
  return { training, rest };
}

function take(set: MnistSet, rows: ArrayLike<number>): MnistSet {
  const images = new Uint8Array(rows.length * PIXELS);
  const labels = new Uint8Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    images.set(set.images.subarray(row * PIXELS, (row + 1) * PIXELS), i * PIXELS);
    labels[i] = set.labels[row]!;
  }
  return { images, labels };
}

/**
 * 42,000 of MNIST's 60,000 training digits with Kaggle's class counts, drawn and ordered by a fixed
 * seed so that the report's split gives its supports.
 */
export function mnistTraining(train: MnistSet): CachedDigits {
  return take(train, drawRows(train.labels).training);
}

/**
 * The other digits of MNIST, with labels: first those left of the 60,000 (18,000), then MNIST's own
 * test digits (10,000), each in MNIST's order. `t10kRows` says which the latter are.
 */
export function mnistTest(train: MnistSet, t10k: MnistSet): CachedDigits {
  const rest = take(train, drawRows(train.labels).rest);
  const start = rest.labels.length;
  const images = new Uint8Array(rest.images.length + t10k.images.length);
  images.set(rest.images);
  images.set(t10k.images, rest.images.length);
  const labels = new Uint8Array(start + t10k.labels.length);
  labels.set(rest.labels);
  labels.set(t10k.labels, start);
  return { images, labels, t10kRows: { start, end: labels.length } };
}
