import type { Mask } from "lib/read/threshold.ts";

/** Angles that are tried, in degrees. */
const STEP = 0.5;
/** Points of ink that are looked at. */
const POINTS = 20_000;
/** A turn has to make the profile so much sharper, or the page is left as it is. */
const LEAST_GAIN = 1.15;

/**
 * The angle in radians by which lines of writing run downward to the right (0 where that is not
 * clear): the one along which the ink's projection profile has the sharpest edges (Postl, "Detection
 * of linear oblique structures and skew scan in digitized documents", 1986).
 *
 * @param lineHeight Height of a digit, in pixels: a profile's bin is a fraction of it.
 * @param most The largest angle to look for, in degrees.
 */
export function findSkew({ width, height, ink }: Mask, lineHeight: number, most: number): number {
  const xs: number[] = [], ys: number[] = [];
  const total = ink.reduce((sum, value) => sum + value, 0);
  const stride = Math.max(1, Math.floor(total / POINTS));
  let seen = 0, left = width, right = 0;
  for (let at = 0; at < ink.length; at++) {
    if (ink[at] === 0 || seen++ % stride !== 0) continue;
    const x = at % width;
    xs.push(x - width / 2);
    ys.push((at - x) / width);
    left = Math.min(left, x);
    right = Math.max(right, x);
  }
  // A few digits side by side say more about a hand's slant than about the page's.
  if (right - left < 4 * lineHeight) return 0;
  const bin = Math.max(1, lineHeight / 12);
  const reach = width / 2 * Math.tan(most * Math.PI / 180);
  const bins = new Float64Array(Math.ceil((height + 2 * reach) / bin) + 2);
  const sharpness = (degrees: number): number => {
    const slope = Math.tan(degrees * Math.PI / 180);
    bins.fill(0);
    for (let i = 0; i < xs.length; i++) {
      const at = (ys[i]! - slope * xs[i]! + reach) / bin;
      const first = Math.floor(at);
      bins[first]! += 1 - (at - first);
      bins[first + 1]! += at - first;
    }
    let sum = 0;
    for (let i = 1; i < bins.length; i++) sum += (bins[i]! - bins[i - 1]!) ** 2;
    return sum;
  };
  let best = 0;
  const straight = sharpness(0);
  let sharpest = straight * LEAST_GAIN;
  for (let degrees = -most; degrees <= most; degrees += STEP) {
    const value = sharpness(degrees);
    if (value > sharpest) [best, sharpest] = [degrees, value];
  }
  return best * Math.PI / 180;
}
