/** What the page remembers of somebody's hand. @module */
import { del, get, set } from "idb-keyval";
import { CLASSES, PIXELS } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";
import type { Example } from "../types.ts";
import { fromBase64, toBase64 } from "./base64.ts";

const KEY = "digit-recognizer-hand";
const FORMAT = "digit-recognizer-hand-1";
/** A file of so many examples takes a megabyte. */
const MOST_EXAMPLES = 1000;

/** Examples, and the weights that came of them. */
export interface Hand {
  readonly examples: readonly Example[];
  /** Of the network that learned, whose digest is `network`. */
  readonly weights: Float32Array;
  readonly network: string;
}

/** What was remembered; `undefined` where nothing was, or another network learned. Rejects where storage is closed. */
export async function recall(): Promise<Hand | undefined> {
  return await get<Hand>(KEY);
}

/** Rejects where storage is closed or full. */
export async function remember(hand: Hand): Promise<void> {
  await set(KEY, hand);
}

/** Rejects where storage is closed. */
export async function forget(): Promise<void> {
  await del(KEY);
}

/** The examples as a file's text. */
export function exportExamples(examples: readonly Example[]): string {
  const list = examples.map(({ digit, image }) => ({ digit, image: toBase64(image) }));
  return JSON.stringify({ format: FORMAT, examples: list }, null, 1) + "\n";
}

/** @throws {InputError} If the text is not what {@linkcode exportExamples} gives. */
export function importExamples(text: string): Example[] {
  let file: { format?: unknown; examples?: unknown };
  try {
    file = Object(JSON.parse(text));
  } catch {
    throw new InputError("it is no JSON. Choose a file that this page exported.");
  }
  if (file.format !== FORMAT || !Array.isArray(file.examples)) {
    throw new InputError(`its format is not ${FORMAT}. Choose a file that this page exported.`);
  }
  if (file.examples.length > MOST_EXAMPLES) {
    throw new InputError(`it has ${file.examples.length} examples; at most ${MOST_EXAMPLES} fit.`);
  }
  return file.examples.map((example, i) => {
    const { digit, image } = Object(example);
    const bytes = decoded(image);
    if (!Number.isInteger(digit) || digit < 0 || digit >= CLASSES || bytes?.length !== PIXELS) {
      throw new InputError(
        `example ${i + 1} is damaged; expected a digit, and ${PIXELS} bytes as base64.`,
      );
    }
    return { digit, image: bytes };
  });
}

function decoded(image: unknown): Uint8Array | undefined {
  try {
    return typeof image === "string" ? fromBase64(image) : undefined;
  } catch {
    return undefined;
  }
}
