import { Buffer } from "node:buffer";
import { encode } from "fast-png";
import { IMAGE_SIZE, PIXELS } from "lib/digits.ts";
import { markup } from "lib/markup.ts";
import { htmlBundle, type MimeBundle } from "lib/notebook/mod.ts";

/** White paper around the digits, in pixels. */
const MARGIN = 12;

/**
 * Digits in a row, dark on white paper, as a PNG file.
 *
 * @param images `[n, 28, 28]` in 0..1.
 */
export function rowOfDigits(images: Float32Array): Uint8Array {
  const count = images.length / PIXELS;
  const width = count * IMAGE_SIZE + 2 * MARGIN, height = IMAGE_SIZE + 2 * MARGIN;
  const data = new Uint8Array(width * height).fill(255);
  for (let i = 0; i < images.length; i++) {
    const row = Math.floor(i % PIXELS / IMAGE_SIZE);
    const column = Math.floor(i / PIXELS) * IMAGE_SIZE + i % IMAGE_SIZE;
    data[(row + MARGIN) * width + column + MARGIN] = Math.round(255 * (1 - images[i]!));
  }
  return encode({ width, height, data, channels: 1 });
}

/** A PNG file as a cell shows it. */
export function picture(png: Uint8Array, description: string): MimeBundle {
  const source = `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
  return htmlBundle(
    markup`<img src="${source}" alt="${description}" style="max-width:100%">`,
    description,
  );
}
