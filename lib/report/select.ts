/** Which notebooks a run executes, and what they need. @module */
import { join } from "node:path";
import type { Subset } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";
import { projectPath } from "lib/project.ts";
import { type Notebook, notebookName, readNotebook } from "./notebook.ts";

/** Which notebooks to run. */
export interface Selection {
  /** Folder of the notebooks; they run in the order of their names. Default: `notebooks/`. */
  readonly folder?: string;
  /** Run this notebook and those that it needs, not all. */
  readonly only?: string;
}

/** Paths of the notebooks in a folder, in the order in which they run. */
export async function notebookPaths(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile && entry.name.endsWith(".ipynb")) paths.push(join(folder, entry.name));
  }
  return paths.sort();
}

/** All notebooks of a folder, and the names of those to run. */
export async function selectNotebooks(
  { folder = projectPath("notebooks"), only }: Selection,
): Promise<{ sources: Notebook[]; wanted: ReadonlySet<string> }> {
  const sources = await Promise.all((await notebookPaths(folder)).map(readNotebook));
  const names = sources.map(({ name }) => name);
  return { sources, wanted: only === undefined ? new Set(names) : withNeeds(only, sources) };
}

/** Names of the notebooks whose results a notebook uses: its metadata's `needs`, else all before it. */
export function neededBy(notebook: Notebook, before: readonly string[]): readonly string[] {
  return (notebook.metadata.needs as string[] | undefined) ?? before;
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

/**
 * The digits that a run reads, so that they can be checked before hours of training: the training
 * digits, and what notebooks name in their metadata's `digits`.
 */
export async function subsetsRead(selection: Selection): Promise<Subset[]> {
  const { sources, wanted } = await selectNotebooks(selection);
  const named = sources.filter(({ name }) => wanted.has(name))
    .flatMap(({ metadata }) => (metadata.digits ?? []) as Subset[]);
  return [...new Set<Subset>(["train", ...named])];
}
