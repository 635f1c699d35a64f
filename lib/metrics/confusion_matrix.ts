import { InputError } from "lib/errors.ts";
import { checkSameLength, uniqueLabels } from "lib/metrics/_labels.ts";

/**
 * Counts of rows by true label (row) and predicted label (column), as scikit-learn's
 * `confusion_matrix`.
 *
 * @param labels Which labels, in which order; rows with another true or predicted label are left out.
 * Default: all that occur, ascending.
 * @throws {InputError} If the lengths differ, there are no rows, or no true label is among `labels`.
 */
export function confusionMatrix(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  labels: readonly number[] = uniqueLabels(yTrue, yPred),
): number[][] {
  checkSameLength(yTrue, yPred);
  const index = new Map(labels.map((label, i) => [label, i]));
  const matrix = labels.map(() => new Array<number>(labels.length).fill(0));
  let trueLabelFound = false;
  for (let i = 0; i < yTrue.length; i++) {
    const row = index.get(yTrue[i]!);
    const column = index.get(yPred[i]!);
    if (row !== undefined) trueLabelFound = true;
    if (row !== undefined && column !== undefined) matrix[row]![column]!++;
  }
  if (!trueLabelFound) throw new InputError(`No true label is one of ${labels.join(", ")}.`);
  return matrix;
}

/** How often one class was taken for another. */
export interface Confusion {
  /** Row of the matrix. */
  readonly actual: number;
  /** Column of the matrix. */
  readonly predicted: number;
  /** Number of such rows. */
  readonly count: number;
}

/** What a confusion matrix has off its diagonal, the most frequent first. */
export function confusions(matrix: readonly (readonly number[])[]): Confusion[] {
  return matrix
    .flatMap((row, actual) => row.map((count, predicted) => ({ actual, predicted, count })))
    .filter(({ actual, predicted, count }) => actual !== predicted && count > 0)
    .sort((a, b) => b.count - a.count || a.actual - b.actual || a.predicted - b.predicted);
}

/** The share of rows, 0 to 1, whose predicted label is the true one. */
export function accuracyScore(yTrue: ArrayLike<number>, yPred: ArrayLike<number>): number {
  checkSameLength(yTrue, yPred);
  let right = 0;
  for (let i = 0; i < yTrue.length; i++) if (yTrue[i] === yPred[i]) right++;
  return right / yTrue.length;
}
