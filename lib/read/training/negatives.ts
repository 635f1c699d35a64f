import { pick } from "lib/dataset/synthetic/chance.ts";
import { smoothCurve } from "lib/dataset/synthetic/curve.ts";
import { writeGlyph } from "lib/dataset/synthetic/handwriting.ts";
import { blankScan, drawStroke, type PenStroke } from "lib/dataset/synthetic/raster.ts";
import { PIXELS } from "lib/digits.ts";
import type { Examples } from "lib/model/mod.ts";
import type { RandomState } from "lib/random.ts";
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

type Maker = (digits: Examples, random: RandomState) => Sheet;

const KINDS: readonly { readonly weight: number; readonly make: Maker }[] = [
  { weight: 30, make: (_, random) => pen(letter(random)) },
  { weight: 30, make: pair },
  { weight: 8, make: fragment },
  { weight: 10, make: (_, random) => pen(scribble(random)) },
  { weight: 8, make: (_, random) => blot(random) },
  { weight: 5, make: (_, random) => dash(random) },
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

/** A curve without a meaning, as signatures and crossed-out words have. */
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
