import { stringifyCsv } from "lib/csv.ts";
import { CLASSES } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";
import { writeFileAtomically } from "lib/files.ts";

const HEADER = ["ImageId", "Label"];

/**
 * Writes predictions in the form that Kaggle's Digit Recognizer takes: `ImageId,Label`, images
 * counted from 1 in the order of `test.csv`.
 *
 * @param predictions `[n]`, 0..9.
 */
export async function writeSubmission(path: string, predictions: Uint8Array): Promise<void> {
  const rows = Array.from(predictions, (label, i) => [i + 1, label]);
  await writeFileAtomically(path, stringifyCsv([HEADER, ...rows]));
}

/**
 * Reads what {@linkcode writeSubmission} or another program wrote for Kaggle. Rows may come in any
 * order.
 *
 * @param text The file's content.
 * @param file The name to use in messages.
 * @returns `[n]`, 0..9, in the order of `ImageId`.
 * @throws {InputError} If a row is not `ImageId,Label`, or an image is missing or named twice.
 */
export function parseSubmission(text: string, file: string): Uint8Array {
  const [header, ...rows] = text.replace(/^\uFEFF/, "").replace(/\r?\n$/, "").split(/\r?\n/);
  if (header !== HEADER.join(",")) {
    throw new InputError(
      `${file}, line 1: ${JSON.stringify(header!.slice(0, 40))}; expected ${HEADER.join(",")}.`,
    );
  }
  const predictions = new Uint8Array(rows.length).fill(CLASSES);
  for (const [i, row] of rows.entries()) {
    const place = `${file}, line ${i + 2}`;
    const cells = /^(\d+),(\d)$/.exec(row);
    if (cells === null) {
      throw new InputError(
        `${place}: ${
          JSON.stringify(row.slice(0, 40))
        }; expected an image's number and a digit, as 1,7.`,
      );
    }
    const image = Number(cells[1]);
    if (image < 1 || image > rows.length) {
      throw new InputError(
        `${place}: ImageId ${image}; expected 1 to ${rows.length}, the number of rows.`,
      );
    }
    if (predictions[image - 1] !== CLASSES) {
      throw new InputError(`${place}: ImageId ${image} a second time; expected each once.`);
    }
    predictions[image - 1] = Number(cells[2]);
  }
  return predictions;
}
