import { type Component, findComponents } from "lib/read/components.ts";
import { confidence, findGlyphs, type Glyph, isWordLike } from "lib/read/glyphs.ts";
import { compose, type Homography, IDENTITY, mapPoint } from "lib/read/homography.ts";
import { checkImage, type GrayImage } from "lib/read/image.ts";
import { digitHeight, findLines } from "lib/read/lines.ts";
import { type QuarterTurn, quarterTurn } from "lib/read/quarter_turn.ts";
import type { Box, Classify, ReadDigit, Reading, ReadLine, ReadOptions } from "lib/read/reading.ts";
import { straighten } from "lib/read/straighten.ts";
import { findInk } from "lib/read/threshold.ts";

/** What is smaller than so many digit heights is dust, or a full stop. */
const DUST = 0.28;
/** A gap of so many digit heights, and of so many times the line's median gap, parts two numbers. */
const SPACE = 0.7, SPACE_RATIO = 2.2;
/** In a line of at least so many glyphs that is rather a word a digit needs this probability. */
const LEAST_LETTERS = 3, AMONG_LETTERS = 0.98;
/**
 * A page of at least so many glyphs that is less legible than this is tried the three other ways
 * round, and turned if no more than this share of what was not legible is left then. (Upside down
 * most digits still read like some digit.)
 */
const LEAST_GLYPHS = 4, LEGIBLE = 0.9, LEFT_ILLEGIBLE = 1 / 3;
/** Alternatives below this probability are not worth a mention. */
const LEAST_ALTERNATIVE = 0.01;

/**
 * Reads the handwritten digits on a picture: a photo, a scan, a drawing; dark ink on light paper or
 * light on dark.
 *
 * The light is made even, ink is told from paper, the page is straightened; what hangs together is
 * read, joined or cut where that makes it more probable; lines go from top to bottom. What is no
 * digit, or isn't sure enough, is part of the reading as `?`; dust isn't. A page that lies on a side
 * or its head is turned where it then reads clearly better.
 *
 * @example Usage
 * ```ts
 * import { readDigits } from "lib/read/mod.ts";
 * import { assertEquals } from "lib/assert.ts";
 *
 * // White paper, 60 x 40 pixels, with an upright stroke.
 * const values = new Uint8Array(60 * 40).fill(255);
 * for (let y = 8; y < 32; y++) values.fill(0, y * 60 + 20, y * 60 + 23);
 *
 * // In place of a network: whatever it is, it is a 1.
 * const classify = (images: Float32Array): Float32Array =>
 *   new Float32Array(images.length / 784 * 10).map((_, i) => i % 10 === 1 ? 1 : 0);
 *
 * const { lines } = await readDigits({ width: 60, height: 40, values }, classify);
 * assertEquals(lines[0]?.text, "1");
 * assertEquals(lines[0]?.digits[0]?.box, { left: 20, top: 8, width: 3, height: 24 });
 * ```
 *
 * @param image See `grayImage` for coloured pictures. Digits should be about 20 to 200 pixels high.
 * @param classify The network; `loadReader` makes one.
 * @throws {InputError} If the image has not as many values as pixels.
 */
export async function readDigits(
  image: GrayImage,
  classify: Classify,
  { threshold = 0.5, isDrawing = false }: ReadOptions = {},
): Promise<Reading> {
  checkImage(image);
  const upright = await readTurned(image, 0, classify, isDrawing);
  let best = upright;
  if (!isDrawing && upright.glyphs.length >= LEAST_GLYPHS && upright.legibility < LEGIBLE) {
    for (const turned of [90, 180, 270] as const) {
      const page = await readTurned(image, turned, classify, isDrawing);
      const isClear = 1 - page.legibility <= LEFT_ILLEGIBLE * (1 - upright.legibility);
      if (isClear && page.legibility > best.legibility) best = page;
    }
  }
  const { lines, digitHeight, toSource, turned } = best;
  return {
    turned,
    lines: lines.map((line): ReadLine => {
      const needed = isWordLike(line, LEAST_LETTERS)
        ? Math.max(AMONG_LETTERS, threshold)
        : threshold;
      const digits = line.map((glyph) => describe(glyph, needed, toSource));
      return { text: lineText(line, digits, digitHeight), digits };
    }),
  };
}

/** What stands on a picture that is turned first. */
interface TurnedPage {
  readonly turned: QuarterTurn;
  readonly lines: readonly (readonly Glyph[])[];
  readonly glyphs: readonly Glyph[];
  readonly digitHeight: number;
  readonly toSource: Homography;
  /** How much it reads like digits: the mean probability of all that stands on it, 0..1. */
  readonly legibility: number;
}

async function readTurned(
  source: GrayImage,
  turned: QuarterTurn,
  classify: Classify,
  isDrawing: boolean,
): Promise<TurnedPage> {
  const { image, toSource } = quarterTurn(source, turned);
  const page = isDrawing
    ? { paper: image, mask: findInk(image), toSource: IDENTITY }
    : straighten(image);
  const components = findComponents(page.mask);
  const height = digitHeight(components, page.paper.height);
  const isDust = ({ box }: Component): boolean => Math.max(box.width, box.height) < DUST * height;
  const lines = await findGlyphs(
    findLines(components.filter((component) => !isDust(component)), height),
    { image: page.paper, digitHeight: height },
    classify,
  );
  const glyphs = lines.flat();
  return {
    turned,
    lines,
    glyphs,
    digitHeight: height,
    toSource: compose(toSource, page.toSource),
    legibility: glyphs.reduce((sum, glyph) => sum + confidence(glyph), 0) / glyphs.length,
  };
}

function describe(glyph: Glyph, threshold: number, toSource: Homography): ReadDigit {
  const probability = confidence(glyph);
  const ranked = Array.from(glyph.probabilities, (p, digit) => ({ digit, probability: p }))
    .sort((a, b) => b.probability - a.probability);
  const isRead = probability >= threshold;
  return {
    digit: isRead ? ranked[0]!.digit : null,
    probability,
    box: mapBox(glyph.box, toSource),
    alternatives: ranked.slice(isRead ? 1 : 0)
      .filter(({ probability }) => probability >= LEAST_ALTERNATIVE),
    image: glyph.image,
  };
}

/** The smallest upright box about a box that was mapped. */
function mapBox({ left, top, width, height }: Box, map: Homography): Box {
  const corners = [0, 1, 2, 3].map((i) =>
    mapPoint(map, { x: left + (i % 2) * width, y: top + (i >> 1) * height })
  );
  const xs = corners.map(({ x }) => x), ys = corners.map(({ y }) => y);
  const x = Math.round(Math.min(...xs)), y = Math.round(Math.min(...ys));
  return {
    left: x,
    top: y,
    width: Math.round(Math.max(...xs)) - x,
    height: Math.round(Math.max(...ys)) - y,
  };
}

function lineText(line: readonly Glyph[], digits: readonly ReadDigit[], height: number): string {
  const gaps = line.slice(1).map(({ box }, i) => box.left - line[i]!.box.left - line[i]!.box.width);
  const median = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
  const space = Math.max(SPACE * height, SPACE_RATIO * median);
  return digits.map(({ digit }, i) => (i > 0 && gaps[i - 1]! > space ? " " : "") + (digit ?? "?"))
    .join("");
}
