import { pick } from "lib/dataset/synthetic/chance.ts";
import { smoothCurve } from "lib/dataset/synthetic/curve.ts";
import { writeGlyph, writeLines } from "lib/dataset/synthetic/handwriting.ts";
import { blankScan, drawStroke, type PenStroke } from "lib/dataset/synthetic/raster.ts";
import { PIXELS } from "lib/digits.ts";
import type { Examples } from "lib/model/mod.ts";
import type { RandomState } from "lib/random.ts";
import { mnistImage } from "lib/read/ink.ts";
import { HERSHEY_GLYPHS } from "lib/read/training/hershey.ts";
import { LETTERS } from "lib/read/training/letters.ts";
import { blankSheet, crop, inkColumns, paste, type Sheet } from "lib/read/training/sheet.ts";
import { SHEET_SIZE, warp } from "lib/read/training/warp.ts";

const MARGIN = 4;
const WRITTEN_SIZE = SHEET_SIZE - 2 * MARGIN;
const STYLES = Object.values(LETTERS);

/** Digits that are none any more when they are turned by 90 degrees, or mirrored. */
const TURNABLE = [2, 3, 4, 5, 7], MIRRORABLE = [2, 3, 4, 5, 6, 7, 9];
/** Digits that are none any more without their left or right half. */
const DIVISIBLE = [0, 2, 3, 5, 6, 8, 9];

/** Sides of a box that may be left of it: top, bottom, left, right. */
const BOX_SIDES = [
  [true, false, true, false],
  [false, true, true, false],
  [false, true, false, true],
  [true, true, true, false],
  [true, true, false, true],
  [true, false, true, true],
  [false, true, true, true],
] as const;

type Maker = (digits: Examples, random: RandomState) => Sheet;

const KINDS: readonly { readonly weight: number; readonly make: Maker }[] = [
  { weight: 20, make: (_, random) => rewritten(pen(letter(random)), random) },
  { weight: 24, make: (_, random) => rewritten(pen(fontLetter(random)), random) },
  { weight: 4, make: (_, random) => letters(random) },
  { weight: 28, make: pair },
  { weight: 8, make: fragment },
  { weight: 8, make: (_, random) => pen(scribble(random)) },
  { weight: 7, make: (_, random) => signature(random) },
  { weight: 7, make: (_, random) => blot(random) },
  { weight: 4, make: (_, random) => dash(random) },
  { weight: 5, make: (_, random) => corner(random) },
  { weight: 4, make: (_, random) => grains(random) },
  { weight: 5, make: turned },
];

/** A picture that is no digit, such as a page has beside digits, or a wrong cut makes of them. */
export function drawNegative(digits: Examples, random: RandomState): Sheet {
  return pick(KINDS, random).make(digits, random);
}

function pen(strokes: readonly PenStroke[]): Sheet {
  const scan = blankScan(SHEET_SIZE);
  for (const stroke of strokes) drawStroke(scan, stroke, () => 0);
  return { ...scan, ink: Float32Array.from(scan.ink) };
}

function letter(random: RandomState): PenStroke[] {
  const style = STYLES[random.randint(0, STYLES.length)]!;
  return writeGlyph(style, random, WRITTEN_SIZE, MARGIN);
}

/** A letter as print or a script font has it, by a pen. */
function fontLetter(random: RandomState): PenStroke[] {
  const glyph = HERSHEY_GLYPHS[random.randint(0, HERSHEY_GLYPHS.length)]!;
  return writeLines(glyph, random, WRITTEN_SIZE, MARGIN);
}

/** Two letters that hang together, or one and a part of the other. */
function letters(random: RandomState): Sheet {
  const draw = (): Sheet => pen(random.randomSample() < 0.5 ? letter(random) : fontLetter(random));
  const left = draw(), right = draw();
  const sheet = blankSheet(2 * SHEET_SIZE, SHEET_SIZE);
  const [, leftEnd] = inkColumns(left) ?? [0, SHEET_SIZE];
  const [rightStart, rightEnd] = inkColumns(right) ?? [0, SHEET_SIZE];
  paste(sheet, left, 0, 0);
  const at = leftEnd - rightStart - random.randint(0, 6);
  paste(sheet, right, at, random.randint(-6, 7));
  const kept = random.uniform(0.4, 1);
  return crop(sheet, 0, at + rightStart + Math.round(kept * (rightEnd - rightStart)) + 1);
}

/** What was drawn, half of the time as another hand would write it. */
function rewritten(sheet: Sheet, random: RandomState): Sheet {
  return random.randomSample() < 0.5 ? sheet : warp(mnistImage(sheet), random);
}

/** A part of a wavy line with loops: what a signature is. */
function signature(random: RandomState): Sheet {
  const knots = Array.from({ length: random.randint(5, 12) }, (_, i) => ({
    x: 0.35 * i + random.uniform(0, 0.5),
    y: random.randomSample() * (i % 2 === 0 ? 0.6 : 1.4),
    corner: random.randomSample() < 0.1,
  }));
  return pen(writeLines([smoothCurve(knots)], random, WRITTEN_SIZE, MARGIN));
}

/** A corner of a form's box, or two or three of its sides; a lone upright would be a 1. */
function corner(random: RandomState): Sheet {
  const sheet = blankSheet(SHEET_SIZE, SHEET_SIZE);
  const width = random.randint(24, 49), height = random.randint(24, 49);
  const thickness = random.randint(2, 8);
  const left = MARGIN, right = MARGIN + width - thickness;
  const top = MARGIN, bottom = MARGIN + height - thickness;
  // Top and right side without another would be a 7.
  const [hasTop, hasBottom, hasLeft, hasRight] = BOX_SIDES[random.randint(0, BOX_SIDES.length)]!;
  const bar = (x: number, y: number, barWidth: number, barHeight: number): void =>
    paste(
      sheet,
      { width: barWidth, height: barHeight, ink: new Float32Array(barWidth * barHeight).fill(1) },
      x,
      y,
    );
  if (hasTop) bar(left, top, width, thickness);
  if (hasBottom) bar(left, bottom, width, thickness);
  if (hasLeft) bar(left, top, thickness, height);
  if (hasRight) bar(right, top, thickness, height);
  return sheet;
}

