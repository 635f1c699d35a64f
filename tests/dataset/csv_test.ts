import { assert, assertEquals } from "lib/assert.ts";
import { parseDigitsCsv } from "lib/dataset/csv.ts";
import { PIXELS } from "lib/dataset/mod.ts";
import {
  bytesOf,
  csvOf,
  csvRows,
  csvText,
  HEADER,
  lineOf,
  sampleDigits,
  TEST_HEADER,
} from "./samples.ts";

const DIGITS = sampleDigits(12);
const ADVICE = "Download the file again: see data/README.md.";
const train = { file: "train.csv", labelled: true };

/** A good file with one cell replaced. */
function withCell(row: number, column: number, cell: string): string {
  const rows = csvRows(DIGITS);
  rows[row]![column] = cell;
  return csvText(rows);
}

/** A good file with one row replaced. */
function withRow(row: number, change: (cells: string[]) => string[]): string {
  const rows = csvRows(DIGITS);
  rows[row] = change(rows[row]!);
  return csvText(rows);
}

Deno.test("parseDigitsCsv reads train.csv as Kaggle writes it", () => {
  assertEquals(parseDigitsCsv(bytesOf(csvOf(DIGITS)), train), DIGITS);
});

Deno.test("parseDigitsCsv keeps each pixel in its place, in many rows too", () => {
  const digits = sampleDigits(600);
  assertEquals(parseDigitsCsv(bytesOf(csvOf(digits)), train), digits);
});

Deno.test("parseDigitsCsv reads test.csv, which has no labels", () => {
  const images = DIGITS.images;
  const text = csvOf({ images });
  assertEquals(parseDigitsCsv(bytesOf(text), { file: "test.csv", labelled: false }), { images });
});

Deno.test("parseDigitsCsv accepts what spreadsheets and editors make of a good file", async (t) => {
  const good = csvOf(DIGITS);
  const variants: Record<string, string> = {
    "CRLF line ends": good.replaceAll("\n", "\r\n"),
    "a byte order mark": `\ufeff${good}`,
    "a byte order mark and CRLF": `\ufeff${good.replaceAll("\n", "\r\n")}`,
    "no last line end": good.trimEnd(),
    "blank lines at the end": `${good}\n\r\n\n`,
    "quoted names": good.replace(HEADER, HEADER.split(",").map((name) => `"${name}"`).join(",")),
    "blanks before a number": withCell(3, 5, ` \t${csvRows(DIGITS)[3]![5]}`),
  };
  for (const [name, text] of Object.entries(variants)) {
    await t.step(name, () => assertEquals(parseDigitsCsv(bytesOf(text), train), DIGITS));
  }
});

