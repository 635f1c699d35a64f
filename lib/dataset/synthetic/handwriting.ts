import type { RandomState } from "lib/random.ts";
import { bell, pick } from "lib/dataset/synthetic/chance.ts";
import { type Point, smoothCurve } from "lib/dataset/synthetic/curve.ts";
import { GLYPHS, type Knot, type Style } from "lib/dataset/synthetic/glyphs.ts";
import type { PenStroke } from "lib/dataset/synthetic/raster.ts";

/**
 * How one person writes one digit, at one time. Lengths are fractions of the digit's height, unless
 * said otherwise.
 */
interface Hand {
  /** Width of the glyph's box. */
  readonly width: number;
  /** Sideways shift from the bottom to the top: positive leans to the right. */
  readonly slant: number;
  /** Tangent of half the angle by which the digit is turned. */
  readonly halfTurn: number;
  /** Quadratic distortions: bends, and heads larger or smaller than feet. */
  readonly bend: readonly number[];
  /** Standard deviation by which a knot misses its place. */
  readonly wobble: number;
  /** Half the width of the pen's line, as a fraction of the digit's longest side. */
  readonly penRadius: number;
}

/** Standard deviation by which a stroke's end falls short or runs on. */
const OVERRUN = 0.08;

/** Mean slant of handwriting; that of the digit 1 is larger. */
const SLANT = 0.14;

function drawHand(slant: number, random: RandomState): Hand {
  const spread = bell(random);
  return {
    // Half as wide is as common as twice as wide.
    width: 0.86 * (spread < 0 ? 1 / (1 - 0.28 * spread) : 1 + 0.28 * spread),
    slant: slant + 0.24 * bell(random),
    halfTurn: 0.08 * bell(random),
    bend: Array.from({ length: 6 }, () => 0.18 * bell(random)),
    wobble: random.uniform(0.01, 0.05),
    penRadius: penRadius(random),
  };
}

/** Mostly a ball-point pen, at times a felt-tip. */
function penRadius(random: RandomState): number {
  const u = random.randomSample();
  return 0.038 + 0.033 * u + 0.03 * u * u * u;
}

/**
 * Writes the digit `label`, scaled so that its ink just fills the longest side of a square of
 * `size` pixels whose corner is at (`margin`, `margin`).
 */
export function writeDigit(
  label: number,
  random: RandomState,
  size: number,
  margin: number,
): PenStroke[] {
  const hand = drawHand(label === 1 ? 0.2 : SLANT, random);
  return written(pick(GLYPHS[label]!, random), hand, random, size, margin);
}

/** Writes any other glyph, as {@linkcode writeDigit} does a digit. */
export function writeGlyph(
  style: Style,
  random: RandomState,
  size: number,
  margin: number,
): PenStroke[] {
  return written(style, drawHand(SLANT, random), random, size, margin);
}

/** Writes lines of any kind as a hand poses them, its pen and its slant; knots stay where they are. */
export function writeLines(
  lines: readonly (readonly Point[])[],
  random: RandomState,
  size: number,
  margin: number,
): PenStroke[] {
  return penned(fitted(lines, 1, 0), drawHand(SLANT, random), random, size, margin);
}

function written(
  style: Style,
  hand: Hand,
  random: RandomState,
  size: number,
  margin: number,
): PenStroke[] {
  const lines = style.strokes.map((knots) => smoothCurve(varied(knots, hand, random)));
  return penned(lines, hand, random, size, margin);
}

/** The strokes that a hand makes of lines in the unit box. */
function penned(
  lines: readonly (readonly Point[])[],
  hand: Hand,
  random: RandomState,
  size: number,
  margin: number,
): PenStroke[] {
  const radius = hand.penRadius * size;
  const posedLines = lines.map((line) => line.map((point) => posed(point, hand)));
  const placed = fitted(posedLines, size - 2 * radius, margin + radius);
  return placed.map((line) => ({
    line,
    startRadius: radius * (1 + 0.12 * bell(random)),
    endRadius: radius * (1 + 0.12 * bell(random)),
  }));
}

/** The knots as the hand hits them: each a little off, the ends too soon or too late. */
function varied(knots: readonly Knot[], hand: Hand, random: RandomState): Knot[] {
  const moved = knots.map(({ x, y, corner }) => ({
    x: x + hand.wobble * bell(random) / hand.width,
    y: y + hand.wobble * bell(random),
    corner,
  }));
  const start = stretched(moved[1]!, moved[0]!, OVERRUN * bell(random));
  const end = stretched(moved.at(-2)!, moved.at(-1)!, OVERRUN * bell(random));
  return [start, ...moved.slice(1, -1), end];
}

/** `to`, moved by `length` away from `from`. */
function stretched(from: Knot, to: Knot, length: number): Knot {
  const dx = to.x - from.x, dy = to.y - from.y;
  const factor = length / (Math.sqrt(dx * dx + dy * dy) + 1e-6);
  return { x: to.x + factor * dx, y: to.y + factor * dy, corner: to.corner };
}

/** Bends, widens, slants and turns a point of the glyph's unit box, about the middle of the box. */
function posed(point: Point, { width, slant, halfTurn, bend }: Hand): Point {
  const u = point.x - 0.5, v = point.y - 0.5;
  const uu = u * u, uv = u * v, vv = v * v;
  const x = width * (u + bend[0]! * uu + bend[1]! * uv * 2 + bend[2]! * vv) - slant * v;
  const y = v + bend[3]! * uu + bend[4]! * uv + bend[5]! * vv;
  // Cosine and sine from the half angle's tangent: exact arithmetic, the same on every platform.
  const norm = 1 + halfTurn * halfTurn;
  const cos = (1 - halfTurn * halfTurn) / norm, sin = 2 * halfTurn / norm;
  return { x: cos * x - sin * y, y: sin * x + cos * y };
}

/** The lines, scaled and moved so that their longest side is `size`, from (`start`, `start`) on. */
function fitted(lines: readonly (readonly Point[])[], size: number, start: number): Point[][] {
  let left = Infinity, right = -Infinity, top = Infinity, bottom = -Infinity;
  for (const { x, y } of lines.flat()) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const scale = size / Math.max(right - left, bottom - top);
  return lines.map((line) =>
    line.map(({ x, y }) => ({ x: start + scale * (x - left), y: start + scale * (y - top) }))
  );
}
