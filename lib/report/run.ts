import { join } from "node:path";
import type { Subset } from "lib/dataset/types.ts";
import { InputError } from "lib/errors.ts";
import { projectPath } from "lib/project.ts";
import type { Settings } from "lib/settings.ts";
import { codeHash, dataStamp, hash, neededBy, readsTestDigits } from "./dependencies.ts";
import {
  type Displays,
  type ErrorOutput,
  failingLine,
  Kernel,
  KernelError,
  OutputCollector,
} from "./kernel/mod.ts";
import { machine } from "./machine.ts";
import {
  type Cell,
  type CodeCell,
  headingOf,
  type Notebook,
  notebookName,
  readNotebook,
  writeNotebook,
} from "./notebook.ts";
import { recordResults, resultsPath } from "./results.ts";

/** What is run, and how. */
export interface RunOptions {
  readonly settings: Settings;
  /** Folder of the notebooks; they run in the order of their names. Default: `notebooks/`. */
  readonly folder?: string;
  /** Run this notebook and those that it needs, not all. */
  readonly only?: string;
  /** Ends the run. */
  readonly signal?: AbortSignal;
  /** Hears how far the run is. */
  readonly progress?: Progress;
  /**
   * Milliseconds of silence after which a cell has hung. Default: ten minutes, on the slow backend
   * `cpu` a day.
   */
  readonly silenceLimit?: number;
}

/** Hears how far a run is. */
export interface Progress {
  /**
   * A notebook begins. `secondsLeft` is what the last run took for it and those that follow, absent
   * where that is not known.
   */
  notebook(name: string, codeCells: number, secondsLeft?: number): void;
  /** A cell begins: the n-th code cell, from 1, below this heading. */
  cell(n: number, heading: string | undefined): void;
  /** A live output of the cell changed; the first line of its text. */
  live(text: string): void;
  /** The notebook ended well, or was taken from the last run. */
  done(name: string, seconds: number, reused: boolean): void;
}

/** A cell that failed, told so that it can be found and mended. */
export interface Failure {
  readonly notebook: string;
  /** The number of the code cell, from 1. */
  readonly cell: number;
  readonly heading: string | undefined;
  /** Line of the cell, from 1, and its text; absent where the error names none. */
  readonly line?: { readonly number: number; readonly text: string };
  readonly error: Omit<ErrorOutput, "output_type">;
}

/** What a run leaves. */
export interface RunResult {
  /** The executed notebooks, in order; those after a failure are absent. */
  readonly executed: readonly Notebook[];
  readonly failure?: Failure;
}

/** What an executed notebook remembers of its run, in its metadata under `report`. */
export interface RunRecord {
  /** Hash of all it depends on; absent after a failure. */
  readonly key?: string;
  /** Hash of the settings and data of the run. */
  readonly settings: string;
  readonly seconds: number;
  /** When it ended, as in ISO 8601, UTC. */
  readonly finished: string;
  /** Files that it wrote, relative to the outputs folder. */
  readonly files: readonly string[];
}

/** The record in an executed notebook. */
export function runRecord(notebook: Notebook): RunRecord | undefined {
  return notebook.metadata.report as RunRecord | undefined;
}

/** Paths of the notebooks in a folder, in the order in which they run. */
export async function notebookPaths(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile && entry.name.endsWith(".ipynb")) paths.push(join(folder, entry.name));
  }
  return paths.sort();
}

/** All notebooks of a folder, and the names of those that are to run. */
async function selectNotebooks(
  folder: string,
  only: string | undefined,
): Promise<{ sources: Notebook[]; wanted: Set<string> }> {
  const sources = await Promise.all((await notebookPaths(folder)).map(readNotebook));
  const names = sources.map(({ name }) => name);
  return { sources, wanted: only === undefined ? new Set(names) : withNeeds(only, sources) };
}

/** The digits that a run reads, so that they can be checked before hours of training. */
export async function subsetsRead(
  { folder = projectPath("notebooks"), only }: Pick<RunOptions, "folder" | "only">,
): Promise<Subset[]> {
  const { sources, wanted } = await selectNotebooks(folder, only);
  return sources.some((source) => wanted.has(source.name) && readsTestDigits(source))
    ? ["train", "test"]
    : ["train"];
}

/**
 * Runs notebooks in order, each in a kernel of its own, and writes the executed ones to
 * `outputs/notebooks/`. A notebook on whose dependencies nothing changed is taken from the last run.
 * A cell that fails ends the run. Rejects with the signal's reason when the run is ended by it.
 */
