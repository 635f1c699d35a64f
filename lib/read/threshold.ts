import type { GrayImage } from "lib/read/image.ts";
import { IntegralImage } from "lib/read/integral.ts";

/** Where there is ink on a picture: 1, else 0, row by row. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly ink: Uint8Array;
}

/** Sauvola's constants: how far below the local mean ink is, and the deviation that strokes cause. */
const K = 0.22, R = 110;
/** Ink is at least so much darker than flattened paper. */
const LEAST_CONTRAST = 22;
/** What is darker than this is ink even amid ink: the inside of a stain. */
const DARK = 90;

/**
 * Tells ink from paper by a threshold for each pixel: `mean * (1 + k * (deviation / R - 1))` of its
 * neighbourhood (Sauvola and Pietikäinen, "Adaptive document image binarization", 2000).
 *
 * @param image Dark ink on paper of even light, as `flattenLight` gives it.
 */
export function findInk(image: GrayImage): Mask {
  const { width, height, values } = image;
  const radius = Math.max(15, Math.round(Math.max(width, height) / 40));
  const sums = new IntegralImage(image);
  const squares = new IntegralImage(image, (grey) => grey * grey);
  const ink = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const grey = values[y * width + x]!;
      if (grey > 255 - LEAST_CONTRAST) continue;
      const mean = sums.mean(x, y, radius);
      const deviation = Math.sqrt(Math.max(0, squares.mean(x, y, radius) - mean * mean));
      if (grey < DARK || grey < mean * (1 + K * (deviation / R - 1))) ink[y * width + x] = 1;
    }
  }
  return { width, height, ink };
}
