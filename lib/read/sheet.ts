import { type Component, findComponents } from "lib/read/components.ts";
import { fromRectangle, type Homography, type Point, warpImage } from "lib/read/homography.ts";
import type { GrayImage } from "lib/read/image.ts";
import { fitLine } from "lib/read/line_fit.ts";
import { IntegralImage } from "lib/read/integral.ts";

/** Longest side at which a sheet's outline is looked for. */
const OUTLINE_SIDE = 400;
/** Brightness at which the sheet may end, as shares of the picture's range: low, as part of it may be in shadow. */
const LEVELS = [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8];
/** A sheet covers at least this share of the picture. */
const LEAST_AREA = 0.2;
/** A sheet and its quadrilateral differ by at most this share of its area. */
const MOST_MISFIT = 0.1;
/** Along each of its sides a sheet is lighter than the ground, on average by this share of their sum. */
const LEAST_FALL = 0.14;
/** Distance from a side at which the brightness is compared, in pixels. */
const BESIDE = 2;
/** A side is looked for so far from where it was found first, as a share of its length. */
const SIDE_REACH = 0.08;
/** Each time the sides get nearer. */
const ROUNDS = 3;
/** The rim of a sheet that is left out, as a share of its sides: edges, shadows. */
const INSET = 0.01;

/** A sheet of paper, seen from straight above. */
export interface Sheet {
  readonly image: GrayImage;
  readonly toSource: Homography;
}

/**
 * Finds a light sheet on a darker ground and undoes its perspective; `undefined` where the picture
 * is all paper, or no sheet stands out.
 */
export function findSheet(image: GrayImage): Sheet | undefined {
  const factor = Math.max(1, Math.ceil(Math.max(image.width, image.height) / OUTLINE_SIDE));
  const small = shrink(image, factor);
  // Part of a sheet may be in shadow and part of the ground in light, so that no brightness parts the
  // two all around: each side is the best of those that were found. A shadow's edge is a weaker one.
  const best: { side: Side; fall: number }[] = [];
  const [darkest, lightest] = range(small);
  for (const level of LEVELS) {
    const limit = darkest + level * (lightest - darkest);
    const ink = small.values.map((grey) => Number(grey >= limit));
    const largest = findComponents({ ...small, ink })
      .reduce<Component | undefined>(
        (a, b) => a && a.pixels.length >= b.pixels.length ? a : b,
        undefined,
      );
    const outline = largest && quadrilateral(largest, small);
    if (outline === undefined) continue;
    sidesOf(refine(outline, small)).forEach((side, i) => {
      const fall = meanFall(side, small);
      if (fall > (best[i]?.fall ?? -1)) best[i] = { side, fall };
    });
  }
  if (best.length === 0) return undefined;
  const outline = refine(cornersOf(best.map(({ side }) => side)), small);
  if (sidesOf(outline).some((side) => meanFall(side, small) < LEAST_FALL)) return undefined;
  const corners = outline.map(({ x, y }) => ({
    x: (x + 0.5) * factor - 0.5,
    y: (y + 0.5) * factor - 0.5,
  })) as unknown as Corners;
  const [a, b, c, d] = corners;
  const width = Math.round(Math.max(distance(a, b), distance(c, d)));
  const height = Math.round(Math.max(distance(b, c), distance(d, a)));
  const left = Math.round(INSET * width) + factor, top = Math.round(INSET * height) + factor;
  const whole = fromRectangle(width, height, corners);
  // The rectangle's inner part starts at (left, top).
  const toSource = whole.map((value, i) =>
    i % 3 === 2 ? whole[i - 2]! * left + whole[i - 1]! * top + value : value
  );
  return { image: warpImage(image, toSource, width - 2 * left, height - 2 * top), toSource };
}

/** Moves the sides of a quadrilateral to where the brightness falls most. */
function refine(corners: Corners, image: GrayImage): Corners {
  for (let round = 0; round < ROUNDS; round++) {
    corners = cornersOf(
      sidesOf(corners).map(([a, b]): Side => {
        const length = distance(a, b), at = besideSide(a, b);
        const reach = SIDE_REACH * length;
        const steps = stepsAlong(length).map((t): Point => {
          let best = { fall: 0, out: 0 };
          for (let out = -reach; out <= reach; out++) {
            const fall = fallAt(image, at(t, out - BESIDE), at(t, out + BESIDE));
            if (fall > best.fall) best = { fall, out };
          }
          return { x: t, y: best.out };
        });
        const line = fitLine(steps) ?? { offset: 0, slope: 0 };
        return [at(0, line.offset), at(length, line.offset + line.slope * length)];
      }),
    );
  }
  return corners;
}

