/**
 * The record of its run that an executed notebook carries: it tells whether the notebook can be reused,
 * and whether any of its files has changed since.
 * @module
 */
import { join, relative } from "node:path";
import { InputError } from "lib/errors.ts";
import { filesBelow, removeIfThere, sha256, sha256OfFile } from "lib/files.ts";
import { LOCK_FILE } from "lib/outputs.ts";
import { type Notebook, readNotebook, writeNotebook } from "./notebook.ts";
import type { Results } from "./results.ts";

/** The record of a run, in the notebook's metadata under `report`. */
export interface RunRecord {
  /** Hash of everything it depends on except files in the outputs folder; absent after a failure. */
  readonly key?: string;
  /** Hash of the settings and data of the run. */
  readonly settings: string;
  readonly seconds: number;
  /** Whether nothing of an earlier run, such as a trained model, saved time. */
  readonly fromScratch: boolean;
  /** When it ended, as in ISO 8601, UTC. */
  readonly finished: string;
  /** The files in the outputs folder that it wrote or read: SHA-256 by path, as it left them. */
  readonly files: Readonly<Record<string, string>>;
  /** The figures that it recorded. */
  readonly results: Results;
}

/** The record in an executed notebook. */
export function runRecord(notebook: Notebook): RunRecord | undefined {
  return notebook.metadata.report as RunRecord | undefined;
}

function executedPath(outputs: string, name: string): string {
  return join(outputs, "notebooks", `${name}.ipynb`);
}

/** SHA-256 of an executed notebook without its seal. */
function sealOf({ cells, metadata: { seal: _, ...metadata } }: Notebook): string {
  return sha256(JSON.stringify([cells, metadata]));
}

/** Writes an executed notebook with its record and a seal on both; returns what it wrote. */
export async function writeExecuted(
  outputs: string,
  notebook: Notebook,
  record: RunRecord,
): Promise<Notebook> {
  const recorded = { ...notebook, metadata: { ...notebook.metadata, report: record } };
  const sealed = { ...recorded, metadata: { ...recorded.metadata, seal: sealOf(recorded) } };
  await writeNotebook(executedPath(outputs, notebook.name), sealed);
  return sealed;
}

/**
 * The notebook as it was executed last; `undefined` if it was not, and `"damaged"` if the file
 * has changed since.
 */
export async function readExecuted(
  outputs: string,
  name: string,
): Promise<Notebook | "damaged" | undefined> {
  try {
    const notebook = await readNotebook(executedPath(outputs, name));
    return notebook.metadata.seal === sealOf(notebook) ? notebook : "damaged";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof InputError) return "damaged";
    throw error;
  }
}

/** Removes an executed notebook. */
export async function removeExecuted(outputs: string, name: string): Promise<void> {
  await removeIfThere(executedPath(outputs, name));
}

/** Which of a notebook's files has changed since its run, in words, if any. */
export async function changedFile(
  outputs: string,
  { files }: RunRecord,
): Promise<string | undefined> {
  for (const [file, digest] of Object.entries(files)) {
    const path = join(outputs, file);
    const found = await sha256OfFile(path);
    if (found === undefined) return `${path} is missing`;
    if (found !== digest) return `${path} has changed`;
  }
  return undefined;
}

const NOT_OF_NOTEBOOKS = [
  ...["notebooks", "quick", "results.json", "report.html", "write.html"],
  LOCK_FILE,
];

/** What commands write, and what belongs to other runs, is no file of a notebook. */
function isOfNotebooks(file: string): boolean {
  const [top] = file.split(/[\\/]/);
  return !NOT_OF_NOTEBOOKS.includes(top!) && !file.endsWith(".tmp");
}

/** The files in the outputs folder at one time, to compare with a later time. */
export class FileWatch {
  readonly #outputs: string;
  readonly #before: ReadonlyMap<string, string>;

  private constructor(outputs: string, before: ReadonlyMap<string, string>) {
    this.#outputs = outputs;
    this.#before = before;
  }

  /** Starts to watch. */
  static async start(outputs: string): Promise<FileWatch> {
    return new FileWatch(outputs, await stamps(outputs));
  }

  /** SHA-256 by path, relative to the outputs folder, of files that were written since, or read. */
  async touched(read: readonly string[]): Promise<Record<string, string>> {
    const now = await stamps(this.#outputs);
    const readHere = new Set(read.map((path) => relative(this.#outputs, path)));
    const files: Record<string, string> = {};
    for (const [file, stamp] of now) {
      if (stamp === this.#before.get(file) && !readHere.has(file)) continue;
      const digest = await sha256OfFile(join(this.#outputs, file));
      if (digest !== undefined) files[file] = digest;
    }
    return files;
  }
}

/** Size, time and inode of each file: rewriting a file gives it another inode. */
async function stamps(outputs: string): Promise<Map<string, string>> {
  const files = (await filesBelow(outputs)).filter(isOfNotebooks);
  return new Map(
    await Promise.all(files.map(async (file): Promise<[string, string]> => {
      const { size, mtime, ino } = await Deno.stat(join(outputs, file));
      return [file, [size, mtime?.getTime(), ino].join(" ")];
    })),
  );
}
