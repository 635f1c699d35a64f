import { type Component, findComponents } from "lib/read/components.ts";
import { flattenLight } from "lib/read/flatten.ts";
import { confidence, findGlyphs, type Glyph } from "lib/read/glyphs.ts";
import {
  compose,
  type Homography,
  IDENTITY,
  mapPoint,
  rotation,
  warpImage,
} from "lib/read/homography.ts";
import { checkImage, type GrayImage } from "lib/read/image.ts";
import { digitHeight, findLines } from "lib/read/lines.ts";
import { findSheet } from "lib/read/page.ts";
import type { Box, Classify, ReadDigit, Reading, ReadLine, ReadOptions } from "lib/read/reading.ts";
import { eraseRules, findRules } from "lib/read/rules.ts";
import { findSkew } from "lib/read/skew.ts";
import { findInk, type Mask } from "lib/read/threshold.ts";

/** Turns below this angle (radians) are left as they are. */
const LEAST_SKEW = 0.008;
/** What is smaller than so many digit heights is dust, or a full stop. */
const DUST = 0.28;
/** A gap of so many digit heights, and of so many times the line's median gap, parts two numbers. */
const SPACE = 0.7, SPACE_RATIO = 2.2;
/** Rules of a page whose digits' height is unknown are found as if it were 1/16 of its longer side. */
const LEAST_ROWS = 16;
/** Alternatives below this probability are not worth a mention. */
const LEAST_ALTERNATIVE = 0.01;

/**
 * Reads the handwritten digits on a picture: a photo, a scan, a drawing; dark ink on light paper or
 * light on dark.
 *
 * The light is made even, ink is told from paper, the page is turned upright; what hangs together is
 * read, joined or cut where that makes it more probable; lines go from top to bottom. What is no
 * digit, or isn't sure enough, is part of the reading as `?`; dust isn't.
 *
 * @param image See `grayImage` for coloured pictures. Digits should be about 20 to 200 pixels high.
 * @param classify The network; `loadReader` makes one.
 * @throws {InputError} If the image has not as many values as pixels.
 */
export async function readDigits(
  image: GrayImage,
  classify: Classify,
  { threshold = 0.5 }: ReadOptions = {},
): Promise<Reading> {
  checkImage(image);
  const { paper, mask, toSource } = straighten(image);
  const components = findComponents(mask);
  const height = digitHeight(components, paper.height);
  const isDust = ({ box }: Component): boolean => Math.max(box.width, box.height) < DUST * height;
  const lines = findLines(components.filter((component) => !isDust(component)), height);
  const glyphs = await findGlyphs(lines, { image: paper, digitHeight: height }, classify);
  return {
    lines: glyphs.map((line): ReadLine => {
      const digits = line.map((glyph) => describe(glyph, threshold, toSource));
      return { text: lineText(line, digits, height), digits };
    }),
  };
}

/** A page with even light and level lines, its ink without rules, and the way back to the picture. */
export function straighten(
  image: GrayImage,
): { paper: GrayImage; mask: Mask; toSource: Homography } {
  const sheet = findSheet(image);
  const { width, height } = sheet?.image ?? image;
  let paper = flattenLight(sheet?.image ?? image), toSource = sheet?.toSource ?? IDENTITY;
  let mask = findInk(paper);
  // What reaches over the rim of a sheet is the ground that it is on.
  if (sheet) mask = withoutRim(mask);
  const skew = findSkew(mask, writingHeight(mask));
  if (Math.abs(skew) >= LEAST_SKEW) {
    const turn = rotation(skew, { x: width / 2, y: height / 2 });
    paper = warpImage(paper, turn, width, height);
    mask = sheet ? withoutRim(findInk(paper)) : findInk(paper);
    toSource = compose(toSource, turn);
  }
  // Boxes count as high digits, so their height is measured again without those that were found.
  for (let pass = 0; pass < 2; pass++) {
    mask = eraseRules(mask, findRules(mask, writingHeight(mask)));
  }
  return { paper, mask, toSource };
}

/** The ink that doesn't touch the picture's rim. */
function withoutRim(mask: Mask): Mask {
  const { width, height } = mask;
  const ink = new Uint8Array(mask.ink.length);
  for (const { box, pixels } of findComponents(mask)) {
    const isInside = box.left > 0 && box.top > 0 && box.left + box.width < width &&
      box.top + box.height < height;
    if (isInside) { for (const at of pixels) ink[at] = 1; }
  }
  return { width, height, ink };
}

/** The height of a digit, also where all of them hang together in a grid of rules. */
function writingHeight(mask: Mask): number {
  const height = digitHeight(findComponents(mask), mask.height);
  if (height <= mask.height / 3) return height;
  const rules = findRules(mask, Math.max(mask.width, mask.height) / LEAST_ROWS);
  // A large digit may have two straight strokes.
  if (rules.level.length + rules.upright.length < 3) return height;
  return digitHeight(findComponents(eraseRules(mask, rules)), mask.height);
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
