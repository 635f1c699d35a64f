/**
 * Writing CSV (RFC 4180): `jsr:@std/csv`, or `npm:csv-stringify` where JSR is out of reach.
 * @module
 */
import { fromJsr } from "lib/jsr.ts";

type Cell = string | number;
type Stringify = (rows: readonly (readonly Cell[])[]) => string;

interface StdCsv {
  stringify(rows: readonly (readonly Cell[])[], options: { headers: boolean }): string;
}

async function load(): Promise<Stringify> {
  const std = await fromJsr<StdCsv>("@std/csv");
  if (std !== undefined) return (rows) => std.stringify(rows, { headers: false });
  const { stringify } = await import("csv-stringify/sync");
  return (rows) => stringify(rows as Cell[][], { record_delimiter: "windows" });
}

/**
 * Rows as CSV text, with `\r\n` after each row and quotes where a cell needs them.
 *
 * @param rows The first row is the header.
 */
export const stringifyCsv: Stringify = await load();
