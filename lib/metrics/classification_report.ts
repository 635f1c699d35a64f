import { InputError } from "lib/errors.ts";
import { checkSameLength, uniqueLabels } from "lib/metrics/_labels.ts";
import { accuracyScore } from "lib/metrics/confusion_matrix.ts";
import { formatFixed, mean, weightedMean } from "lib/metrics/_numpy.ts";

/** Options of {@linkcode classificationReport}; names and meaning are scikit-learn's. */
export interface ReportOptions {
  /** Which labels, in which order. Default: all that occur, ascending. */
  readonly labels?: readonly number[];
  /** A name for each label. Default: the labels themselves. */
  readonly targetNames?: readonly string[];
  /** Decimals in the text. Default: 2. */
  readonly digits?: number;
  /**
   * The value of a precision, recall or F1 score that would be 0 / 0: 0, 1 or `NaN`, which is also
   * left out of the averages. Default: 0.
   */
  readonly zeroDivision?: number;
}

/** The figures of one class, or an average over classes. */
export interface ClassScores {
  /** Of the rows predicted to be of the class, the share that is: 0 to 1. */
  readonly precision: number;
  /** Of the rows of the class, the share that was found: 0 to 1. */
  readonly recall: number;
  /** Harmonic mean of precision and recall: 0 to 1. */
  readonly f1Score: number;
  /** Rows of the class. */
  readonly support: number;
}

/** Precision, recall, F1 score and support by class, with their averages: scikit-learn's `output_dict`. */
export interface ReportObject {
  /** One entry a class, in the order of the labels. */
  readonly perClass: readonly (ClassScores & { readonly label: number; readonly name: string })[];
  /** Share of rows predicted right, 0 to 1. Absent where `labels` leaves out a label that occurs. */
  readonly accuracy?: number;
  /** Scores of all classes counted together. Present where `accuracy` is absent. */
  readonly microAvg?: ClassScores;
  /** Plain mean over the classes. */
  readonly macroAvg: ClassScores;
  /** Mean over the classes, weighted by support. */
  readonly weightedAvg: ClassScores;
}

/** What {@linkcode classificationReport} gives. */
export interface ClassificationReport {
  /** The figures, as with `output_dict=True`. */
  readonly object: ReportObject;
  /** The table that scikit-learn's `classification_report` prints, character for character. */
  readonly text: string;
}

/**
 * scikit-learn's `classification_report`, as figures and as text.
 *
 * @example Usage
 * ```ts
 * import { classificationReport } from "lib/metrics/mod.ts";
 * import { assertEquals } from "lib/assert.ts";
 *
 * const { object, text } = classificationReport([0, 1, 2, 2, 2], [0, 0, 2, 2, 1]);
 * assertEquals(object.accuracy, 0.6);
 * assertEquals(object.perClass[2]?.recall, 2 / 3);
 * assertEquals(text.split("\n")[0], "              precision    recall  f1-score   support");
 * ```
 *
 * @param yTrue `[n]` true labels.
 * @param yPred `[n]` predicted labels.
 * @throws {InputError} If the lengths differ, there are no rows or no labels, or `targetNames` has
 * not one name for each label.
 */
export function classificationReport(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  options: ReportOptions = {},
): ClassificationReport {
  checkSameLength(yTrue, yPred);
  const occurring = uniqueLabels(yTrue, yPred);
  const { labels = occurring, targetNames, digits = 2, zeroDivision = 0 } = options;
  const names = targetNames ?? labels.map(String);
  if (labels.length === 0) throw new InputError("`labels` is empty; expected at least one label.");
  if (names.length !== labels.length) {
    throw new InputError(`\`targetNames\` has ${names.length} names for ${labels.length} labels.`);
  }

  const counts = countByLabel(yTrue, yPred, labels);
  const scores = counts.map((count) => scoresOf(count, zeroDivision));
  const perClass = scores.map((score, i) => ({ label: labels[i]!, name: names[i]!, ...score }));

  const supports = counts.map(({ actual }) => actual);
  const support = sum(supports);
  const average = (averageOf: (values: number[]) => number): ClassScores => ({
    precision: averageOf(scores.map(({ precision }) => precision)),
    recall: averageOf(scores.map(({ recall }) => recall)),
    f1Score: averageOf(scores.map(({ f1Score }) => f1Score)),
    support,
  });
  const microAvg = scoresOf({
    right: sum(counts.map(({ right }) => right)),
    predicted: sum(counts.map(({ predicted }) => predicted)),
    actual: support,
  }, zeroDivision);
  const coversAll = occurring.every((label) => labels.includes(label));
  const object: ReportObject = {
    perClass,
    ...(coversAll ? { accuracy: microAvg.precision } : { microAvg }),
    macroAvg: average(mean),
    weightedAvg: average((values) => weightedMean(values, supports)),
  };
  // Where no row at all is right, scikit-learn counts in floats, and prints them as such.
  const formatSupport = accuracyScore(yTrue, yPred) === 0
    ? (rows: number) => rows.toFixed(1)
    : String;
  return { object, text: reportText(object, support, digits, formatSupport) };
}

interface LabelCounts {
  /** Rows of the label that were predicted so. */
  readonly right: number;
  /** Rows predicted to be of the label. */
  readonly predicted: number;
  /** Rows of the label. */
  readonly actual: number;
}

function countByLabel(
  yTrue: ArrayLike<number>,
  yPred: ArrayLike<number>,
  labels: readonly number[],
): LabelCounts[] {
  const counts = new Map(labels.map((label) => [label, { right: 0, predicted: 0, actual: 0 }]));
  for (let i = 0; i < yTrue.length; i++) {
    const ofTrue = counts.get(yTrue[i]!);
    const ofPredicted = counts.get(yPred[i]!);
    if (ofTrue) ofTrue.actual++;
    if (ofPredicted) ofPredicted.predicted++;
    if (ofTrue && ofTrue === ofPredicted) ofTrue.right++;
  }
  return labels.map((label) => counts.get(label)!);
}

function scoresOf({ right, predicted, actual }: LabelCounts, zeroDivision: number): ClassScores {
  const divide = (numerator: number, denominator: number): number =>
    denominator === 0 ? zeroDivision : numerator / denominator;
  return {
    precision: divide(right, predicted),
    recall: divide(right, actual),
    f1Score: divide(2 * right, actual + predicted),
    support: actual,
  };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function reportText(
  { perClass, accuracy, microAvg, macroAvg, weightedAvg }: ReportObject,
  support: number,
  digits: number,
  formatSupport: (rows: number) => string,
): string {
  const nameWidth = Math.max(...perClass.map(({ name }) => [...name].length));
  const width = Math.max(nameWidth, "weighted avg".length, digits);
  const line = (heading: string, cells: readonly string[]): string =>
    " ".repeat(width - [...heading].length) + heading + " " +
    cells.map((cell) => " " + cell.padStart(9)).join("") + "\n";
  const scoresLine = (heading: string, scores: ClassScores): string =>
    line(heading, [
      formatFixed(scores.precision, digits),
      formatFixed(scores.recall, digits),
      formatFixed(scores.f1Score, digits),
      formatSupport(scores.support),
    ]);
  return line("", ["precision", "recall", "f1-score", "support"]) + "\n" +
    perClass.map((scores) => scoresLine(scores.name, scores)).join("") + "\n" +
    (microAvg
      ? scoresLine("micro avg", microAvg)
      : line("accuracy", ["", "", formatFixed(accuracy!, digits), formatSupport(support)])) +
    scoresLine("macro avg", macroAvg) +
    scoresLine("weighted avg", weightedAvg);
}
