import { mean } from "lib/metrics/_numpy.ts";

/**
 * The sample standard deviation: `numpy.std(values, ddof=1)`.
 *
 * @param values `[n]`, at least two; `NaN` for fewer.
 */
export function standardDeviation(values: readonly number[]): number {
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
