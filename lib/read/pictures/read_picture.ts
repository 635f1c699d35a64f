import { readDigits } from "lib/read/mod.ts";
import type { Classify, Reading, ReadOptions } from "lib/read/mod.ts";
import { decodeImage } from "lib/read/pictures/decode.ts";
import { onePicture } from "lib/read/pictures/pages.ts";

/**
 * Reads the handwritten digits on a PNG, JPEG, WebP or TIFF picture, or on a PDF of one page; of
 * longer ones {@linkcode filePages} gives the pages.
 *
 * @param bytes The picture's or PDF's file.
 * @param reader As `readReader` gives it: the network, and how sure it has to be.
 * @param name What errors call the picture.
 * @returns Boxes are in the pixels of the upright picture: of a PDF's page as it is rendered, its
 * longer side 2000 pixels.
 * @throws {InputError} Where {@linkcode decodeImage} does; if a PDF can't be opened, has several
 * pages, or its page can't be rendered.
 */
export async function readPicture(
  bytes: Uint8Array,
  reader: ReadOptions & { readonly classify: Classify },
  name = "The picture",
): Promise<Reading> {
  const { image, scale } = await decodeImage(await onePicture(bytes, name), name);
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
