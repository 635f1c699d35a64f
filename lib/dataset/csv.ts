/**
 * Kaggle's CSV files: `label,pixel0,...,pixel783`, or without the label, one digit per row.
 * @module
 */
import { Buffer } from "node:buffer";
import pl from "nodejs-polars";
import { ADVICE } from "lib/dataset/bytes.ts";
import { type Digits, PIXELS } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";

const PIXEL_COLUMNS: readonly string[] = Array.from({ length: PIXELS }, (_, i) => `pixel${i}`);
/** No valid line has more bytes: four for each value, and room for blanks. */
const MAX_LINE = 16 * (PIXELS + 1);
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const COMMA = 44;
const DIGIT_0 = 48;

/** Text of a file for a message: quoted, escaped and shortened. */
function quote(text: string): string {
  return JSON.stringify(text.length > 24 ? `${text.slice(0, 24)}...` : text);
}

function startsWithByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/** The bytes without a leading byte order mark and trailing line ends. */
function trim(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === LINE_FEED || bytes[end - 1] === CARRIAGE_RETURN)) end--;
  return bytes.subarray(startsWithByteOrderMark(bytes) ? 3 : 0, end);
}

/** Checks line 1, whose names may be quoted, and returns where line 2 starts. */
function checkHeader(text: Uint8Array, columns: readonly string[], file: string): number {
  const newline = text.indexOf(LINE_FEED);
  const end = newline < 0 ? text.length : newline;
  // A binary file may have a first line of megabytes; its beginning is enough.
  const line = new TextDecoder().decode(text.subarray(0, Math.min(end, 64 * columns.length)));
  const names = line.trimEnd().split(",").map((name) => name.replace(/^"(.*)"$/, "$1"));
  const wrong = columns.findIndex((name, i) => name !== names[i]);
  const expected = `${columns.length} columns, ${columns[0]} to ${columns.at(-1)}`;
  if (wrong >= 0) {
    const found = names[wrong] === undefined ? "nothing" : quote(names[wrong]);
    throw new InputError(
      `${file}, line 1, column ${wrong + 1}: found ${found}, expected "${columns[wrong]}" ` +
        `(the header has ${names.length} columns; expected ${expected}). ${ADVICE}`,
    );
  }
  if (names.length > columns.length) {
    throw new InputError(
      `${file}, line 1, column ${columns.length + 1}: found ${quote(names[columns.length]!)}, ` +
        `expected no further column (${expected}). ${ADVICE}`,
    );
  }
  if (newline < 0) {
    throw new InputError(`${file} has a header and no rows; expected one digit per row. ${ADVICE}`);
  }
  return newline + 1;
}

/** Whether a row is numbers in range and commas alone, as Kaggle writes them. */
function isPlain(row: Uint8Array, { length }: readonly string[]): boolean {
  const isLabelled = length > PIXELS;
  let [column, value, digits] = [0, 0, 0];
  for (let i = 0; i <= row.length; i++) {
    const byte = row[i] ?? COMMA;
    if (byte === COMMA) {
      if (digits === 0 || value > (isLabelled && column === 0 ? 9 : 255)) return false;
      [column, value, digits] = [column + 1, 0, 0];
    } else if (byte >= DIGIT_0 && byte <= DIGIT_0 + 9) {
      value = 10 * value + byte - DIGIT_0;
      digits++;
    } else if (byte !== CARRIAGE_RETURN || i < row.length - 1) return false;
  }
  return column === length;
}

/** The first fault in the rows and its place, in words, or `undefined`. */
function findFault(rows: Uint8Array, columns: readonly string[]): string | undefined {
  const decoder = new TextDecoder();
  for (let line = 2, start = 0, end; start <= rows.length; line++, start = end + 1) {
    const newline = rows.indexOf(LINE_FEED, start);
    end = newline < 0 ? rows.length : newline;
    const isTooLong = end - start > MAX_LINE;
    // Most rows of a bad file are good: they are not decoded.
    if (!isTooLong && isPlain(rows.subarray(start, end), columns)) continue;
    const text = decoder.decode(rows.subarray(start, Math.min(end, start + MAX_LINE)))
      .replace(/\r$/, "");
    const cells = text.split(",");
    if (text.trim() === "") return `line ${line}: blank; expected ${columns.length} values`;
    for (const [i, name] of columns.entries()) {
      const cell = cells[i];
      if (cell === undefined) {
        const cut = newline < 0 ? " (is the file cut short?)" : "";
        return `line ${line}, column "${name}": the row ends after ${cells.length} of ` +
          `${columns.length} values${cut}`;
      }
      const max = name === "label" ? 9 : 255;
      // Polars takes blanks and a plus sign before a number, and a carriage return after it.
      if (!/^[ \t]*\+?[0-9]+\r?$/.test(cell) || Number(cell) > max) {
        const found = cell.trim() === "" ? "blank" : quote(cell);
        return `line ${line}, column "${name}": ${found}; expected a whole number from 0 to ${max}`;
      }
    }
    if (cells.length > columns.length) {
      const found = isTooLong ? `${cells.length} values or more` : `${cells.length} values`;
      return `line ${line}: ${found}; expected ${columns.length}`;
    }
    if (isTooLong) return `line ${line}: ${end - start} bytes; expected at most ${MAX_LINE}`;
  }
  return undefined;
}

