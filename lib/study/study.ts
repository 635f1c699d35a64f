import type { JsonValue } from "lib/report/results.ts";

/** One training of a study: what it is told, and the seed of everything random in it. */
export interface Trial<Settings extends JsonValue = JsonValue> {
  readonly settings: Settings;
  readonly seed: number;
}

/** What a trial gives: figures by name, grouped as the study likes. */
export type Figures = { readonly [name: string]: number | Figures };

/** Digits that all trials of a study use. */
export interface StudyData<Data> {
  readonly data: Data;
  /** What tells these digits from others, such as their digest. */
  readonly identity: Readonly<Record<string, string>>;
}

/**
 * Many trainings that answer one question. A study is a module in `lib/study/studies/` whose default
 * export is this; `deno task study` knows it by the module's name.
 */
export interface Study<Settings extends JsonValue = JsonValue, Data = unknown> {
  /** The question, in a sentence. */
  readonly description: string;
  readonly trials: readonly Trial<Settings>[];
  /** Loads what the trials use, once for each worker. */
  readonly load: () => Promise<StudyData<Data>>;
  /**
   * Runs a trial. Everything random comes from the trial's seed, so that a trial gives the same
   * figures whenever and wherever it is run.
   *
   * @param onProgress To be told which fraction of the trial is done, 0..1.
   */
  readonly run: (
    trial: Trial<Settings>,
    data: Data,
    onProgress: (done: number) => void,
  ) => Promise<Figures>;
}
