/** What a cell can show. @module */
import { type Markup, markup } from "lib/markup.ts";
import type { Chart } from "lib/plots/mod.ts";

/** One thing to show, in several MIME types; a front end shows the richest that it knows. */
export type MimeBundle = Readonly<Record<string, string>>;

/** A chart, a bundle, or text that is shown as it is. */
export type Item = Chart | MimeBundle | string;

/** Prose in Markdown. */
export function markdown(text: string): MimeBundle {
  const trimmed = text.trim();
  return { "text/markdown": trimmed, "text/plain": trimmed };
}

/** HTML, with its content as text for where HTML can't be shown (a terminal, a log). */
export function htmlBundle(content: Markup, text: string): MimeBundle {
  return { "text/html": String(content), "text/plain": text };
}

/** Text in a fixed-width font, as it is. */
export function preformatted(text: string): MimeBundle {
  return { "text/plain": text };
}

/** A value of a table. */
export type CellValue = string | number | boolean | null | undefined;

/** Options of {@linkcode table}. */
export interface TableOptions<Row> {
  /** What the table shows: its title, and its name to a screen reader. */
  readonly caption: string;
  /** The columns to show, in order. Default: the keys of the first row. */
  readonly columns?: readonly (keyof Row & string)[];
}

/** A small table; the first column names its row. Numeric columns are aligned right. */
export function table<Row extends { readonly [K in keyof Row]: CellValue }>(
  rows: readonly Row[],
  { caption, columns = Object.keys(rows[0] ?? {}) as (keyof Row & string)[] }: TableOptions<Row>,
): MimeBundle {
  const cells = rows.map((row) => columns.map((column) => String(row[column] ?? "")));
  const numeric = columns.map((_, i) => cells.every((row) => isNumeric(row[i]!)));
  return htmlBundle(
    htmlTable(caption, columns, cells, numeric),
    textTable(caption, columns, cells, numeric),
  );
}

/** Characters up to which a table's cell stays on one line. */
const MAX_UNBROKEN = 20;

function isNumeric(text: string): boolean {
  return /^(?:[-+−]?[\d,.]+\s?(?:%|s|points?)?|)$/.test(text);
}

function htmlTable(
  caption: string,
  columns: readonly string[],
  cells: readonly (readonly string[])[],
  numeric: readonly boolean[],
): Markup {
  // Inline, because front ends have style sheets of their own.
  const align = (column: number): string => `text-align:${numeric[column] ? "right" : "left"}`;
  const style = (text: string, column: number): string =>
    align(column) + (text.length <= MAX_UNBROKEN ? ";white-space:nowrap" : "");
  const head = columns.map((column, i) =>
    markup`<th scope="col" style="${align(i)}">${column}</th>`
  );
  const body = cells.map((row) =>
    markup`<tr>${
      row.map((text, i) =>
        i === 0
          ? markup`<th scope="row" style="${style(text, i)}">${text}</th>`
          : markup`<td style="${style(text, i)}">${text}</td>`
      )
    }</tr>\n`
  );
  return markup`<table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody>
</table>`;
}

function textTable(
  caption: string,
  columns: readonly string[],
  cells: readonly (readonly string[])[],
  numeric: readonly boolean[],
): string {
  const widths = columns.map((column, i) =>
    Math.max(column.length, ...cells.map((row) => row[i]!.length))
  );
  const line = (row: readonly string[]): string =>
    row.map((text, i) => numeric[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!))
      .join("  ").trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [caption, "", line(columns), rule, ...cells.map(line)].join("\n");
}
