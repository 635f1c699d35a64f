/**
 * MNIST's idx files, a big-endian header, then bytes (<http://yann.lecun.com/exdb/mnist/>, "File
 * formats for the MNIST database"); and MNIST in the shape of Kaggle's data set, which is made from it
 * but can't be redistributed.
 * @module
 */
import { concat } from "lib/concat.ts";
import { ADVICE, inflate } from "lib/dataset/bytes.ts";
import type { CachedDigits } from "lib/dataset/cache.ts";
import { KAGGLE_CLASS_COUNTS, rowsByClass, trainingLabels } from "lib/dataset/report_shape.ts";
import { CLASSES, IMAGE_SIZE, PIXELS } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";
import { takeRows } from "lib/preprocessing/mod.ts";
import { RandomState } from "lib/random.ts";

const LABELS_MAGIC = 0x00000801;
const IMAGES_MAGIC = 0x00000803;

/** Checks an idx header and returns what follows it. */
function payload(
  bytes: Uint8Array,
  file: string,
  magic: number,
  shape: readonly number[],
): Uint8Array {
  const headerLength = 8 + 4 * shape.length;
  if (bytes.length < headerLength) {
    throw new InputError(
      `${file}, byte 0: ${bytes.length} bytes; expected an idx header of ${headerLength}. ${ADVICE}`,
    );
  }
  const header = new DataView(bytes.buffer, bytes.byteOffset, headerLength);
  if (header.getUint32(0) !== magic) {
    const hex = (value: number): string => `0x${value.toString(16).padStart(8, "0")}`;
    throw new InputError(
      `${file}, byte 0: magic number ${hex(header.getUint32(0))}; expected ${
        hex(magic)
      }. ${ADVICE}`,
    );
  }
  for (const [i, size] of shape.entries()) {
    const offset = 8 + 4 * i;
    if (header.getUint32(offset) !== size) {
      throw new InputError(
        `${file}, byte ${offset}: images of ${header.getUint32(8)}x${
          header.getUint32(12)
        } pixels; ` +
          `expected ${shape.join("x")}. ${ADVICE}`,
      );
    }
  }
  const itemSize = shape.reduce((product, size) => product * size, 1);
  const items = header.getUint32(4);
  if (items === 0) throw new InputError(`${file}, byte 4: the header says 0 items. ${ADVICE}`);
  if (bytes.length !== headerLength + items * itemSize) {
    throw new InputError(
      `${file}, byte 4: the header says ${items} items, which makes ` +
        `${headerLength + items * itemSize} bytes; the file has ${bytes.length}. ${ADVICE}`,
    );
  }
  return bytes.subarray(headerLength);
}

/**
 * Reads an idx file of 28x28 images (magic number 0x803).
 *
 * @param bytes The file, inflated.
 * @param file The name to use in messages.
 * @returns `[n, 28, 28]`, a view on `bytes`.
 * @throws {InputError} On a wrong magic number or size, or more or fewer images than the header says.
 */
export function parseIdxImages(bytes: Uint8Array, file: string): Uint8Array {
  return payload(bytes, file, IMAGES_MAGIC, [IMAGE_SIZE, IMAGE_SIZE]);
}

/**
 * Reads an idx file of labels 0 to 9 (magic number 0x801); as {@linkcode parseIdxImages} otherwise.
 *
 * @returns `[n]`, a view on `bytes`.
 */
export function parseIdxLabels(bytes: Uint8Array, file: string): Uint8Array {
  const labels = payload(bytes, file, LABELS_MAGIC, []);
  const wrong = labels.findIndex((label) => label > 9);
  if (wrong >= 0) {
    throw new InputError(
      `${file}, byte ${8 + wrong}: label ${
        labels[wrong]
      } of item ${wrong}; expected 0 to 9. ${ADVICE}`,
    );
  }
  return labels;
}

/** The content of an idx file, gzipped or not. */
interface IdxFile {
  /** The name to use in messages. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** Reads a pair of idx files and checks that they belong together. */
export function parseIdxPair(
  images: IdxFile,
  labels: IdxFile,
): { images: Uint8Array; labels: Uint8Array } {
  const pixels = parseIdxImages(inflate(images.bytes, images.file), images.file);
  const digits = parseIdxLabels(inflate(labels.bytes, labels.file), labels.file);
  const n = pixels.length / PIXELS;
  if (n !== digits.length) {
    throw new InputError(
      `${images.file} has ${n} images and ${labels.file} ${digits.length} labels; ` +
        `expected as many. ${ADVICE}`,
    );
  }
  return { images: pixels, labels: digits };
}

/** File names of MNIST's four idx files. */
export interface IdxFiles {
  readonly trainImages: string;
  readonly trainLabels: string;
  readonly testImages: string;
  readonly testLabels: string;
}

/** Images and labels of one of MNIST's two sets. */
interface MnistSet {
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

function take({ images, labels }: MnistSet, rows: ArrayLike<number>): MnistSet {
  return { images: takeRows(images, rows, PIXELS), labels: takeRows(labels, rows) };
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
  const labels = concat(Uint8Array, [rest.labels, t10k.labels]);
  const images = concat(Uint8Array, [rest.images, t10k.images]);
  return { images, labels, t10kRows: { start, end: labels.length } };
}
