import { readReference } from "lib/experiment/keras_reference.ts";
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
 * The figures in a study's summary, or `undefined` unless it is there and was made with these digits
 * and this split.
 *
 * @param url The summary's file. Written as `new URL("...", import.meta.url)`, a notebook runs again
 * where the file has changed.
 * @param images The labelled images, `[n, 28, 28]`.
 * @throws {InputError} If the file is damaged.
 */
export async function readStudyFigures<Settings extends JsonValue, Figures>(
  url: URL,
  images: Uint8Array,
  split: ExperimentSplit,
): Promise<StudyFigures<Settings, Figures> | undefined> {
  if (!isReportSplit(split)) return undefined;
  const summary = await readReference<StudySummary>(url);
  if (summary?.origin.data.imagesSha256 !== sha256(images)) return undefined;
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

/** Whether a mean difference is beyond chance: more than twice its standard error away from 0. */
export function isClear(differences: readonly number[]): boolean {
  const error = standardDeviation(differences) / Math.sqrt(differences.length);
  return Math.abs(mean(differences)) > 2 * error;
}

/** Something that was tried, with what it changed for each seed, as a share. */
export interface Change {
  readonly name: string;
  readonly differences: readonly number[];
}

/**
 * In words: which changes are clearly for the better, which for the worse, and which are neither.
 *
 * @param what Goes on after "Clearly better".
 */
export function describeChanges(changes: readonly Change[], what: string): string[] {
  const clear = changes.filter(({ differences }) => isClear(differences));
  const groups = [
    [`**Clearly better**${what}`, clear.filter(({ differences }) => mean(differences) > 0)],
    ["**Clearly worse**", clear.filter(({ differences }) => mean(differences) < 0)],
    ["**Within chance**", changes.filter((change) => !clear.includes(change))],
  ] as const;
  return groups.filter(([, group]) => group.length > 0)
    .map(([name, group]) => `${name}: ${listChanges(group)}.`);
}

/** Such as `dropout (+0.10), deeper (−0.30)`: mean differences in points. */
export function listChanges(changes: readonly Change[]): string {
  return changes.map(({ name, differences }) => `${name} (${points(mean(differences))})`).join(
    ", ",
  );
}

/** Such as `3 of 4`: differences above 0. */
export function gainsOf(differences: readonly number[]): string {
  return `${differences.filter((difference) => difference > 0).length} of ${differences.length}`;
}

/** Says how many trainings are missing; nothing of a study that is finished. */
export function describeMissing(
  { trials, missing }: Pick<StudyFigures<JsonValue, unknown>, "trials" | "missing">,
): string[] {
  return missing === 0 ? [] : [
    `The study is not finished: ${trials.length} trainings are done and ${missing} are missing.`,
  ];
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
