/** A value that JSON can hold. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** One run of a study: its settings, and the seed of everything random in it. */
export interface Trial<Settings extends JsonValue = JsonValue> {
  /** A name for people, shared by its seeds. Not part of its identity. */
  readonly name: string;
  /** Settings for the trainer. */
  readonly settings: Settings;
  /** Decides everything random in the trial. */
  readonly seed: number;
}

/**
 * Many trials that answer one question. A study is the default export of a module in
 * `lib/study/studies/`, and its name is the module's.
 */
export interface Study<Settings extends JsonValue = JsonValue> {
  /** The question, in a sentence. */
  readonly description: string;
  /** The module that runs a trial: its exports are a {@linkcode Trainer}. */
  readonly trainer: URL;
  /** In the order in which they are started. */
  readonly trials: readonly Trial<Settings>[];
}

/** What all trials of a study work with. */
export interface TrialData<Data> {
  /** What the trainer's `run` gets. */
  readonly data: Data;
  /** Tells these data from others, by digests. */
  readonly identity: Readonly<Record<string, string>>;
}

/**
 * What a module that runs trials exports. Its bytes are part of a result's identity, so everything
 * that decides the figures belongs in it, or in `lib/model` and its imports.
 */
export interface Trainer<Settings extends JsonValue = JsonValue, Data = unknown> {
  /** Loads what the trials need, once for each worker. */
  readonly load: () => Promise<TrialData<Data>>;
  /**
   * Runs a trial. All that is random comes from its seed: the same trial gives the same figures,
   * whenever and wherever it runs.
   *
   * @param onProgress Call it with the share of the trial that is done, 0..1.
   * @returns The trial's figures.
   */
  readonly run: (
    trial: Pick<Trial<Settings>, "settings" | "seed">,
    data: Data,
    onProgress: (done: number) => void,
  ) => Promise<JsonValue>;
}
