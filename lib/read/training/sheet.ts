/** Small sheets on which training examples are put together. @module */
import { IMAGE_SIZE } from "lib/digits.ts";
import { bilinearAt } from "lib/read/bilinear.ts";
import type { InkImage } from "lib/dataset/synthetic/normalise.ts";

/** A sheet that can be written on. Ink is 0 to 1. */
export interface Sheet extends InkImage {
  readonly ink: Float32Array;
}

/** A blank sheet. */
export function blankSheet(width: number, height: number): Sheet {
  return { width, height, ink: new Float32Array(width * height) };
}

/** The part of a sheet between two columns, `left` included, `right` not. */
export function crop(sheet: Sheet, left: number, right: number): Sheet {
  const part = blankSheet(right - left, sheet.height);
  for (let y = 0; y < part.height; y++) {
    const start = y * sheet.width + left;
    part.ink.set(sheet.ink.subarray(start, start + part.width), y * part.width);
  }
  return part;
}

/** Adds a picture to a sheet, its corner at (`left`, `top`); where both have ink, the darker stays. */
export function paste(sheet: Sheet, picture: Sheet, left: number, top: number): void {
  for (let y = 0; y < picture.height; y++) {
    const row = top + y;
    if (row < 0 || row >= sheet.height) continue;
    for (let x = 0; x < picture.width; x++) {
      const column = left + x;
      if (column < 0 || column >= sheet.width) continue;
      const at = row * sheet.width + column;
      sheet.ink[at] = Math.max(sheet.ink[at]!, picture.ink[y * picture.width + x]!);
    }
  }
}

/** The first and last column that has ink, or `undefined` on a blank sheet. */
export function inkColumns({ width, ink }: Sheet): [first: number, last: number] | undefined {
  let first = width, last = -1;
  for (let i = 0; i < ink.length; i++) {
    if (ink[i] === 0) continue;
    first = Math.min(first, i % width);
    last = Math.max(last, i % width);
  }
  return last < 0 ? undefined : [first, last];
}

/** Value between four pixels; nothing beyond the rim. */
export function sample(image: ArrayLike<number>, x: number, y: number): number {
  const at = (column: number, row: number): number =>
    column < 0 || row < 0 || column >= IMAGE_SIZE || row >= IMAGE_SIZE
      ? 0
      : image[row * IMAGE_SIZE + column]!;
  return bilinearAt(at, x, y);
}