/** A curve without a meaning, as crossed-out words have. */
function scribble(random: RandomState): PenStroke[] {
  const radius = random.uniform(1.5, 4);
  const flat = random.uniform(0.3, 1);
  const room = WRITTEN_SIZE - 2 * radius;
  const knots = Array.from({ length: random.randint(7, 16) }, () => ({
    x: MARGIN + radius + room * random.randomSample(),
    y: MARGIN + radius + room * flat * random.randomSample(),
    corner: random.randomSample() < 0.3,
  }));
  return [{ line: smoothCurve(knots), startRadius: radius, endRadius: radius }];
}

/** A stain: discs that overlap. */
function blot(random: RandomState): Sheet {
  const sheet = blankSheet(SHEET_SIZE, SHEET_SIZE);
  const discs = Array.from({ length: random.randint(1, 6) }, () => ({
    x: random.uniform(18, 38),
    y: random.uniform(18, 38),
    radius: random.uniform(6, 16),
    stretch: random.uniform(0.5, 2),
  }));
  sheet.ink.forEach((_, at) => {
    const x = at % SHEET_SIZE, y = Math.floor(at / SHEET_SIZE);
    if (discs.some((d) => Math.hypot((x - d.x) * d.stretch, y - d.y) < d.radius)) sheet.ink[at] = 1;
  });
  return sheet;
}

/** A flat line or two: a dash, a minus, the rest of a ruled line. */
function dash(random: RandomState): Sheet {
  const sheet = blankSheet(SHEET_SIZE, SHEET_SIZE);
  const slope = random.uniform(-0.35, 0.35), half = random.uniform(1, 7);
  sheet.ink.forEach((_, at) => {
    const x = at % SHEET_SIZE - 28, y = Math.floor(at / SHEET_SIZE) - 28;
    if (Math.abs(x) < 24 && Math.abs(y - slope * x) < half) sheet.ink[at] = 1;
  });
  return sheet;
}

/** Grains of a picture or of rough paper. */
function grains(random: RandomState): Sheet {
  const sheet = blankSheet(SHEET_SIZE, SHEET_SIZE);
  const size = random.randint(2, 9), share = random.uniform(0.25, 0.7);
  for (let top = 0; top < SHEET_SIZE; top += size) {
    for (let left = 0; left < SHEET_SIZE; left += size) {
      if (random.randomSample() > share) continue;
      paste(
        sheet,
        { width: size, height: size, ink: new Float32Array(size * size).fill(1) },
        left,
        top,
      );
    }
  }
  return sheet;
}

/** Two digits that touch: both, or one and a part of the other, as a cut in a wrong place leaves. */
function pair(digits: Examples, random: RandomState): Sheet {
  const sheet = blankSheet(2 * SHEET_SIZE, SHEET_SIZE);
  const left = drawn(digits, random), right = drawn(digits, random);
  const [, leftEnd] = inkColumns(left) ?? [0, SHEET_SIZE];
  const [rightStart, rightEnd] = inkColumns(right) ?? [0, SHEET_SIZE];
  const at = leftEnd - rightStart - random.randint(-1, 8);
  paste(sheet, left, 0, 0);
  paste(sheet, right, at, random.randint(-8, 9));
  const [start, end] = inkColumns(sheet) ?? [0, 2 * SHEET_SIZE - 1];
  const u = random.randomSample();
  if (u < 0.4) return sheet;
  const kept = random.uniform(0.35, 0.85);
  return u < 0.7
    ? crop(sheet, start, Math.round(at + rightStart + kept * (rightEnd - rightStart)))
    : crop(sheet, Math.round(start + (1 - kept) * (leftEnd - start)), end + 1);
}

/** The left or the right half of a digit. */
function fragment(digits: Examples, random: RandomState): Sheet {
  const digit = drawn(digits, random, DIVISIBLE);
  const [start, end] = inkColumns(digit) ?? [0, SHEET_SIZE - 1];
  const cut = Math.round(start + random.uniform(0.35, 0.65) * (end - start)) + 1;
  return random.randomSample() < 0.5 ? crop(digit, start, cut) : crop(digit, cut, end + 1);
}

/** A digit on its side, or in the mirror. */
function turned(digits: Examples, random: RandomState): Sheet {
  const isTurned = random.randomSample() < 0.6, isMirrored = random.randomSample() < 0.5;
  const { ink } = drawn(digits, random, isTurned ? TURNABLE : MIRRORABLE);
  const last = SHEET_SIZE - 1;
  const result = blankSheet(SHEET_SIZE, SHEET_SIZE);
  result.ink.forEach((_, at) => {
    const x = at % SHEET_SIZE, y = Math.floor(at / SHEET_SIZE);
    const [row, column] = isTurned ? [x, isMirrored ? y : last - y] : [y, last - x];
    result.ink[at] = ink[row * SHEET_SIZE + column]!;
  });
  return result;
}

/** One of the digits, warped; of the given labels, if any are given. */
function drawn(
  { images, labels }: Examples,
  random: RandomState,
  wanted?: readonly number[],
): Sheet {
  let row: number;
  do row = random.randint(0, labels.length); while (wanted && !wanted.includes(labels[row]!));
  return warp(images.subarray(row * PIXELS, (row + 1) * PIXELS), random);
}
