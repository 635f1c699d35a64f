import { type ExperimentSplit, isReportSplit } from "lib/experiment/split.ts";
import { sha256 } from "lib/files.ts";
import { signed } from "lib/format.ts";
import { mean, standardDeviation } from "lib/metrics/mod.ts";
import type { JsonValue, StudySummary, Trial } from "lib/study/mod.ts";

/** A trial of a study that has been run. */
export interface FinishedTrial<Settings extends JsonValue, Figures> extends Trial<Settings> {
  /** What it gave. */
  readonly figures: Figures;
}

/** What a study gave. */
export interface StudyFigures<Settings extends JsonValue, Figures> {
  /** Those that are done. */
  readonly trials: readonly FinishedTrial<Settings, Figures>[];
  /** Trials that have not been run. */
  readonly missing: number;
  /** What makes it again. */
  readonly command: string;
  /** The processors that ran it. */
  readonly cpus: readonly string[];
  /** Time of all trainings together. */
  readonly seconds: number;
}

/**
 * The figures in a study's summary, or `undefined` unless it was made with these digits and this
 * split.
 *
 * @param images The labelled images, `[n, 28, 28]`.
 */
export function studyFigures<Settings extends JsonValue, Figures>(
  summary: StudySummary | undefined,
  images: Uint8Array,
  split: ExperimentSplit,
): StudyFigures<Settings, Figures> | undefined {
  if (summary?.origin.data.imagesSha256 !== sha256(images) || !isReportSplit(split)) {
    return undefined;
  }
  return {
    trials: summary.trials as unknown as FinishedTrial<Settings, Figures>[],
    missing: summary.missing,
    command: summary.command,
    cpus: [...new Set(summary.machines.map(({ cpu }) => cpu))],
    seconds: summary.seconds,
  };
}

/** With fewer seeds a deviation says next to nothing. */
export const ENOUGH_SEEDS = 4;

/** How sure a mean difference is: more than twice its standard error away from 0. */
export function isClear(differences: readonly number[]): boolean {
  const error = standardDeviation(differences) / Math.sqrt(differences.length);
  return Math.abs(mean(differences)) > 2 * error;
}

/** Mean ± standard deviation; the mean alone of a single seed. */
export function plusMinus(values: readonly number[], format: (value: number) => string): string {
  return format(mean(values)) +
    (values.length > 1 ? ` ± ${format(standardDeviation(values)).replace(/^[+−]/, "")}` : "");
}

/** A difference of shares in percentage points. */
export function points(difference: number): string {
  return signed(100 * difference, 2);
}
