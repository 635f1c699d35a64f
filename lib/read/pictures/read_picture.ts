import { readDigits } from "lib/read/mod.ts";
import type { Classify, Reading, ReadOptions } from "lib/read/mod.ts";
import { decodeImage } from "lib/read/pictures/decode.ts";

/**
 * Reads the handwritten digits on a PNG, JPEG, WebP or TIFF picture.
 *
 * @param bytes The picture's file.
 * @param reader As `readReader` gives it: the network, and how sure it has to be.
 * @param name What errors call the picture.
 * @returns Boxes are in the pixels of the upright picture.
 * @throws {InputError} Where {@linkcode decodeImage} does.
 */
export async function readPicture(
  bytes: Uint8Array,
  reader: ReadOptions & { readonly classify: Classify },
  name = "The picture",
): Promise<Reading> {
  const { image, scale } = await decodeImage(bytes, name);
  const { turned, lines } = await readDigits(image, reader.classify, reader);
  const scaled = (length: number): number => Math.round(length * scale);
  return {
    turned,
    lines: lines.map(({ text, digits }) => ({
      text,
      digits: digits.map(({ box: { left, top, width, height }, ...digit }) => ({
        ...digit,
        box: {
          left: scaled(left),
          top: scaled(top),
          width: scaled(width),
          height: scaled(height),
        },
      })),
    })),
  };
}
