import { type AccuracyFigures, accuracyFigures } from "lib/experiment/model_report.ts";
import type { Dataset } from "lib/dataset/mod.ts";
import { formatCount, percent } from "lib/format.ts";
import { markdown, type MimeBundle, table } from "lib/notebook/mod.ts";

/** Accuracy on a test set whose labels are known. */
export interface TestFigures {
  /** All test images. */
  readonly all: AccuracyFigures;
  /** MNIST's own 10,000 test images, on which the literature reports. */
  readonly t10k?: AccuracyFigures;
}

/**
 * How many of the test images are read right, or `undefined` where their labels aren't known, as in
 * Kaggle's files.
 *
 * @param predictions `[n]`
 */
export function testFigures(
  { labels, t10kRows }: Pick<Dataset, "labels" | "t10kRows">,
  predictions: Uint8Array,
): TestFigures | undefined {
  if (labels === undefined) return undefined;
  const figures = (start: number, end: number): AccuracyFigures =>
    accuracyFigures(labels.subarray(start, end), predictions.subarray(start, end));
  return {
    all: figures(0, labels.length),
    ...(t10kRows && { t10k: figures(t10kRows.start, t10kRows.end) }),
  };
}

/** The figures as a table, or nothing where there are none. */
export function describeTestFigures(figures: TestFigures | undefined, model: string): MimeBundle[] {
  if (figures === undefined) return [];
  const row = (images: string, { correct, total, accuracy, interval }: AccuracyFigures) => ({
    images,
    right: `${formatCount(correct)} of ${formatCount(total)}`,
    accuracy: percent(accuracy),
    "95% interval": interval.map((bound) => percent(bound)).join(" to "),
  });
  return [
    markdown(`The labels of these digits are known, and were used for nothing before:`),
    table([
      row("all test images", figures.all),
      ...(figures.t10k ? [row("MNIST's own 10,000 test images", figures.t10k)] : []),
    ], { caption: `${model} on the test images` }),
  ];
}
