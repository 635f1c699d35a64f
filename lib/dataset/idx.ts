/**
 * MNIST's idx files: a big-endian header, then bytes
 * (<http://yann.lecun.com/exdb/mnist/>, "File formats for the MNIST database").
 * @module
 */
import { ADVICE, inflate } from "lib/dataset/bytes.ts";
import { IMAGE_SIZE, PIXELS } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";

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

/** An idx file as it lies on the disk, gzipped or not. */
export interface IdxFile {
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
