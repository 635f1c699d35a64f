/**
 * Class counts: how many of each digit a data set has, and the shape of Kaggle's, for digits from
 * elsewhere: as many of each class, in an order whose split has the report's supports.
 * @module
 */
import pl from "nodejs-polars";
import { CLASSES, type Digits } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";
import { RandomState } from "lib/random.ts";

/** How many of each digit Kaggle's `train.csv` has: 42,000. */
export const KAGGLE_CLASS_COUNTS: readonly number[] = [
  4132,
  4684,
  4177,
  4351,
  4072,
  3795,
  4137,
  4401,
  4063,
  4188,
];

/** How many of each digit MNIST has beyond Kaggle's `train.csv`: 28,000, as in `test.csv`. */
export const KAGGLE_TEST_CLASS_COUNTS: readonly number[] = [
  2771,
  3193,
  2813,
  2790,
  2752,
  2518,
  2739,
  2892,
  2762,
  2770,
];

/**
 * How many of each digit `train_test_split(test_size=0.2, random_state=42)` of scikit-learn puts into
 * the validation set of Kaggle's data, as the report's classification reports show: 8,400.
 */
export const REPORT_SUPPORTS: readonly number[] = [
  816,
  909,
  846,
  937,
  839,
  702,
  785,
  893,
  835,
  838,
];

/** Labels with the given number of each class, in random order. */
export function shuffledLabels(counts: readonly number[], random: RandomState): Uint8Array {
  const labels = Uint8Array.from(counts.flatMap((count, digit) => Array(count).fill(digit)));
  const order = random.permutation(labels.length);
  return Uint8Array.from(order, (i) => labels[i]!);
}

/**
 * The labels of 42,000 training rows, in an order whose 80/20 split by `random_state=42` gives the
 * report's ten supports; random otherwise.
 *
 * @param random Decides the order, within that condition.
 */
export function trainingLabels(random: RandomState): Uint8Array {
  const validation = shuffledLabels(REPORT_SUPPORTS, random);
  const rest = KAGGLE_CLASS_COUNTS.map((count, digit) => count - REPORT_SUPPORTS[digit]!);
  const inSplitOrder = [...validation, ...shuffledLabels(rest, random)];
  // scikit-learn takes the first 20 % of this permutation as validation rows.
  const rows = new RandomState(42).permutation(inSplitOrder.length);
  const labels = new Uint8Array(inSplitOrder.length);
  for (const [i, label] of inSplitOrder.entries()) labels[rows[i]!] = label;
  return labels;
}

/** The rows of each class, in order: `rowsByClass(labels)[7]` are the rows of the sevens. */
export function rowsByClass(labels: Uint8Array): number[][] {
  const rows: number[][] = Array.from({ length: CLASSES }, () => []);
  for (const [row, label] of labels.entries()) rows[label]!.push(row);
  return rows;
}

/** Whether the labels have Kaggle's class counts. */
export function hasKaggleCounts(labels: Uint8Array): boolean {
  return rowsByClass(labels).every((rows, digit) => rows.length === KAGGLE_CLASS_COUNTS[digit]);
}

/**
 * How many of each digit there are, counted by Polars, most frequent first.
 *
 * @returns Columns `label` (the digit), `count`, `share` (0 to 1).
 * @throws {InputError} If the digits have no labels.
 */
export function labelCounts(digits: Digits): pl.DataFrame {
  if (digits.labels === undefined) {
    throw new InputError("These digits have no labels to count; expected the train subset.");
  }
  return pl.DataFrame([pl.Series("label", Array.from(digits.labels), pl.UInt8)])
    .groupBy("label")
    .agg(pl.count("label").alias("count"))
    .withColumns(pl.col("count").div(digits.labels.length).alias("share"))
    .sort(["count", "label"], [true, false]);
}
