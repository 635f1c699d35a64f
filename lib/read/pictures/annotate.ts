import { Buffer } from "node:buffer";
import sharp from "sharp";
import { smoothCurve } from "lib/dataset/synthetic/curve.ts";
import { GLYPHS } from "lib/dataset/synthetic/glyphs.ts";
import { onePicture } from "lib/read/pictures/pages.ts";
import type { ReadDigit, Reading } from "lib/read/reading.ts";

/** Colours of what was read, and of what was not. */
const READ = "#0a7d32", UNREAD = "#c2410c";

/**
 * The picture with a frame about everything on it, and above each frame the digit that was read.
 *
 * @param bytes The picture's file, or that of a PDF of one page.
 * @returns A PNG file, upright.
 * @throws {InputError} If a PDF has several pages, or its page can't be rendered.
 */
export async function annotate(bytes: Uint8Array, reading: Reading): Promise<Uint8Array> {
  const { data, info } = await sharp(await onePicture(bytes, "The picture"))
    .autoOrient().toColourspace("srgb").png()
    .toBuffer({ resolveWithObject: true });
  const marks = reading.lines.flatMap(({ digits }) => digits.map(mark)).join("");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${info.width}" ` +
    `height="${info.height}">${marks}</svg>`;
  return await sharp(data).composite([{ input: Buffer.from(svg) }]).png().toBuffer();
}

function mark({ box, digit }: ReadDigit): string {
  const { left, top, width, height } = box;
  const colour = digit === null ? UNREAD : READ;
  const size = Math.max(8, 0.35 * height), line = Math.max(1, height / 40);
  const frame = `<rect x="${left - line}" y="${top - line}" width="${width + 2 * line}" ` +
    `height="${height + 2 * line}" fill="none" stroke="${colour}" stroke-width="${line}"/>`;
  return frame + glyph(digit, left, top - 1.3 * size, size, colour);
}

/** A digit or a question mark, drawn, as not every machine has a font. */
function glyph(digit: number | null, x: number, y: number, size: number, colour: string): string {
  const strokes = digit === null ? QUESTION_MARK : GLYPHS[digit]![0]!.strokes;
  const paths = strokes.map((knots) =>
    smoothCurve(knots).map((point, i) =>
      `${i === 0 ? "M" : "L"}${(x + 0.7 * size * point.x).toFixed(1)} ${
        (y + size * point.y).toFixed(1)
      }`
    ).join("")
  ).join("");
  return `<path d="${paths}" fill="none" stroke="${colour}" stroke-width="${
    (size / 7).toFixed(1)
  }" stroke-linecap="round"/>`;
}

const QUESTION_MARK = [
  [{ x: 0.1, y: 0.25 }, { x: 0.45, y: 0 }, { x: 0.85, y: 0.22 }, { x: 0.5, y: 0.5 }, {
    x: 0.5,
    y: 0.72,
  }],
  [{ x: 0.48, y: 0.96 }, { x: 0.52, y: 1 }],
].map((knots) => knots.map((knot) => ({ ...knot, corner: false })));
