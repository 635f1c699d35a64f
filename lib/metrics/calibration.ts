import { InputError } from "lib/errors.ts";

/** A float32 softmax may end a hair above 1. */
const ROUNDING = 1e-6;

/** One bar of a reliability diagram. */
export interface CalibrationBin {
  /** The bin holds confidences above `low` (the first one: from 0) up to `high`. */
  readonly low: number;
  /** Upper bound, included. */
  readonly high: number;
  /** Rows in the bin. */
  readonly count: number;
  /** Their mean confidence, 0 to 1; NaN in an empty bin. */
  readonly confidence: number;
  /** The share of them that is predicted right, 0 to 1; NaN in an empty bin. */
  readonly accuracy: number;
}

/**
 * The reliability diagram of a classifier: rows gathered by the probability of the predicted class
 * (the confidence), and how often they are right. In a calibrated model the two agree.
 *
 * Bins are of equal width, as in scikit-learn's `calibration_curve(strategy="uniform")`, whose empty
 * bins are left out there and kept here.
 *
 * @param yTrue `[n]` true labels, 0 to classes - 1.
 * @param probabilities `[n, classes]` predicted probabilities, 0 to 1.
 * @param bins Number of bins.
 * @throws {InputError} If the probabilities are not as many for each row, or one is out of range.
 */
export function calibrationCurve(
  yTrue: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  bins = 10,
): CalibrationBin[] {
  const rows = yTrue.length;
  const classes = probabilities.length / rows;
  if (!Number.isInteger(classes)) {
    throw new InputError(`${probabilities.length} probabilities do not divide among ${rows} rows.`);
  }
  const edges = Array.from({ length: bins + 1 }, (_, i) => i === bins ? 1 : i * (1 / bins));
  const count = new Array<number>(bins).fill(0);
  const confidenceSum = new Array<number>(bins).fill(0);
  const right = new Array<number>(bins).fill(0);
  for (let row = 0; row < rows; row++) {
    let predicted = 0;
    for (let k = 1; k < classes; k++) {
      if (probabilities[row * classes + k]! > probabilities[row * classes + predicted]!) {
        predicted = k;
      }
    }
    const probability = probabilities[row * classes + predicted]!;
    if (!(probability >= 0 && probability <= 1 + ROUNDING)) {
      throw new InputError(`Probability ${probability} in row ${row}; expected 0 to 1.`);
    }
    const confidence = Math.min(1, probability);
    const bin = Math.max(0, edges.findIndex((edge) => confidence <= edge) - 1);
    count[bin]!++;
    confidenceSum[bin]! += confidence;
    if (predicted === yTrue[row]) right[bin]!++;
  }
  return count.map((rowsInBin, bin) => ({
    low: edges[bin]!,
    high: edges[bin + 1]!,
    count: rowsInBin,
    confidence: confidenceSum[bin]! / rowsInBin,
    accuracy: right[bin]! / rowsInBin,
  }));
}

/**
 * Expected calibration error (Naeini, Cooper, Hauskrecht 2015): the distance of confidence and
 * accuracy, averaged over the rows of a reliability diagram. 0 is calibrated, 1 the worst.
 */
export function expectedCalibrationError(bins: readonly CalibrationBin[]): number {
  let distanceSum = 0;
  let rows = 0;
  for (const { count, confidence, accuracy } of bins) {
    if (count === 0) continue;
    distanceSum += count * Math.abs(accuracy - confidence);
    rows += count;
  }
  return distanceSum / rows;
}
