/** A probability below this counts as this. */
const LEAST = 1e-12;

/** Newton's method has long converged after so many steps. */
const STEPS = 50;

/**
 * The temperature at which probabilities fit labels best (Guo et al., 2017): scores divided by it
 * have the lowest mean cross-entropy. Above 1 the classifier was too sure, below 1 not sure enough.
 * To be found on other rows than those that are judged with it.
 *
 * @param yTrue `[n]` true labels.
 * @param probabilities `[n, classes]`
 */
export function fitTemperature(
  yTrue: ArrayLike<number>,
  probabilities: ArrayLike<number>,
): number {
  const rows = yTrue.length;
  const classes = probabilities.length / rows;
  const scores = Float64Array.from(probabilities, (p) => Math.log(Math.max(p, LEAST)));
  // The loss is convex in b = 1 / temperature: its derivative is the mean over rows of the expected
  // score less the true one, its second derivative the mean variance of the scores. Newton's method
  // in log b keeps b above 0.
  let b = 1;
  for (let step = 0; step < STEPS; step++) {
    let slope = 0;
    let curvature = 0;
    for (let row = 0; row < rows; row++) {
      const own = scores.subarray(row * classes, (row + 1) * classes);
      let [total, mean, square] = [0, 0, 0];
      const most = own.reduce((a, x) => Math.max(a, x));
      for (const score of own) {
        const weight = Math.exp(b * (score - most));
        total += weight;
        mean += weight * score;
        square += weight * score * score;
      }
      mean /= total;
      slope += mean - own[yTrue[row]!]!;
      curvature += square / total - mean * mean;
    }
    const change = b * slope / (b * b * curvature + Math.abs(b * slope));
    if (!(Math.abs(change) > 1e-13)) break;
    b *= Math.exp(-change);
  }
  return 1 / b;
}

/**
 * Probabilities as they are at a temperature, each row summing to 1. The order within a row stays.
 *
 * @param probabilities `[n, classes]`
 */
export function scaleTemperature(
  probabilities: Float32Array,
  classes: number,
  temperature: number,
): Float32Array {
  const scaled = new Float32Array(probabilities.length);
  for (let start = 0; start < scaled.length; start += classes) {
    const row = probabilities.subarray(start, start + classes);
    const most = row.reduce((a, p) => Math.max(a, p));
    const powers = Float64Array.from(row, (p) => (Math.max(p, LEAST) / most) ** (1 / temperature));
    const total = powers.reduce((sum, p) => sum + p, 0);
    powers.forEach((p, k) => scaled[start + k] = p / total);
  }
  return scaled;
}
