/**
 * Mutated files, thousands of each kind. Whatever is done to a file, it is either read as what it
 * then says, by a second and plainer reading of the format, or refused in one line.
 */
import { gzipSync } from "node:zlib";
import { assert, assertEquals } from "lib/assert.ts";
import { readZipEntry } from "lib/dataset/archive.ts";
import { inflate } from "lib/dataset/bytes.ts";
import { type CacheKey, cachePath, readCache, writeCache } from "lib/dataset/cache.ts";
import { parseDigitsCsv } from "lib/dataset/csv.ts";
import { parseIdxImages, parseIdxLabels } from "lib/dataset/mnist.ts";
import { type Digits, PIXELS } from "lib/dataset/mod.ts";
import { InputError } from "lib/errors.ts";
import { RandomState } from "lib/random.ts";
import { withFolder } from "../folder.ts";
import { bytesOf, csvOf, HEADER, idxImages, idxLabels, sampleDigits, zipOf } from "./samples.ts";

const DIGITS = sampleDigits(2);

/** Bytes that matter in some format, and are likelier than others to be taken for something else. */
const TELLING = [...bytesOf('0129,,\n\r"+- .;xe\t\0'), 0xff, 0x80, 0xef];

/** One to three random changes somewhere between `start` and the end. */
function mutate(bytes: Uint8Array, random: RandomState, start = 0): Uint8Array {
  let result = Array.from(bytes);
  const changes = random.randint(1, 4);
  for (let i = 0; i < changes; i++) {
    const at = random.randint(Math.min(start, result.length), result.length + 1);
    const length = random.randint(1, 40);
    const telling = (): number => TELLING[random.randint(0, TELLING.length)]!;
    const kinds: (() => void)[] = [
      () => result.splice(at, 1, telling()),
      () => result.splice(at, 1, 0x30 + random.randint(0, 10)),
      () => result.splice(at, 1, random.randint(0, 256)),
      () => result.splice(at, 1, (result[at] ?? 0) ^ (1 << random.randint(0, 8))),
      () => result.splice(at, 0, telling()),
      () => result.splice(at, length),
      () => result.splice(at, 0, ...result.slice(at, at + length)),
      () => result.splice(at, length, ...result.slice(start, start + length)),
      () => result = result.slice(0, at),
    ];
    kinds[random.randint(0, kinds.length)]!();
  }
  return Uint8Array.from(result);
}

/** What `read` gives, or `undefined` if it refuses in a line like `line`. All else is a failure. */
async function readOrRefuse<T>(read: () => T | Promise<T>, line: RegExp): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    assert(error instanceof InputError, `Expected an InputError, got ${(error as Error).stack}`);
    assert(!error.message.includes("\n") && error.message.length < 400, error.message);
    assert(line.test(error.message), error.message);
    return undefined;
  }
}

/** Counts how many of `n` mutants are read and how many refused; a test needs some of both. */
async function fuzz(
  t: Deno.TestContext,
  name: string,
  n: number,
  check: (random: RandomState) => Promise<boolean>,
): Promise<void> {
  const random = new RandomState(42);
  let read = 0;
  for (let i = 0; i < n; i++) if (await check(random)) read++;
  await t.step(`${name}: ${n} mutants, ${read} read, ${n - read} refused`, () => {
    assert(read > 0 && read < n);
  });
}

/** A plainer reading of train.csv, cell by cell. */
function readPlainly(bytes: Uint8Array): Digits | undefined {
  const text = new TextDecoder("latin1").decode(bytes).replace(/[\r\n]+$/, "");
  const [header, ...lines] = text.split("\n").map((line) => line.replace(/\r$/, ""));
  if (header?.replaceAll(/"(\w*)"/g, "$1").trimEnd() !== HEADER || lines.length === 0) {
    return undefined;
  }
  const rows = lines.map((line) => line.split(","));
  const isGood = (cell: string, i: number): boolean =>
    /^[ \t]*[+]?\d+\r?$/.test(cell) && Number(cell) <= (i === 0 ? 9 : 255);
  if (!rows.every((row) => row.length === 785 && row.every(isGood))) return undefined;
  return {
    images: Uint8Array.from(rows.flatMap((row) => row.slice(1).map(Number))),
    labels: Uint8Array.from(rows, (row) => Number(row[0])),
  };
}

