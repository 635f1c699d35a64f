/** How much of an image is ink, and where. @module */
import { CLASSES, IMAGE_SIZE, PIXELS } from "lib/digits.ts";

/** Width and height of the smallest box around each image's ink, in pixels. */
interface InkBoxes {
  /** `[n]`, 0 for a blank image. */
  readonly widths: Uint8Array;
  /** `[n]`, 0 for a blank image. */
  readonly heights: Uint8Array;
}

/**
 * Measures how much of its square each digit fills.
 *
 * @param images Grey images `[n, 28, 28]`; ink is every pixel above 0.
 */
export function inkBoxes(images: Uint8Array): InkBoxes {
  const count = images.length / PIXELS;
  const widths = new Uint8Array(count);
  const heights = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    let [left, right, top, bottom] = [IMAGE_SIZE, -1, IMAGE_SIZE, -1];
    for (let row = 0; row < IMAGE_SIZE; row++) {
      const start = i * PIXELS + row * IMAGE_SIZE;
      for (let column = 0; column < IMAGE_SIZE; column++) {
        if (images[start + column] === 0) continue;
        if (column < left) left = column;
        if (column > right) right = column;
        if (row < top) top = row;
        bottom = row;
      }
    }
    if (right >= 0) {
      widths[i] = right - left + 1;
      heights[i] = bottom - top + 1;
    }
  }
  return { widths, heights };
}

/**
 * Mean intensity of each image, sorted within each digit: `[10][images of the digit]`, 0..255.
 *
 * @param images Grey images `[n, 28, 28]`, 0..255.
 * @param labels The digits 0 to 9: `[n]`.
 */
export function meanIntensities(images: Uint8Array, labels: ArrayLike<number>): Float64Array[] {
  const perDigit = Array.from({ length: CLASSES }, (): number[] => []);
  for (let i = 0; i < labels.length; i++) {
    let sum = 0;
    for (let at = i * PIXELS; at < (i + 1) * PIXELS; at++) sum += images[at]!;
    perDigit[labels[i]!]!.push(sum / PIXELS);
  }
  return perDigit.map((means) => Float64Array.from(means).sort());
}

/** How often each intensity 0 to 255 occurs: `[256]`. */
export function intensityCounts(images: Uint8Array): Uint32Array {
  const counts = new Uint32Array(256);
  for (const intensity of images) counts[intensity]!++;
  return counts;
}
