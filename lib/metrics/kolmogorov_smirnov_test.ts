import { InputError } from "lib/errors.ts";

/** What {@linkcode kolmogorovSmirnovTest} found. */
export interface KolmogorovSmirnovResult {
  /** The largest distance between the two empirical distribution functions, 0..1. */
  readonly statistic: number;
  /** Exact two-sided p-value; where values are equal it errs on the careful side. */
  readonly pValue: number;
}

/**
 * The two-sample Kolmogorov-Smirnov test of whether two samples come from the same distribution:
 * SciPy's `ks_2samp(x, y, method="exact")`.
 *
 * If they do, every order in which the pooled values can fall to the two samples is equally likely.
 * The p-value is the share of the orders whose distance somewhere is at least the one that was seen,
 * counted as a walk that leaves a band (Hodges 1958).
 *
 * @param x `[n]`
 * @param y `[m]`
 * @throws {InputError} If a sample is empty or holds what is no number.
 */
export function kolmogorovSmirnovTest(
  x: readonly number[],
  y: readonly number[],
): KolmogorovSmirnovResult {
  const [n, m] = [x.length, y.length];
  if (n === 0 || m === 0 || [...x, ...y].some(Number.isNaN)) {
    throw new InputError(`Samples of ${n} and ${m} values: expected numbers in both.`);
  }
  const distance = largestDistance(x.toSorted(ascending), y.toSorted(ascending));
  return { statistic: distance / (n * m), pValue: chanceOfDistance(distance, n, m) };
}

function ascending(a: number, b: number): number {
  return a - b;
}

/** The largest difference of the distribution functions of two sorted samples, in steps of 1/(n m). */
function largestDistance(x: readonly number[], y: readonly number[]): number {
  let [i, j, largest] = [0, 0, 0];
  while (i < x.length && j < y.length) {
    const value = Math.min(x[i]!, y[j]!);
    while (x[i] === value) i++;
    while (y[j] === value) j++;
    largest = Math.max(largest, Math.abs(i * y.length - j * x.length));
  }
  return largest;
}

/** How likely the distance becomes at least `distance` (in steps of 1/(n m)) by chance alone. */
function chanceOfDistance(distance: number, n: number, m: number): number {
  if (distance === 0) return 1;
  let outside = 0;
  // within[j]: the chance that i values of x and j of y come first, the distance having been smaller
  // all the way.
  const within = new Float64Array(m + 1);
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      const left = n + m - i - j + 1;
      const fromX = i === 0 ? 0 : within[j]! * (n - i + 1) / left;
      const fromY = j === 0 ? 0 : within[j - 1]! * (m - j + 1) / left;
      const chance = i + j === 0 ? 1 : fromX + fromY;
      const leaves = Math.abs(i * m - j * n) >= distance;
      if (leaves) outside += chance;
      within[j] = leaves ? 0 : chance;
    }
  }
  return Math.min(1, outside);
}