export async function runNotebooks(options: RunOptions): Promise<RunResult> {
  const { settings, folder = projectPath("notebooks"), only, signal } = options;
  const { sources, wanted } = await selectNotebooks(folder, only);
  const names = sources.map(({ name }) => name);
  await prepareFolder(settings.outputs);
  const context = settingsHash(settings);
  const executedPath = (name: string): string =>
    join(settings.outputs, "notebooks", `${name}.ipynb`);
  const records = await dropOtherSettings(settings.outputs, names.map(executedPath), context);
  const secondsFrom = (i: number): number | undefined => {
    const left = names.slice(i).filter((name) => wanted.has(name)).map(executedPath);
    // A notebook that failed did not take its time.
    const isKnown = left.every((path) => records.get(path)?.key !== undefined);
    return isKnown ? left.reduce((sum, path) => sum + records.get(path)!.seconds, 0) : undefined;
  };

  const executed: Notebook[] = [];
  const keys = new Map<string, string>();
  let recordedMachine = false;
  for (const [i, source] of sources.entries()) {
    signal?.throwIfAborted();
    const needs = neededBy(source, names.slice(0, i)).map((name) => keys.get(name) ?? "missing");
    const code = hash(sourceHash(source), await codeHash(source), ...needs);
    const key = hash(code, context, await dataStamp(settings.data));
    keys.set(source.name, key);
    const last = settings.force && wanted.has(source.name)
      ? undefined
      : await reusable(executedPath(source.name), key, settings.outputs);
    if (last !== undefined) {
      if (wanted.has(source.name)) {
        options.progress?.done(source.name, runRecord(last)!.seconds, true);
      }
      executed.push(last);
      continue;
    }
    if (!wanted.has(source.name)) continue;
    if (!recordedMachine) {
      await recordResults({ machine: { ...machine(settings) } }, settings.outputs);
    }
    recordedMachine = true;

    const codeCells = source.cells.filter(({ cell_type }) => cell_type === "code").length;
    options.progress?.notebook(source.name, codeCells, secondsFrom(i));
    const start = Date.now();
    const { notebook, failure } = await execute(source, folder, options);
    const seconds = (Date.now() - start) / 1000;
    const files = await writtenSince(start, settings.outputs);
    // The notebook may have fetched data: the next run finds what it left.
    const record: RunRecord = {
      ...(!failure && { key: hash(code, context, await dataStamp(settings.data)) }),
      settings: context,
      seconds,
      finished: new Date().toISOString(),
      files,
    };
    if (record.key !== undefined) keys.set(source.name, record.key);
    notebook.metadata = { ...notebook.metadata, report: record };
    await writeNotebook(executedPath(source.name), notebook);
    executed.push(notebook);
    if (failure) return { executed, failure };
    options.progress?.done(source.name, seconds, false);
  }
  return { executed };
}

async function execute(
  source: Notebook,
  folder: string,
  { settings, signal, progress, silenceLimit = defaultLimit(settings) }: RunOptions,
): Promise<{ notebook: Notebook; failure?: Failure }> {
  const cells = source.cells.map((cell): Cell =>
    cell.cell_type === "code" ? { ...cell, outputs: [], execution_count: null } : cell
  );
  const notebook: Notebook = { ...source, cells };
  const codeCells = cells.filter((cell) => cell.cell_type === "code");

  await using kernel = await Kernel.start({ cwd: folder, env: environment(settings) });
  const abort = (): void => void kernel.close();
  signal?.addEventListener("abort", abort);
  try {
    const displays: Displays = new Map();
    for (const [i, cell] of codeCells.entries()) {
      signal?.throwIfAborted();
      const heading = headingAbove(cell, cells);
      progress?.cell(i + 1, heading);
      const collector = new OutputCollector(displays, (text) => progress?.live(text));
      cell.outputs = collector.outputs;
      try {
        const { executionCount } = await kernel.execute(cell.source, collector, silenceLimit);
        cell.execution_count = executionCount;
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        signal?.throwIfAborted();
        collector.addError({
          ename: "KernelError",
          evalue: error.message,
          traceback: [`KernelError: ${error.message}`],
        });
      }
      if (collector.error) {
        const failure = await describeFailure(source.name, i + 1, heading, cell, collector.error);
        return { notebook, failure };
      }
    }
    return { notebook };
  } finally {
    signal?.removeEventListener("abort", abort);
    await kernel.close();
    await removeHalfWritten(settings.outputs, kernel.pid);
  }
}

/** Makes the outputs folder; where that cannot be, it is better known before hours of training. */
async function prepareFolder(outputs: string): Promise<void> {
  try {
    await Deno.mkdir(outputs, { recursive: true });
    await Deno.remove(await Deno.makeTempFile({ dir: outputs }));
  } catch (error) {
    throw new InputError(
      `${outputs} cannot be written (${
        (error as Error).message
      }); choose another folder with --out.`,
    );
  }
}

function defaultLimit({ backend }: Settings): number {
  const minutes = 60_000;
  // Where an epoch takes hours, so does a cell that predicts, and it cannot speak meanwhile.
  return backend === "cpu" ? 24 * 60 * minutes : 10 * minutes;
}

