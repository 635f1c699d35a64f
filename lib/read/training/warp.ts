import type { RandomState } from "lib/random.ts";
import { bell } from "lib/dataset/synthetic/chance.ts";
import { bilinearAt } from "lib/read/bilinear.ts";
import { blankSheet, sample, type Sheet } from "lib/read/training/sheet.ts";

/** Side of a warped digit's sheet: twice MNIST's, so that strokes can change by half a pixel. */
export const SHEET_SIZE = 56;

/** Displacements are drawn on a grid of so many points a side, and interpolated. */
const GRID = 5;

/**
 * A digit `[28, 28]` in 0..1 written again by another hand: turned, slanted, stretched, bent
 * (elastic, after Simard et al., "Best Practices for Convolutional Neural Networks", 2003), its
 * strokes thicker or thinner, their edges sharper or softer.
 */
export function warp(image: Float32Array, random: RandomState): Sheet {
  const angle = 0.14 * bell(random), slant = 0.14 * bell(random);
  const stretchX = Math.exp(0.1 * bell(random)), stretchY = Math.exp(0.1 * bell(random));
  const strength = random.uniform(0, 1.3);
  const shifts = Float32Array.from({ length: 2 * GRID * GRID }, () => strength * bell(random));
  const cos = Math.cos(angle), sin = Math.sin(angle);
  const sheet = blankSheet(SHEET_SIZE, SHEET_SIZE);
  const centre = (SHEET_SIZE - 1) / 2;
  for (let y = 0; y < SHEET_SIZE; y++) {
    for (let x = 0; x < SHEET_SIZE; x++) {
      const u = (x - centre) / 2, v = (y - centre) / 2;
      const gridX = x * (GRID - 1) / SHEET_SIZE, gridY = y * (GRID - 1) / SHEET_SIZE;
      const fromX = stretchX * (cos * u - sin * v + slant * v) + between(shifts, gridX, gridY, 0);
      const fromY = stretchY * (sin * u + cos * v) + between(shifts, gridX, gridY, 1);
      sheet.ink[y * SHEET_SIZE + x] = sample(image, fromX + 13.5, fromY + 13.5);
    }
  }
  const u = random.randomSample();
  const grown = u < 0.35 ? spread(sheet, Math.max) : u < 0.45 ? spread(sheet, Math.min) : sheet;
  const middle = random.uniform(0.25, 0.6), slope = random.uniform(1, 4);
  return {
    ...grown,
    ink: grown.ink.map((value) => {
      const ink = Math.min(
        1,
        Math.max(0, (value - middle) * slope + 0.5 * Math.min(1, value / 0.3)),
      );
      return ink < 0.04 ? 0 : ink;
    }),
  };
}

/** Interpolates axis 0 or 1 of the grid's displacements. */
function between(shifts: Float32Array, x: number, y: number, axis: number): number {
  return bilinearAt((column, row) => shifts[2 * (row * GRID + column) + axis]!, x, y);
}

/** Dilation (`Math.max`) or erosion (`Math.min`) by a cross of 3x3 pixels. */
function spread(sheet: Sheet, choose: (...values: number[]) => number): Sheet {
  const { width, height, ink } = sheet;
  const result = blankSheet(width, height);
  for (let y = 1; y + 1 < height; y++) {
    for (let x = 1; x + 1 < width; x++) {
      const at = y * width + x;
      result.ink[at] = choose(
        ink[at]!,
        ink[at - 1]!,
        ink[at + 1]!,
        ink[at - width]!,
        ink[at + width]!,
      );
    }
  }
  return result;
}
