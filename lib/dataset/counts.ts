import pl from "nodejs-polars";
import type { Digits } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";

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