/** How much lighter it is inside of a side, on average. */
function meanFall([a, b]: Side, image: GrayImage): number {
  const at = besideSide(a, b), steps = stepsAlong(distance(a, b));
  const sum = steps.reduce((sum, t) => sum + fallAt(image, at(t, -BESIDE), at(t, BESIDE)), 0);
  return sum / steps.length;
}

function sidesOf(corners: Corners): Side[] {
  return corners.map((corner, i) => [corner, corners[(i + 1) % 4]!]);
}

function cornersOf(sides: readonly Side[]): Corners {
  return sides.map((side, i) => crossing(sides[(i + 3) % 4]!, side)) as unknown as Corners;
}

/** Points `t` pixels from `a` towards `b`, and `out` pixels to the outside. */
function besideSide(a: Point, b: Point): (t: number, out: number) => Point {
  const length = distance(a, b);
  const along = { x: (b.x - a.x) / length, y: (b.y - a.y) / length };
  return (t, out) => ({
    x: a.x + t * along.x + out * along.y,
    y: a.y + t * along.y - out * along.x,
  });
}

function stepsAlong(length: number): number[] {
  return Array.from({ length: 44 }, (_, i) => (0.06 + 0.02 * i) * length);
}

/** The fall of the brightness from one point to another, as a share of their sum. */
function fallAt(image: GrayImage, from: Point, to: Point): number {
  const inner = greyAt(image, from), outer = greyAt(image, to);
  return (inner - outer) / (inner + outer + 1);
}

function greyAt({ width, height, values }: GrayImage, { x, y }: Point): number {
  const column = Math.min(width - 1, Math.max(0, Math.round(x)));
  const row = Math.min(height - 1, Math.max(0, Math.round(y)));
  return values[row * width + column]!;
}

/** Where two lines meet, each given by two points. */
function crossing([a, b]: Side, [c, d]: Side): Point {
  const rx = b.x - a.x, ry = b.y - a.y, sx = d.x - c.x, sy = d.y - c.y;
  const t = ((c.x - a.x) * sy - (c.y - a.y) * sx) / (rx * sy - ry * sx);
  return { x: a.x + t * rx, y: a.y + t * ry };
}

type Corners = readonly [Point, Point, Point, Point];

/** A side of a quadrilateral, clockwise from corner to corner. */
type Side = readonly [Point, Point];

/** The quadrilateral that a region fills, if there is one and it isn't the whole picture. */
function quadrilateral(
  { pixels, box }: Component,
  { width, height }: GrayImage,
): Corners | undefined {
  if (box.width >= 0.99 * width && box.height >= 0.99 * height) return undefined;
  const extreme = (value: (x: number, y: number) => number): Point => {
    let best = -Infinity, found = 0;
    for (const at of pixels) {
      const here = value(at % width, Math.floor(at / width));
      if (here > best) [best, found] = [here, at];
    }
    return { x: found % width, y: Math.floor(found / width) };
  };
  const corners: Corners = [
    extreme((x, y) => -x - y),
    extreme((x, y) => x - y),
    extreme((x, y) => x + y),
    extreme((x, y) => y - x),
  ];
  const area = corners.reduce((sum, { x, y }, i) => {
    const next = corners[(i + 1) % 4]!;
    return sum + (x * next.y - next.x * y) / 2;
  }, 0);
  if (area < LEAST_AREA * width * height) return undefined;
  const inside = pixels.reduce(
    (count, at) => count + Number(isInside(corners, at % width, Math.floor(at / width))),
    0,
  );
  // A region with as many holes as paper is no sheet.
  if (2 * inside < area) return undefined;
  return pixels.length - inside <= MOST_MISFIT * area ? corners : undefined;
}

function isInside(corners: Corners, x: number, y: number): boolean {
  for (let i = 0; i < 4; i++) {
    const a = corners[i]!, b = corners[(i + 1) % 4]!;
    if ((b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x) < 0) return false;
  }
  return true;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** The greys between which nearly all pixels are. */
function range({ values }: GrayImage): [darkest: number, lightest: number] {
  const sorted = values.toSorted();
  return [sorted[Math.floor(0.02 * sorted.length)]!, sorted[Math.floor(0.98 * sorted.length)]!];
}

/** A picture whose pixels are the means of `factor` x `factor` pixels. */
function shrink(image: GrayImage, factor: number): GrayImage {
  const sums = new IntegralImage(image);
  const width = Math.floor(image.width / factor), height = Math.floor(image.height / factor);
  const radius = Math.floor(factor / 2), values = new Uint8Array(width * height);
  for (let i = 0; i < values.length; i++) {
    const x = (i % width) * factor + radius, y = Math.floor(i / width) * factor + radius;
    values[i] = Math.round(
      sums.mean(Math.min(x, image.width - 1), Math.min(y, image.height - 1), radius),
    );
  }
  return { width, height, values };
}
