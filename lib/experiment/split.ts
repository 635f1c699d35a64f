import { join } from "node:path";
import { InputError } from "lib/errors.ts";
import { readJsonIfThere, writeFileAtomically } from "lib/files.ts";
import type { Settings } from "lib/settings.ts";

/** How the labelled rows are split, in scikit-learn's terms. */
export interface ExperimentSplit {
  /** Share of the rows that are validation rows, between 0 and 1. */
  readonly testSize: number;
  /** Seed of the shuffle, 0 to 2^32 - 1. */
  readonly randomState: number;
}

/** The written report's split. */
export const REPORT_SPLIT: ExperimentSplit = { testSize: 0.2, randomState: 42 };

/** Whether a split is the written report's. */
export function isReportSplit({ testSize, randomState }: ExperimentSplit): boolean {
  return testSize === REPORT_SPLIT.testSize && randomState === REPORT_SPLIT.randomState;
}

function splitPath({ outputs }: Pick<Settings, "outputs">): string {
  return join(outputs, "split.json");
}

/**
 * Makes a split the one that all notebooks work with, by writing it to `outputs/split.json`.
 *
 * @throws {InputError} If it makes no sense.
 */
export async function recordSplit(
  { testSize, randomState }: ExperimentSplit,
  settings: Pick<Settings, "outputs">,
): Promise<void> {
  if (!(testSize > 0 && testSize < 1)) {
    throw new InputError(
      `TEST_SIZE is ${testSize}; expected a share of the rows between 0 and 1, such as 0.2.`,
    );
  }
  if (!Number.isInteger(randomState) || randomState < 0 || randomState > 0xffffffff) {
    throw new InputError(
      `RANDOM_STATE is ${randomState}; expected a whole number from 0 to 2^32 - 1.`,
    );
  }
  const text = JSON.stringify({ testSize, randomState }, null, 2) + "\n";
  await writeFileAtomically(splitPath(settings), text);
}

/** The split that was recorded last, or the report's. */
export async function readSplit(settings: Pick<Settings, "outputs">): Promise<ExperimentSplit> {
  const advice = "run notebook 02-preprocessing, which writes it";
  return await readJsonIfThere<ExperimentSplit>(splitPath(settings), advice) ?? REPORT_SPLIT;
}
