/** Runs notebooks, each only if something that it depends on has changed. @module */
import type { PinnedDigits } from "lib/dataset/mod.ts";
import { removeIfThere } from "lib/files.ts";
import { projectPath } from "lib/project.ts";
import { runEnvironment } from "lib/run_context.ts";
import type { Settings } from "lib/settings.ts";
import { codeHash, hash } from "./dependencies.ts";
import { executeNotebook, type Execution, type Failure } from "./execute.ts";
import { machine } from "./machine.ts";
import type { Notebook } from "./notebook.ts";
import {
  changedFile,
  FileWatch,
  readExecuted,
  removeExecuted,
  type RunRecord,
  runRecord,
  writeExecuted,
} from "./record.ts";
import { mergeResults, type Results, resultsPath, writeResults } from "./results.ts";
import { neededBy, type Selection, selectNotebooks } from "./select.ts";

/** What is run, and how. */
export interface RunOptions extends Selection {
  /** Backend, threads, folders, and whether it is a quick run. */
  readonly settings: Settings;
  /** The digits that all notebooks load by default. */
  readonly digits: PinnedDigits;
  /** Ends the run. */
  readonly signal?: AbortSignal;
  /** Gets the progress of the run. */
  readonly progress?: Progress;
  /**
   * Milliseconds of silence after which a cell has hung. Default: ten minutes, on the slow backend
   * `cpu` a day.
   */
  readonly silenceLimit?: number;
}

/** Gets the progress of a run. */
export interface Progress {
  /**
   * A notebook begins. `secondsLeft` is the time of the last run for it and those that follow, if
   * known.
   */
  notebook(name: string, codeCells: number, secondsLeft?: number): void;
  /** A cell begins: the n-th code cell, from 1, below this heading. */
  cell(n: number, heading: string | undefined): void;
  /** A live output of the cell changed; the first line of its text. */
  live(text: string): void;
  /** A file of an earlier run was changed or lost, and is made again. */
  healing(text: string): void;
  /** The notebook ended well, or was taken from the last run. */
  done(name: string, seconds: number, reused: boolean): void;
}

/** The result of a run. */
interface RunResult {
  /** The executed notebooks, in order; those after a failure are absent. */
  readonly executed: readonly Notebook[];
  /** The figures that they recorded. */
  readonly results: Results;
  /** The cell that ended the run. */
  readonly failure?: Failure;
}

/**
 * Runs notebooks in order, each in a kernel of its own, and writes the executed ones to
 * `outputs/notebooks/` and their figures to `outputs/results.json`.
 *
 * A notebook is taken from the last run if its code, the digits and the settings are the same, and if
 * the files that it wrote or read are as it left them. A cell that fails ends the run. Rejects with
 * the signal's reason when the run is ended by it.
 */
export async function runNotebooks(options: RunOptions): Promise<RunResult> {
  const { settings, digits, signal, progress } = options;
  const { outputs } = settings;
  const { sources, wanted } = await selectNotebooks(options);
  const names = sources.map(({ name }) => name);
  const context = contextHash(settings, digits);
  const earlier = await earlierRun(outputs, names, context, progress);

  const executed: Notebook[] = [];
  const keys = new Map<string, string>();
  let failure: Failure | undefined;
  for (const [i, source] of sources.entries()) {
    signal?.throwIfAborted();
    const { name } = source;
    const needs = neededBy(source, names.slice(0, i)).map((needed) =>
      keys.get(needed) ?? "missing"
    );
    const keyNow = async (): Promise<string> =>
      hash(sourceHash(source), await codeHash(source), context, ...needs);
    const key = await keyNow();
    keys.set(name, key);
    const isForced = settings.force && wanted.has(name);
    const last = isForced ? undefined : await reusable(outputs, earlier.get(name), key, progress);
    if (last !== undefined) {
      if (wanted.has(name)) progress?.done(name, runRecord(last)!.seconds, true);
      executed.push(last);
      continue;
    }
    if (!wanted.has(name)) continue;

    const codeCells = source.cells.filter(({ cell_type }) => cell_type === "code").length;
    const left = names.slice(i).filter((other) => wanted.has(other));
    progress?.notebook(name, codeCells, secondsOf(left, earlier, settings.force));
    const start = Date.now();
    const watch = await FileWatch.start(outputs);
    const execution = await executeNotebook(source, executeOptions(options));
    const seconds = (Date.now() - start) / 1000;
    // If code was edited during the run, the kernel may have loaded either version.
    const isKnown = execution.failure === undefined && await keyNow() === key;
    const record: RunRecord = {
      ...(isKnown && { key }),
      settings: context,
      seconds,
      fromScratch: isForced || !earlier.has(name),
      finished: new Date().toISOString(),
      files: await watch.touched(execution.trace.filesRead),
      results: resultsOf(execution, settings),
    };
    executed.push(await writeExecuted(outputs, execution.notebook, record));
    failure = execution.failure;
    if (failure) break;
    progress?.done(name, seconds, false);
  }
  const results = resultsOfAll(executed);
  await writeResults(results, outputs);
  return { executed, results, ...(failure && { failure }) };
}