Deno.test("mutated CSV files are read as what they say, or refused", async (t) => {
  const file = bytesOf(csvOf(DIGITS));
  await fuzz(t, "train.csv", 1500, async (random) => {
    // Most changes to the rows: the header is longer than they are.
    const mutant = mutate(file, random, random.randint(0, 10) === 0 ? 0 : HEADER.length);
    const read = await readOrRefuse(
      () => parseDigitsCsv(mutant, { file: "train.csv", labelled: true }),
      /^train\.csv(, line \d+(, column \S+)?: | is empty| has a header and no rows)/,
    );
    assertEquals(read, readPlainly(mutant));
    return read !== undefined;
  });
});

Deno.test("mutated gzip files inflate to what was deflated, or are refused", async (t) => {
  const content = bytesOf(csvOf(DIGITS).slice(0, 3000));
  const file = gzipSync(content);
  await fuzz(t, "gzip", 2000, async (random) => {
    const mutant = mutate(file, random);
    const isGzip = mutant[0] === 0x1f && mutant[1] === 0x8b;
    const read = await readOrRefuse(
      () => inflate(mutant, "train.csv.gz", 10_000),
      /^train\.csv\.gz: /,
    );
    if (read !== undefined) assertEquals(Array.from(read), Array.from(isGzip ? content : mutant));
    return read !== undefined;
  });
});

Deno.test("mutated zip files give the file that was put in, or are refused", async (t) => {
  const content = bytesOf(csvOf(DIGITS).slice(0, 1000));
  const file = zipOf({ "train.csv": content, "test.csv": bytesOf("no") });
  await fuzz(t, "zip", 2500, async (random) => {
    const mutant = mutate(file, random);
    const read = await readOrRefuse(
      () => readZipEntry(mutant, "train.csv", "d.zip", 10_000),
      /^d\.zip/,
    );
    if (read !== undefined) assertEquals(Array.from(read), Array.from(content));
    return read !== undefined;
  });
});

Deno.test("mutated idx files are read as what they say, or refused", async (t) => {
  const numbers = (bytes: Uint8Array): number[] =>
    Array.from(
      { length: 4 },
      (_, i) => [0, 1, 2, 3].reduce((value, j) => value * 256 + (bytes[4 * i + j] ?? NaN), 0),
    );
  const images = idxImages(DIGITS.images);
  await fuzz(t, "idx images", 2000, async (random) => {
    const mutant = random.randint(0, 4) === 0 ? mutate(images, random) : mutate(images, random, 16);
    const [magic, n, height, width] = numbers(mutant);
    const isGood = magic === 2051 && height === 28 && width === 28 && n! > 0 &&
      mutant.length === 16 + n! * PIXELS;
    const read = await readOrRefuse(() => parseIdxImages(mutant, "images"), /^images, byte \d+: /);
    assertEquals(read && Array.from(read), isGood ? Array.from(mutant.subarray(16)) : undefined);
    return read !== undefined;
  });
  const labels = idxLabels(sampleDigits(100).labels);
  await fuzz(t, "idx labels", 2000, async (random) => {
    const mutant = mutate(labels, random);
    const [magic, n] = numbers(mutant);
    const values = Array.from(mutant.subarray(8));
    const isGood = magic === 2049 && n! > 0 && values.length === n && Math.max(...values) <= 9;
    const read = await readOrRefuse(() => parseIdxLabels(mutant, "labels"), /^labels, byte \d+: /);
    assertEquals(read && Array.from(read), isGood ? values : undefined);
    return read !== undefined;
  });
});

Deno.test("mutated caches give what was put in, or nothing", async (t) => {
  await withFolder(async (folder) => {
    const key: CacheKey = { folder, kind: "kaggle", subset: "train", sha256: "0".repeat(64) };
    await writeCache(key, DIGITS);
    const file = await Deno.readFile(cachePath(key));
    await fuzz(t, "cache", 2000, async (random) => {
      // One in ten stays whole, to see that those are read.
      const mutant = random.randint(0, 10) === 0 ? file : mutate(file, random);
      await Deno.writeFile(cachePath(key), mutant);
      const read = await readCache(key);
      if (read !== undefined) assertEquals(read, DIGITS);
      return read !== undefined;
    });
  });
});
