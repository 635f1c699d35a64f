import { IMAGE_SIZE } from "lib/digits.ts";

/** Longest side of a normalised digit, in pixels. */
const BOX_SIZE = 20;

/** The ink of one digit on a sheet: 0 (none) to 1, row by row. */
export interface InkImage {
  readonly width: number;
  readonly height: number;
  readonly ink: Uint8Array | Float32Array;
}

/**
 * Normalises a digit as MNIST's were (https://yann.lecun.com/exdb/mnist/): the ink's bounding box is
 * scaled to fit 20x20 pixels, keeping its aspect ratio, with anti-aliasing; the result is placed in
 * 28x28 so that its centre of mass falls on the centre.
 *
 * As in MNIST, "the centre" is pixel (14, 14), reached to within half a pixel, since the digit moves
 * by whole pixels.
 *
 * @param image Where the 28x28 grey values go, 0 to 255; all zero beforehand.
 */
export function normalise(sheet: InkImage, image: Uint8Array): void {
  const { left, top, width, height } = boundingBox(sheet);
  if (width === 0) return;
  const scale = BOX_SIZE / Math.max(width, height);
  const columns = Math.max(1, Math.round(width * scale));
  const rows = Math.max(1, Math.round(height * scale));
  const narrow = new Float32Array(height * columns);
  for (let y = 0; y < height; y++) {
    averageLine(
      sheet.ink,
      (top + y) * sheet.width + left,
      1,
      width,
      narrow,
      y * columns,
      1,
      columns,
    );
  }
  const digit = new Float32Array(rows * columns);
  for (let x = 0; x < columns; x++) {
    averageLine(narrow, x, columns, height, digit, x, columns, rows);
  }

  let mass = 0, massX = 0, massY = 0;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const ink = digit[y * columns + x]!;
      mass += ink;
      massX += ink * x;
      massY += ink * y;
    }
  }
  const offsetX = placement(massX / mass, columns), offsetY = placement(massY / mass, rows);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      image[(offsetY + y) * IMAGE_SIZE + offsetX + x] = Math.round(255 * digit[y * columns + x]!);
    }
  }
}

/** Where a digit of `length` pixels starts, so that its centre of mass falls on the middle pixel. */
function placement(centre: number, length: number): number {
  return Math.min(IMAGE_SIZE - length, Math.max(0, Math.round(IMAGE_SIZE / 2 - centre)));
}

function boundingBox(
  sheet: InkImage,
): { left: number; top: number; width: number; height: number } {
  let left = sheet.width, right = -1, top = sheet.height, bottom = -1;
  for (let y = 0; y < sheet.height; y++) {
    for (let x = 0; x < sheet.width; x++) {
      if (sheet.ink[y * sheet.width + x] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  return { left, top, width: Math.max(0, right - left + 1), height: Math.max(0, bottom - top + 1) };
}

/**
 * Shrinks (or stretches) a line of `from` pixels to `to` pixels, each the mean of the stretch that it
 * covers. A line starts at an index of its array and goes on by its stride.
 */
function averageLine(
  source: Float32Array | Uint8Array,
  sourceStart: number,
  sourceStride: number,
  from: number,
  target: Float32Array,
  targetStart: number,
  targetStride: number,
  to: number,
): void {
  const step = from / to;
  for (let i = 0; i < to; i++) {
    const begin = i * step, end = Math.min(from, begin + step);
    let sum = 0;
    for (let j = Math.floor(begin); j < end; j++) {
      const covered = Math.min(end, j + 1) - Math.max(begin, j);
      sum += covered * source[sourceStart + j * sourceStride]!;
    }
    target[targetStart + i * targetStride] = sum / step;
  }
}