/** Hash of what is the same for all notebooks of a run. */
function contextHash(
  { quick, best, backend, threads }: Settings,
  { sources }: PinnedDigits,
): string {
  return hash(JSON.stringify([sources, quick, best, backend, threads]));
}

function sourceHash({ cells, metadata }: Notebook): string {
  const parts = cells.map(({ cell_type, source }) => `${cell_type}\n${source}`);
  return hash(JSON.stringify(metadata.needs ?? null), ...parts);
}

/**
 * The notebooks that an earlier run with the same settings and digits left, by name. Figures and
 * notebooks of other settings do not mix with this run's: they are removed.
 */
async function earlierRun(
  outputs: string,
  names: readonly string[],
  context: string,
  progress: Progress | undefined,
): Promise<Map<string, Notebook>> {
  const earlier = new Map<string, Notebook>();
  for (const name of names) {
    const notebook = await readExecuted(outputs, name);
    if (notebook === "damaged") progress?.healing(`${name}: the executed notebook was changed`);
    else if (notebook && runRecord(notebook)!.settings === context) earlier.set(name, notebook);
    if (!earlier.has(name)) await removeExecuted(outputs, name);
  }
  const path = resultsPath(outputs);
  if (earlier.size === 0) await removeIfThere(path);
  else if (await writeResults(resultsOfAll([...earlier.values()]), outputs)) {
    progress?.healing(`${path} did not have the executed notebooks' figures`);
  }
  return earlier;
}

/** The notebook, if neither its dependencies nor its files have changed. */
async function reusable(
  outputs: string,
  notebook: Notebook | undefined,
  key: string,
  progress: Progress | undefined,
): Promise<Notebook | undefined> {
  const record = notebook && runRecord(notebook);
  if (record?.key !== key) return undefined;
  const changed = await changedFile(outputs, record);
  if (changed === undefined) return notebook;
  progress?.healing(`${notebook!.name}: ${changed}`);
  return undefined;
}

/** What the last run took for notebooks, or `undefined` where one of them did not end well. */
function secondsOf(
  names: readonly string[],
  earlier: ReadonlyMap<string, Notebook>,
  force: boolean,
): number | undefined {
  let seconds = 0;
  for (const name of names) {
    const record = earlier.has(name) ? runRecord(earlier.get(name)!) : undefined;
    if (record?.key === undefined || (force && !record.fromScratch)) return undefined;
    seconds += record.seconds;
  }
  return seconds;
}

function executeOptions(
  { settings, digits, folder = projectPath("notebooks"), signal, progress, silenceLimit }:
    RunOptions,
): Parameters<typeof executeNotebook>[1] {
  return {
    cwd: folder,
    env: environment(settings, digits),
    silenceLimit: silenceLimit ?? defaultLimit(settings),
    ...(signal && { signal }),
    ...(progress && {
      onCell: (n, heading) => progress.cell(n, heading),
      onLive: (text) => progress.live(text),
    }),
  };
}

function defaultLimit({ backend }: Settings): number {
  const minutes = 60_000;
  // There an epoch takes hours, and so does a cell that predicts, without any output.
  return backend === "cpu" ? 24 * 60 * minutes : 10 * minutes;
}

/** The variables through which cells find the same settings and the same digits. */
function environment(
  settings: Settings,
  { location, sources }: PinnedDigits,
): Record<string, string> {
  const digests = Object.entries(sources).map(([subset, { sha256 }]) => [subset, sha256]);
  return {
    DIGIT_RECOGNIZER_DATA: location,
    DIGIT_RECOGNIZER_OUTPUTS: settings.outputs,
    DIGIT_RECOGNIZER_QUICK: settings.quick ? "1" : "0",
    DIGIT_RECOGNIZER_BEST: settings.best ? "1" : "0",
    DIGIT_RECOGNIZER_FORCE: settings.force ? "1" : "0",
    DIGIT_RECOGNIZER_BACKEND: settings.backend,
    DIGIT_RECOGNIZER_THREADS: String(settings.threads),
    ...runEnvironment({ digits: Object.fromEntries(digests) }),
  };
}

function resultsOf({ trace }: Execution, settings: Settings): Results {
  return mergeResults([{ machine: { ...machine(settings) } }, ...trace.figures as Results[]]);
}

function resultsOfAll(executed: readonly Notebook[]): Results {
  return mergeResults(executed.map((notebook) => runRecord(notebook)!.results));
}
