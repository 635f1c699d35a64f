import { type InkImage, normalise } from "lib/dataset/synthetic/normalise.ts";
import { PIXELS } from "lib/digits.ts";
import { minMaxScale } from "lib/preprocessing/scale.ts";
import { boundingBox } from "lib/read/components.ts";
import type { GrayImage } from "lib/read/image.ts";

/** The darkest tenth of a glyph's pixels is full ink. */
const FULL_INK = 0.1;

/**
 * Pixels of a page as MNIST has its digits: `[28, 28]` in 0..1. A pixel is the more ink the darker it
 * is; the soft rim about the pixels counts as well, unless it belongs to another glyph.
 *
 * @param image Dark ink on white paper.
 * @param owner For each pixel of the page the number of the glyph that has it, 0 for none.
 */
export function glyphImage(
  image: GrayImage,
  pixels: Int32Array,
  owner: Uint32Array,
): Float32Array {
  const { width, values } = image;
  const box = boundingBox(pixels, width);
  const sheet = { width: box.width + 2, height: box.height + 2 };
  const ink = new Float32Array(sheet.width * sheet.height);
  const greys = new Float32Array(pixels).map((at) => values[at]!).sort();
  const full = greys[Math.floor(FULL_INK * greys.length)]!;
  const strength = (at: number): number =>
    Math.min(1, Math.max(0, (255 - values[at]!) / Math.max(1, 255 - full)));
  for (const at of pixels) {
    const x = at % width - box.left + 1, y = Math.floor(at / width) - box.top + 1;
    ink[y * sheet.width + x] = Math.max(0.25, strength(at));
  }
  for (const at of pixels) {
    const column = at % width, row = (at - column) / width;
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const x = column + dx, y = row + dy;
        if (x < 0 || y < 0 || x >= width || y >= image.height) continue;
        const neighbour = y * width + x;
        const target = (y - box.top + 1) * sheet.width + x - box.left + 1;
        if (ink[target] !== 0 || owner[neighbour] !== 0) continue;
        const rim = strength(neighbour);
        if (rim >= 0.15) ink[target] = rim;
      }
    }
  }
  return mnistImage({ ...sheet, ink });
}

/** A sheet in MNIST's form: `[28, 28]` in 0..1. */
export function mnistImage(sheet: InkImage): Float32Array {
  const bytes = new Uint8Array(PIXELS);
  normalise(sheet, bytes);
  return minMaxScale(bytes);
}
