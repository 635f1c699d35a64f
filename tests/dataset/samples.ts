/** Small files of digits, and what a test needs to make and break them. */
import { Buffer } from "node:buffer";
import { crc32, deflateRawSync } from "node:zlib";
import { PIXELS } from "lib/digits.ts";
import { assert } from "lib/assert.ts";
import { InputError } from "lib/errors.ts";
import { RandomState } from "lib/random.ts";

export const HEADER = `label,${pixelNames().join(",")}`;
export const TEST_HEADER: string = pixelNames().join(",");

function pixelNames(): string[] {
  return Array.from({ length: PIXELS }, (_, i) => `pixel${i}`);
}

/** `n` digits of random grey values; labels 0, 1, ..., 9, 0, ... */
export function sampleDigits(n: number, seed = 0): { images: Uint8Array; labels: Uint8Array } {
  const random = new RandomState(seed);
  return {
    images: Uint8Array.from({ length: n * PIXELS }, () => random.randint(0, 256)),
    labels: Uint8Array.from({ length: n }, (_, i) => i % 10),
  };
}

/** Rows of a CSV file, cells as text, without the header. */
export function csvRows(digits: { images: Uint8Array; labels?: Uint8Array }): string[][] {
  const n = digits.images.length / PIXELS;
  return Array.from({ length: n }, (_, i) => [
    ...(digits.labels ? [String(digits.labels[i])] : []),
    ...Array.from(digits.images.subarray(i * PIXELS, (i + 1) * PIXELS), String),
  ]);
}

/** A CSV file as text. */
export function csvText(rows: string[][], header = HEADER): string {
  return [header, ...rows.map((row) => row.join(","))].join("\n") + "\n";
}

/** Digits as Kaggle's file has them: `train.csv` with labels, `test.csv` without. */
export function csvOf(digits: { images: Uint8Array; labels?: Uint8Array }): string {
  return csvText(csvRows(digits), digits.labels ? HEADER : TEST_HEADER);
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** An idx file. */
export function idxFile(magic: number, sizes: number[], data: Uint8Array): Uint8Array {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt32BE(magic, 0);
  sizes.forEach((size, i) => header.writeUInt32BE(size, 4 + 4 * i));
  return Buffer.concat([header, data]);
}

export function idxImages(images: Uint8Array): Uint8Array {
  return idxFile(0x803, [images.length / PIXELS, 28, 28], images);
}

export function idxLabels(labels: Uint8Array): Uint8Array {
  return idxFile(0x801, [labels.length], labels);
}

/** A zip of deflated entries, written by hand so that its fields can lie. */
export function zipOf(
  files: Record<string, Uint8Array>,
  lies: { size?: number; crc?: number; flags?: number } = {},
): Uint8Array {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const data = deflateRawSync(content);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(lies.flags ?? 0, 2);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(lies.crc ?? crc32(content), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(lies.size ?? content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([bytesOf("PK\x03\x04"), fields, bytesOf(name), data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    central.push(
      Buffer.concat([bytesOf("PK\x01\x02"), Buffer.from([20, 0]), fields, rest, bytesOf(name)]),
    );
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(central.length, 8);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

/** The line that a user sees: the message of the {@linkcode InputError} that `fn` ends with. */
export async function lineOf(fn: () => unknown): Promise<string> {
  try {
    await fn();
  } catch (error) {
    assert(error instanceof InputError, `Expected an InputError, got ${error}`);
    assert(!error.message.includes("\n"), `Expected one line, got: ${error.message}`);
    return error.message;
  }
  throw new Error("Expected an InputError; nothing was thrown");
}

/** Names of what is in a folder, sorted. */
export async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}
