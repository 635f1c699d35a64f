import { findComponents } from "lib/read/components.ts";
import { fitLine, type Line } from "lib/read/line_fit.ts";
import type { Mask } from "lib/read/threshold.ts";

/** A straight piece has at least this length, in digit heights; a rule alone is longer. */
const LEAST_PIECE = 0.85, LEAST_RULE = 2.5;
/** Greatest thickness of a rule, in digit heights. */
const MOST_THICKNESS = 0.16;
/** How far pieces of one rule may be from its line, in pixels. */
const MOST_OFFSET = 3;
/** Ink that is thicker than its rule by more than this, in pixels, is a stroke as well. */
const MOST_EXTRA = 3;

/** A straight, level piece of ink. */
interface Piece extends Line {
  readonly left: number;
  readonly right: number;
  readonly thickness: number;
}

/** The level rules of a page, and the upright ones as level rules of the transposed page. */
export interface Rules {
  readonly level: readonly Piece[];
  readonly upright: readonly Piece[];
}

/**
 * Finds ruled lines and form boxes: straight, thin, level or upright pieces of ink that are long, or
 * that end at others on both sides.
 *
 * @param digitHeight Height of a digit, in pixels.
 */
export function findRules(mask: Mask, digitHeight: number): Rules {
  const level = findPieces(mask, digitHeight);
  const upright = findPieces(transpose(mask), digitHeight);
  return {
    level: chooseRules(level, upright, mask.width, digitHeight),
    upright: chooseRules(upright, level, mask.height, digitHeight),
  };
}

/** The pieces that are rules, or go on where a rule that writing covers stops. */
function chooseRules(
  pieces: readonly Piece[],
  others: readonly Piece[],
  pageWidth: number,
  digitHeight: number,
): Piece[] {
  const rules = pieces.filter((piece) => isRule(piece, others, pageWidth, digitHeight));
  const long = rules.filter(({ left, right }) => right - left >= LEAST_RULE * digitHeight);
  return pieces.filter((piece) => {
    const middle = (piece.left + piece.right) / 2;
    return rules.includes(piece) || long.some((rule) =>
      piece.thickness <= rule.thickness + 1 &&
      Math.abs(rule.offset - piece.offset + (rule.slope - piece.slope) * middle) <= MOST_OFFSET
    );
  });
}

/** Takes rules away. Strokes that cross a rule stay whole. */
export function eraseRules(mask: Mask, { level, upright }: Rules): Mask {
  const withoutLevel = level.length > 0 ? erase(mask, level) : mask;
  return upright.length > 0 ? transpose(erase(transpose(withoutLevel), upright)) : withoutLevel;
}

function transpose({ width, height, ink }: Mask): Mask {
  const turned = new Uint8Array(ink.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) turned[x * height + y] = ink[y * width + x]!;
  }
  return { width: height, height: width, ink: turned };
}

/** A rule is long, or each of its ends is at a piece of the other direction or the page's edge. */
function isRule(
  piece: Piece,
  others: readonly Piece[],
  pageWidth: number,
  digitHeight: number,
): boolean {
  if (piece.right - piece.left >= LEAST_RULE * digitHeight) return true;
  return [piece.left, piece.right].every((x) => {
    const y = piece.offset + piece.slope * x;
    return x <= 3 || x >= pageWidth - 4 || others.some((other) => {
      // The other piece's "x" runs along our y.
      const reach = 3 + (piece.thickness + other.thickness) / 2;
      return piece.thickness <= other.thickness + 2 &&
        Math.abs(other.offset + other.slope * y - x) <= reach &&
        y >= other.left - reach && y <= other.right + reach;
    });
  });
}

function findPieces(mask: Mask, digitHeight: number): Piece[] {
  const { width } = mask;
  const least = LEAST_PIECE * digitHeight;
  return findComponents({ ...mask, ink: longRuns(mask, least) }).flatMap(({ box, pixels }) => {
    if (box.width < least) return [];
    const counts = new Float64Array(box.width);
    const sums = new Float64Array(box.width);
    for (const at of pixels) {
      const column = at % width - box.left, y = Math.floor(at / width);
      counts[column]!++;
      sums[column]! += y;
    }
    const thickness = counts.toSorted()[Math.floor(0.4 * counts.length)]!;
    if (thickness > Math.max(3, MOST_THICKNESS * digitHeight)) return [];
    // Columns where a stroke adds to the rule say little about where it is.
    const columns = Array.from(counts.keys()).filter((i) =>
      counts[i]! > 0 && counts[i]! <= thickness + 1
    );
    const line = fitLine(columns.map((i) => ({ x: box.left + i, y: sums[i]! / counts[i]! })));
    return line ? [{ left: box.left, right: box.left + box.width - 1, ...line, thickness }] : [];
  });
}

/** Ink on level runs of at least `least` pixels; a run may climb slowly and have small gaps. */
function longRuns({ width, height, ink }: Mask, least: number): Uint8Array {
  const found = new Uint8Array(ink.length);
  const gap = 3;
  for (let y = 0; y < height; y++) {
    const at = y * width;
    const isInk = (x: number): boolean =>
      ink[at + x] === 1 || (y > 0 && ink[at + x - width] === 1) ||
      (y + 1 < height && ink[at + x + width] === 1);
    let start = -1, last = -1;
    for (let x = 0; x <= width; x++) {
      if (x < width && isInk(x)) {
        if (start < 0) start = x;
        last = x;
      } else if (start >= 0 && (x === width || x - last > gap)) {
        if (last - start + 1 >= least) {
          for (let i = start; i <= last; i++) found[at + i] = ink[at + i]!;
        }
        start = -1;
      }
    }
  }
  return found;
}

/** Erases level rules, but not where a stroke crosses one or runs along it: the ink is thicker there. */
function erase(mask: Mask, rules: readonly Piece[]): Mask {
  const { width, height } = mask;
  const ink = mask.ink.slice();
  const isInk = (x: number, y: number): boolean =>
    y >= 0 && y < height && mask.ink[y * width + x] === 1;
  for (const { left, right, offset, slope, thickness } of rules) {
    const half = thickness / 2 + 1;
    for (let x = Math.max(0, left - 3); x <= Math.min(width - 1, right + 3); x++) {
      const y = offset + slope * x;
      const top = Math.round(y - half), bottom = Math.round(y + half);
      let above = top, below = bottom;
      if (isInk(x, top)) { while (isInk(x, above - 1)) above--; }
      if (isInk(x, bottom)) { while (isInk(x, below + 1)) below++; }
      if (below - above + 1 > thickness + MOST_EXTRA) continue;
      for (let row = Math.max(0, above); row <= Math.min(height - 1, below); row++) {
        ink[row * width + x] = 0;
      }
    }
  }
  return { width, height, ink };
}
