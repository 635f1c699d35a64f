import { join } from "node:path";
import { readJsonIfThere, readTextIfThere, writeFileAtomically } from "lib/files.ts";
import { waitForOutputs } from "lib/outputs.ts";
import { readSettings } from "lib/settings.ts";
import { noteFigures } from "./trace.ts";

/** The figures of a run, by section; values are what JSON can hold. */
export type Results = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Results {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Objects are merged key by key; anything else, arrays too, is replaced. Keys come out sorted. */
function merge(old: unknown, fresh: unknown): unknown {
  if (!isObject(fresh)) return fresh === undefined ? old : fresh;
  const base = isObject(old) ? old : {};
  const keys = [...new Set([...Object.keys(base), ...Object.keys(fresh)])].sort();
  return Object.fromEntries(keys.map((key) => [key, merge(base[key], fresh[key])]));
}

/** Merges figures as {@linkcode recordResults} does. */
export function mergeResults(parts: readonly Results[]): Results {
  return parts.reduce<unknown>(merge, {}) as Results;
}

/** Path of the file with all figures of a run. */
export function resultsPath(outputs: string = readSettings().outputs): string {
  return join(outputs, "results.json");
}

/** The figures recorded so far; empty if there are none. */
export async function readResults(outputs?: string): Promise<Results> {
  const advice = "delete it, or run `deno task report`, which writes it again";
  return await readJsonIfThere<Results>(resultsPath(outputs), advice) ?? {};
}

/**
 * Writes all figures.
 *
 * @returns Whether that changed the file.
 */
export async function writeResults(results: Results, outputs: string): Promise<boolean> {
  const path = resultsPath(outputs);
  const text = JSON.stringify(results, null, 2) + "\n";
  if (await readTextIfThere(path) === text) return false;
  await writeFileAtomically(path, text);
  return true;
}

/**
 * Adds figures to `outputs/results.json`.
 *
 * Sections are merged, arrays replaced; keys are sorted, so the same figures give the
 * same file. Calls that overlap in time lose figures: await each.
 *
 * @param partial The figures, in the file's own structure.
 * @param outputs The folder, default that of the settings.
 */
export async function recordResults(
  partial: Results,
  outputs: string = readSettings().outputs,
): Promise<void> {
  using _lock = await waitForOutputs(outputs, "a notebook");
  await writeResults(mergeResults([await readResults(outputs), partial]), outputs);
  noteFigures(partial);
}
