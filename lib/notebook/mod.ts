/**
 * What notebook cells call to show things, in JupyterLab, VS Code, nbconvert and the report alike.
 *
 * Await {@linkcode show}, at the end of a cell.
 * @module
 */
import { display, inNotebook, settle } from "./display.ts";
import type { Item } from "./items.ts";
import { explainMissingNames } from "./missing_names.ts";

export { htmlBundle, markdown, preformatted, table } from "./items.ts";
export type { CellValue, Item, MimeBundle, TableOptions } from "./items.ts";
export { liveOutput } from "./live.ts";
export type { LiveOutput } from "./live.ts";

/**
 * Shows items below the cell, in order: charts, {@linkcode markdown}, {@linkcode table},
 * {@linkcode preformatted}, {@linkcode htmlBundle}, or plain text.
 *
 * Outside a notebook it prints their text.
 *
 * @example
 * ```ts
 * import { markdown, show, table } from "lib/notebook/mod.ts";
 *
 * await show(
 *   markdown("Two digits:"),
 *   table([{ digit: 3, count: 4351 }, { digit: 5, count: 3795 }], { caption: "Counts" }),
 * );
 * ```
 */
export async function show(...items: readonly Item[]): Promise<void> {
  for (const item of items) await display(item);
  await settle();
}

if (inNotebook()) explainMissingNames();
