import { InputError } from "lib/errors.ts";

/** What front ends note about how a cell is shown. */
const DISPLAY_METADATA = new Set([
  "ExecuteTime",
  "collapsed",
  "execution",
  "jupyter",
  "scrolled",
  "trusted",
]);

type Json = Record<string, unknown>;

/**
 * The text of a notebook's file without what running and saving it in Jupyter leaves: outputs,
 * execution counts, how cells were shown, and the kernel's version.
 *
 * @param text The file's.
 * @param path Its path, for errors.
 */
export function stripNotebook(text: string, path: string): string {
  let notebook: Json & { cells: Json[]; metadata: Json & { language_info?: Json } };
  try {
    notebook = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${path} is not a notebook: ${(error as Error).message}`);
  }
  const { language_info, ...metadata } = notebook.metadata;
  const { codemirror_mode: _mode, version: _version, ...language } = language_info ?? {};
  const stripped = {
    cells: notebook.cells.map(stripCell),
    metadata: sorted({ ...metadata, ...(language_info && { language_info: sorted(language) }) }),
    nbformat: 4,
    nbformat_minor: 5,
  };
  return JSON.stringify(stripped, null, 1) + "\n";
}

function stripCell({ execution_count: _, outputs: __, ...cell }: Json): Json {
  const kept = Object.entries(cell.metadata as Json).filter(([key]) => !DISPLAY_METADATA.has(key));
  return sorted({
    ...cell,
    metadata: Object.fromEntries(kept),
    ...(cell.cell_type === "code" && { execution_count: null, outputs: [] }),
  });
}

/** With its keys in the order in which Jupyter writes them. */
function sorted(object: Json): Json {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => a < b ? -1 : 1));
}
