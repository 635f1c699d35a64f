import type { Point } from "lib/read/homography.ts";

/** `y = offset + slope * x` */
export interface Line {
  readonly offset: number;
  readonly slope: number;
}

/** How far from the line a point may be, in pixels, and the share of points that are no farther. */
const MOST_BEND = 2, LEAST_SHARE = 0.6;
const ROUNDS = 6;

/**
 * The line that most points are near, by least squares without those that are far from it;
 * `undefined` unless 60% are within 2 pixels.
 */
export function fitLine(
  points: readonly Point[],
): Line | undefined {
  let near = points, line: Line | undefined;
  for (let round = 0; round < ROUNDS && near.length >= 2; round++) {
    line = leastSquares(near);
    const { offset, slope } = line;
    const distances = points.map(({ x, y }) => Math.abs(offset + slope * x - y));
    // The first lines may be off: the nearer half of the points draws them to where most are.
    const limit = Math.max(MOST_BEND, distances.toSorted((a, b) => a - b)[points.length >> 1]!);
    near = points.filter((_, i) => distances[i]! <= limit);
  }
  if (line === undefined) return undefined;
  const { offset, slope } = line;
  const inliers = points.filter(({ x, y }) => Math.abs(offset + slope * x - y) <= MOST_BEND);
  return inliers.length >= LEAST_SHARE * points.length ? line : undefined;
}

function leastSquares(
  points: readonly Point[],
): Line {
  const n = points.length;
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / n;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / n;
  let xx = 0, xy = 0;
  for (const { x, y } of points) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
  }
  const slope = xx > 0 ? xy / xx : 0;
  return { offset: meanY - slope * meanX, slope };
}
