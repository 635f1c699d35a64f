import { type DataSource, PIXELS } from "lib/digits.ts";
import { loadDigits } from "lib/dataset/mod.ts";
import type { ExperimentSplit } from "lib/experiment/split.ts";
import type { Examples } from "lib/model/mod.ts";
import { minMaxScale, takeRows, trainTestSplit } from "lib/preprocessing/mod.ts";
import type { Settings } from "lib/settings.ts";

/** `--quick` trains on one training row in so many. */
const QUICK_SHARE = 8;

/** The labelled digits, scaled and split. */
export interface PreparedExamples {
  /** To train with. */
  readonly train: Examples;
  /** To validate with. */
  readonly validation: Examples;
  /** The rows of `train.csv` (counted from 0) that became validation examples. */
  readonly validationRows: Int32Array;
  /** The labelled images as they were loaded, `[n, 28, 28]`. */
  readonly images: Uint8Array;
  /** Where the digits come from. */
  readonly source: DataSource;
}

/**
 * The preprocessing of notebook 02 in one call: load, min-max scale, split as scikit-learn's
 * `train_test_split(test_size, random_state)` does. A quick run trains on an eighth of the training
 * rows and validates on all validation rows.
 *
 * @param data Where the digits are, as in `loadDigits`; default the run's setting.
 */
export async function prepareExamples(
  { testSize, randomState }: ExperimentSplit,
  { quick }: Pick<Settings, "quick">,
  data?: string,
): Promise<PreparedExamples> {
  const digits = await loadDigits({ ...(data !== undefined && { data }) });
  const { labels } = digits;
  const { trainRows, testRows } = trainTestSplit(labels.length, { testSize, randomState });
  const used = quick ? trainRows.subarray(0, Math.ceil(trainRows.length / QUICK_SHARE)) : trainRows;
  const take = (rows: Int32Array): Examples => ({
    images: minMaxScale(takeRows(digits.images, rows, PIXELS)),
    labels: takeRows(labels, rows),
  });
  return {
    train: take(used),
    validation: take(testRows),
    validationRows: testRows,
    images: digits.images,
    source: digits.source,
  };
}