/**
 * Whether each line is neither too short nor too long for its values. Others cost a parser many times
 * their size in memory.
 */
function hasPlausibleLines(rows: Uint8Array, columns: readonly string[]): boolean {
  for (let start = 0; start <= rows.length;) {
    const newline = rows.indexOf(LINE_FEED, start);
    const end = newline < 0 ? rows.length : newline;
    if (end - start > MAX_LINE || end - start < 2 * columns.length - 1) return false;
    start = end + 1;
  }
  return true;
}

/**
 * Reads a CSV file as Kaggle's Digit Recognizer has them. Polars parses it; a byte order mark, `\r\n`,
 * quoted names and a missing last line end are accepted.
 *
 * @param bytes The file's content.
 * @param options.file The name to use in messages.
 * @param options.labelled Whether the first column is `label`.
 * @throws {InputError} Names the first line and column with anything but a whole number in range
 * (0 to 255, labels 0 to 9), or a wrong header. Line 1 is the header.
 */
export function parseDigitsCsv(
  bytes: Uint8Array,
  options: { file: string; labelled: boolean },
): Digits {
  const { file, labelled } = options;
  const columns = labelled ? ["label", ...PIXEL_COLUMNS] : PIXEL_COLUMNS;
  const text = trim(bytes);
  if (text.length === 0) throw new InputError(`${file} is empty. ${ADVICE}`);
  const rows = text.subarray(checkHeader(text, columns, file));

  const fault = (reason: string): InputError =>
    new InputError(`${file}, ${findFault(rows, columns) ?? reason}. ${ADVICE}`);

  if (!hasPlausibleLines(rows, columns)) throw fault("a line is too short or too long");

  let frame: pl.DataFrame;
  try {
    frame = pl.readCSV(Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength), {
      hasHeader: false,
      schema: Object.fromEntries(columns.map((name) => [name, pl.UInt8])),
      // A quote is never part of a number; and longer rows would be cut silently.
      quoteChar: "",
      truncateRaggedLines: false,
    });
  } catch (error) {
    throw fault(`not readable: ${(error as Error).message.split("\n")[0]}`);
  }

  const n = frame.height;
  if (frame.nullCount().row(0).some((count) => count > 0)) throw fault("a value is missing");
  // All columns at once: asked for by name, 785 of them take 100 ms.
  const values = frame.getColumns().map((column) => column.toTypedArray() as Uint8Array);
  const labels = labelled ? values.shift() : undefined;
  if (labels?.some((label) => label > 9)) throw fault("a label is not a digit");

  const images = transpose(values, n);
  return labels === undefined ? { images } : { images, labels };
}

/** Turns the pixels' columns of `n` values into rows. */
function transpose(columns: readonly Uint8Array[], n: number): Uint8Array {
  // Four pixels are written at once (Deno runs on little-endian machines alone), and rows in blocks
  // that stay in a core's cache: a third of the time of the plain loop.
  const words = PIXELS / 4;
  const blockRows = 256;
  const rows = new Uint32Array(n * words);
  for (let start = 0; start < n; start += blockRows) {
    const end = Math.min(n, start + blockRows);
    for (let j = 0; j < words; j++) {
      const [a, b, c, d] = columns.slice(4 * j, 4 * j + 4) as Four<Uint8Array>;
      for (let i = start, at = start * words + j; i < end; i++, at += words) {
        rows[at] = a[i]! | b[i]! << 8 | c[i]! << 16 | d[i]! << 24;
      }
    }
  }
  return new Uint8Array(rows.buffer);
}

type Four<T> = [T, T, T, T];
