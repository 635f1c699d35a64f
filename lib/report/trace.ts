/**
 * What a notebook does in its kernel, noted for the run that executes it.
 *
 * Nothing of the project is imported: a run loads this module by its address, whatever the notebook's
 * folder is.
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** What a notebook did. */
export interface Trace {
  /** The figures that it recorded, in order. */
  readonly figures: readonly Readonly<Record<string, unknown>>[];
  /** Absolute paths of the files that it read by functions of `Deno`. */
  readonly filesRead: readonly string[];
}

const figures: Readonly<Record<string, unknown>>[] = [];
const filesRead = new Set<string>();

/** Notes figures. */
export function noteFigures(partial: Readonly<Record<string, unknown>>): void {
  figures.push(partial);
}

/** From now on notes the files that this process reads. */
export function traceReads(): void {
  const names = [
    "readFile",
    "readFileSync",
    "readTextFile",
    "readTextFileSync",
    "open",
    "openSync",
  ];
  const functions = Deno as unknown as Record<
    string,
    (path: string | URL, more: unknown) => unknown
  >;
  for (const name of names) {
    const original = functions[name]!;
    functions[name] = (path, more): unknown => {
      filesRead.add(path instanceof URL ? fileURLToPath(path) : resolve(path));
      return original(path, more);
    };
  }
}

/** What was noted so far. */
export function trace(): Trace {
  return { figures, filesRead: [...filesRead] };
}