async function describeFailure(
  notebook: string,
  cell: number,
  heading: string | undefined,
  { source }: CodeCell,
  error: ErrorOutput,
): Promise<Failure> {
  const number = await failingLine(source, error.traceback);
  const text = number === undefined ? undefined : source.split("\n")[number - 1];
  return {
    notebook,
    cell,
    heading,
    ...(number !== undefined && text !== undefined && { line: { number, text } }),
    error,
  };
}

/** The variables through which `readSettings` in the kernel finds the same settings. */
function environment(settings: Settings): Record<string, string> {
  return {
    ...(settings.dataIsNamed && { DIGIT_RECOGNIZER_DATA: settings.data }),
    DIGIT_RECOGNIZER_OUTPUTS: settings.outputs,
    DIGIT_RECOGNIZER_QUICK: settings.quick ? "1" : "0",
    DIGIT_RECOGNIZER_FORCE: settings.force ? "1" : "0",
    DIGIT_RECOGNIZER_BACKEND: settings.backend,
    DIGIT_RECOGNIZER_THREADS: String(settings.threads),
  };
}

function headingAbove(cell: CodeCell, cells: Notebook["cells"]): string | undefined {
  return cells.slice(0, cells.indexOf(cell)).map(headingOf).findLast((text) => text !== undefined);
}

/** A notebook by name (with or without `.ipynb`) and all that it needs, directly or not. */
function withNeeds(only: string, sources: readonly Notebook[]): Set<string> {
  const names = sources.map(({ name }) => name);
  const wanted = new Set<string>();
  const add = (name: string): void => {
    const index = names.indexOf(name);
    if (index < 0) {
      throw new InputError(`There is no notebook "${name}"; there are ${names.join(", ")}.`);
    }
    wanted.add(name);
    for (const needed of neededBy(sources[index]!, names.slice(0, index))) {
      if (!wanted.has(needed)) add(needed);
    }
  };
  add(notebookName(only));
  return wanted;
}

function sourceHash({ cells, metadata }: Notebook): string {
  const parts = cells.map(({ cell_type, source }) => `${cell_type}\n${source}`);
  return hash(JSON.stringify(metadata.needs ?? null), ...parts);
}

function settingsHash({ data, quick, backend, threads }: Settings): string {
  return hash(JSON.stringify([data, quick, backend, threads]));
}

/**
 * Figures and notebooks of other settings do not mix with this run's.
 *
 * @returns What is remembered of the notebooks that stay, by path.
 */
async function dropOtherSettings(
  outputs: string,
  paths: readonly string[],
  context: string,
): Promise<Map<string, RunRecord>> {
  const stale: string[] = [];
  const mine = new Map<string, RunRecord>();
  for (const path of paths) {
    const record = await readExecuted(path).then((notebook) => notebook && runRecord(notebook));
    if (record?.settings === context) mine.set(path, record);
    else stale.push(path);
  }
  if (mine.size === 0) stale.push(resultsPath(outputs));
  for (const path of stale) await Deno.remove(path).catch(ignoreMissing);
  return mine;
}

async function readExecuted(path: string): Promise<Notebook | undefined> {
  try {
    return await readNotebook(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof InputError) return undefined;
    throw error;
  }
}

/** The notebook as executed before, if nothing that it depends on and nothing that it wrote changed. */
async function reusable(
  path: string,
  key: string,
  outputs: string,
): Promise<Notebook | undefined> {
  const notebook = await readExecuted(path);
  const record = notebook && runRecord(notebook);
  if (record?.key !== key) return undefined;
  for (const file of record.files) {
    try {
      await Deno.stat(join(outputs, file));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }
  return notebook;
}

/** Files in the outputs folder that were written since a time, without what the report writes. */
async function writtenSince(start: number, outputs: string): Promise<string[]> {
  const files: string[] = [];
  for await (const file of walk(outputs)) {
    if (file.startsWith("notebooks") || file === "report.html") continue;
    const { mtime } = await Deno.stat(join(outputs, file));
    // File systems round times down, by up to 2 s.
    if (mtime !== null && mtime.getTime() >= start - 2000) files.push(file);
  }
  return files.sort();
}

/** A kernel that was killed may leave the file that it was writing beside the one to be replaced. */
async function removeHalfWritten(outputs: string, pid: number): Promise<void> {
  const half = new RegExp(`\\.${pid}\\.\\w+\\.tmp$`);
  for await (const file of walk(outputs)) {
    if (half.test(file)) await Deno.remove(join(outputs, file)).catch(ignoreMissing);
  }
}

async function* walk(folder: string, below = ""): AsyncGenerator<string> {
  let entries: Deno.DirEntry[];
  try {
    entries = await Array.fromAsync(Deno.readDir(join(folder, below)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  for (const entry of entries) {
    const path = join(below, entry.name);
    if (entry.isDirectory) yield* walk(folder, path);
    else yield path;
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