Deno.test("parseDigitsCsv names line and column of what is wrong", async (t) => {
  const cut = csvOf(DIGITS);
  // Row and column of a cell, its text, and what the message calls it.
  const cells: [row: number, column: number, cell: string, found: string][] = [
    [0, 1, "", "blank"],
    [11, 784, "-1", '"-1"'],
    [5, 784, "256", '"256"'],
    [5, 7, "65536", '"65536"'],
    [2, 2, "ink", '"ink"'],
    [2, 2, '"7"', '"\\"7\\""'],
    [2, 2, "NaN", '"NaN"'],
    [2, 2, "\0", '"\\u0000"'],
    [9, 0, "10", '"10"'],
    [9, 0, "", "blank"],
  ];
  const cases: [text: string, line: string][] = [
    ...cells.map(([row, column, cell, found]): [string, string] => [
      withCell(row, column, cell),
      `train.csv, line ${row + 2}, column "${
        column === 0 ? "label" : `pixel${column - 1}`
      }": ${found}; ` +
      `expected a whole number from 0 to ${column === 0 ? 9 : 255}.`,
    ]),
    ["", "train.csv is empty."],
    ["\n\n", "train.csv is empty."],
    [HEADER + "\n", "train.csv has a header and no rows; expected one digit per row."],
    [
      csvText(csvRows(DIGITS), TEST_HEADER),
      'train.csv, line 1, column 1: found "pixel0", expected "label" ' +
      "(the header has 784 columns; expected 785 columns, label to pixel783).",
    ],
    [
      csvRows(DIGITS).join("\n"),
      'train.csv, line 1, column 1: found "0", expected "label" ' +
      "(the header has 785 columns; expected 785 columns, label to pixel783).",
    ],
    [
      csvText(csvRows(DIGITS), HEADER.replace(",pixel299,", ",")),
      'train.csv, line 1, column 301: found "pixel300", expected "pixel299" ' +
      "(the header has 784 columns; expected 785 columns, label to pixel783).",
    ],
    [
      csvText(csvRows(DIGITS), HEADER.replace(",pixel783", "")),
      'train.csv, line 1, column 785: found nothing, expected "pixel783" ' +
      "(the header has 784 columns; expected 785 columns, label to pixel783).",
    ],
    [
      csvText(csvRows(DIGITS), `${HEADER},note`),
      'train.csv, line 1, column 786: found "note", expected no further column ' +
      "(785 columns, label to pixel783).",
    ],
    [
      HEADER.replaceAll(",", ";") + "\n",
      'train.csv, line 1, column 1: found "label;pixel0;pixel1;pixe...", expected "label" ' +
      "(the header has 1 columns; expected 785 columns, label to pixel783).",
    ],
    [
      withCell(4, 1 + 300, "1.5"),
      'train.csv, line 6, column "pixel300": "1.5"; expected a whole number from 0 to 255.',
    ],
    [
      withCell(4, 1 + 300, "2.0"),
      'train.csv, line 6, column "pixel300": "2.0"; expected a whole number from 0 to 255.',
    ],
    [
      withRow(6, (cells) => cells.slice(0, -1)),
      'train.csv, line 8, column "pixel783": the row ends after 784 of 785 values.',
    ],
    [withRow(6, (cells) => [...cells, "0"]), "train.csv, line 8: 786 values; expected 785."],
    [withRow(6, () => []), "train.csv, line 8: blank; expected 785 values."],
    [
      cut.slice(0, cut.length - 200).replace(/,[^,]*$/, ""),
      /, column "pixel\d+": the row ends after \d+ of 785 values \(is the file cut short\?\)\./
        .source,
    ],
  ];
  for (const [text, expected] of cases) {
    const line = await lineOf(() => parseDigitsCsv(bytesOf(text), train));
    await t.step(line, () => {
      if (expected.startsWith(",")) assert(new RegExp(expected).test(line));
      else assertEquals(line, `${expected} ${ADVICE}`);
    });
  }
});

Deno.test("parseDigitsCsv names line and column in 42,000 rows too", async (t) => {
  const n = 42_000;
  const blank = bytesOf(`7${",0".repeat(PIXELS)}\n`);
  const header = bytesOf(`${HEADER}\n`);
  const file = new Uint8Array(header.length + n * blank.length);
  file.set(header);
  for (let row = 0; row < n; row++) file.set(blank, header.length + row * blank.length);
  const cases: [row: number, offset: number, text: string, line: string][] = [
    [41_998, 2 * 784, "x", 'line 42000, column "pixel783": "x"; expected a whole number'],
    [31_415, 2 * 1 - 1, "\n0", 'line 31417, column "pixel0": the row ends after 1 of 785 values'],
    [27_182, 2 * 500, ",", 'line 27184, column "pixel499": blank; expected a whole number'],
    [20_000, 2 * 784 - 2, "256", 'line 20002, column "pixel782": "256"; expected a whole number'],
    [14_142, 2 * 784 + 1, ",", "line 14144: 1570 values; expected 785"],
    [12_345, 2 * 3, "-", 'line 12347, column "pixel2": "-"; expected a whole number'],
  ];
  for (const [row, offset, text, expected] of cases) {
    const start = header.length + row * blank.length + offset;
    const damage = bytesOf(text);
    const original = file.slice(start, start + damage.length);
    file.set(damage, start);
    const line = await lineOf(() => parseDigitsCsv(file, train));
    file.set(original, start);
    await t.step(line, () => assert(line.startsWith(`train.csv, ${expected}`)));
  }
  await t.step("and reads them once they are mended", () => {
    const { images, labels } = parseDigitsCsv(file, train);
    assertEquals(images.length, n * PIXELS);
    assert(labels!.every((label) => label === 7));
  });
});
