import { basename } from "node:path";
import { InputError } from "lib/errors.ts";
import { writeFileAtomically } from "lib/files.ts";
import type { Output } from "lib/report/kernel/mod.ts";

/** A cell of a notebook, its source joined to one string. */
export type Cell = MarkdownCell | CodeCell | RawCell;

interface AnyCell {
  readonly id: string;
  readonly metadata: Record<string, unknown>;
  readonly source: string;
}

/** Prose. */
interface MarkdownCell extends AnyCell {
  readonly cell_type: "markdown";
}

/** Code, and what it showed when it was run. */
export interface CodeCell extends AnyCell {
  readonly cell_type: "code";
  execution_count: number | null;
  outputs: Output[];
}

/** Text for other tools; neither run nor shown. */
interface RawCell extends AnyCell {
  readonly cell_type: "raw";
}

/** A Jupyter notebook (nbformat 4.5). */
export interface Notebook {
  /** File name without `.ipynb`. */
  readonly name: string;
  readonly cells: Cell[];
  metadata: Record<string, unknown>;
}

/** The name of a notebook's file, without `.ipynb`. */
export function notebookName(path: string): string {
  return basename(path, ".ipynb");
}

/** Reads a notebook. Throws {@linkcode InputError} if the file is not one. */
export async function readNotebook(path: string): Promise<Notebook> {
  return parseNotebook(await Deno.readTextFile(path), path);
}

/** A notebook from the text of its file. Throws {@linkcode InputError} if it is not one. */
export function parseNotebook(text: string, path: string): Notebook {
  let file;
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${path} is not a notebook: ${(error as Error).message}`);
  }
  if (file.nbformat !== 4 || !Array.isArray(file.cells)) {
    throw new InputError(`${path} is not a notebook of nbformat 4; save it again in Jupyter.`);
  }
  return {
    name: notebookName(path),
    metadata: file.metadata ?? {},
    cells: file.cells.map((cell: Record<string, unknown>, i: number) => ({
      ...cell,
      id: cell.id ?? `cell-${i + 1}`,
      metadata: cell.metadata ?? {},
      source: joined(cell.source),
      ...(cell.cell_type === "code" && { outputs: (cell.outputs as Output[]).map(joinedOutput) }),
    })),
  };
}

/** Writes a notebook as nbformat 4.5, atomically. */
export async function writeNotebook(path: string, notebook: Notebook): Promise<void> {
  const file = {
    cells: notebook.cells,
    metadata: notebook.metadata,
    nbformat: 4,
    nbformat_minor: 5,
  };
  await writeFileAtomically(path, JSON.stringify(file, null, 1) + "\n");
}

/** The text of the last heading of a cell, if it has one: the next cell is below it. */
export function headingOf(cell: Cell): string | undefined {
  if (cell.cell_type !== "markdown") return undefined;
  const headings = [...cell.source.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)];
  return headings.at(-1)?.[1]?.replaceAll(/[*_`]/g, "");
}

/** In nbformat any text may be an array of lines. */
function joined(text: unknown): string {
  return Array.isArray(text) ? text.join("") : String(text ?? "");
}

function joinedOutput(output: Output): Output {
  if (output.output_type === "stream") return { ...output, text: joined(output.text) };
  if (output.output_type === "error") return output;
  const data = Object.fromEntries(
    Object.entries(output.data).map(([type, value]) =>
      Array.isArray(value) ? [type, joined(value)] : [type, value]
    ),
  );
  return { ...output, data };
}
