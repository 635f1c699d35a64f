import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { assert, assertEquals } from "lib/assert.ts";
import { type Dataset, labelCounts, loadDigits, type LoadOptions } from "lib/dataset/mod.ts";
import { withFolder } from "../folder.ts";
import { bytesOf, csvOf, lineOf, namesIn, sampleDigits, zipOf } from "./samples.ts";

const TRAIN = sampleDigits(20);
const TEST = { images: sampleDigits(3, 1).images };
const TRAIN_CSV = bytesOf(csvOf(TRAIN));
const TEST_CSV = bytesOf(csvOf(TEST));

/** Writes files into `folder/data` and returns a loader that keeps its caches in `folder/cache`. */
async function prepare(
  folder: string,
  files: Record<string, Uint8Array>,
): Promise<{ data: string; load: (options?: LoadOptions) => Promise<[Dataset, string[]]> }> {
  const data = join(folder, "data");
  for (const [name, bytes] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(data, name)), { recursive: true });
    await Deno.writeFile(join(data, name), bytes);
  }
  const load = async (options: LoadOptions = {}): Promise<[Dataset, string[]]> => {
    const messages: string[] = [];
    const dataset = await loadDigits({
      data,
      cache: join(folder, "cache"),
      onProgress: (message) => messages.push(message),
      ...options,
    });
    return [dataset, messages];
  };
  return { data, load };
}

function wasRead(messages: string[]): boolean {
  return messages.some((message) => message.startsWith("Reading "));
}

Deno.test("loadDigits reads Kaggle's files in each form they come in", async (t) => {
  const forms: Record<string, [Record<string, Uint8Array>, string]> = {
    "CSV": [
      { "train.csv": TRAIN_CSV, "test.csv": TEST_CSV },
      "Kaggle Digit Recognizer (train.csv)",
    ],
    "gzipped CSV": [
      { "train.csv.gz": gzipSync(TRAIN_CSV), "test.csv.gz": gzipSync(TEST_CSV) },
      "Kaggle Digit Recognizer (train.csv.gz)",
    ],
    "zip": [
      { "digit-recognizer.zip": zipOf({ "train.csv": TRAIN_CSV, "test.csv": TEST_CSV }) },
      "Kaggle Digit Recognizer (digit-recognizer.zip)",
    ],
    "a second download of the zip": [
      { "digit-recognizer (1).zip": zipOf({ "train.csv": TRAIN_CSV, "test.csv": TEST_CSV }) },
      "Kaggle Digit Recognizer (digit-recognizer (1).zip)",
    ],
  };
  for (const [name, [files, description]] of Object.entries(forms)) {
    await t.step(name, () =>
      withFolder(async (folder) => {
        const { load } = await prepare(folder, files);
        const [train] = await load();
        assertEquals({ images: train.images, labels: train.labels }, TRAIN);
        assertEquals(train.source.kind, "kaggle");
        assertEquals(train.source.description, description);
        assert(/^[0-9a-f]{64}$/.test(train.source.sha256));
        const [test] = await load({ subset: "test" });
        assertEquals(test.images, TEST.images);
        assertEquals(test.labels, undefined);
      }));
  }
});

Deno.test("loadDigits takes a file that is named itself", async () => {
  await withFolder(async (folder) => {
    const zip = zipOf({ "train.csv": TRAIN_CSV, "test.csv": TEST_CSV });
    const { data, load } = await prepare(folder, { "mine.zip": zip, "train.csv": TRAIN_CSV });
    for (const name of ["mine.zip", "train.csv"]) {
      const [{ labels, source }] = await load({ data: join(data, name) });
      assertEquals(labels, TRAIN.labels);
      assertEquals(source.description, `Kaggle Digit Recognizer (${name})`);
    }
    const named = { data: join(data, "train.csv"), subset: "test" } as const;
    const line = await lineOf(() => load(named));
    assert(line.endsWith("has train.csv but no test.csv; put Kaggle's test.csv beside it."), line);
    await Deno.writeFile(join(data, "test.csv"), TEST_CSV);
    assertEquals((await load(named))[0].images, TEST.images);
  });
});

Deno.test("loadDigits reads the source once, and the cache from then on", async () => {
  await withFolder(async (folder) => {
    const { data, load } = await prepare(folder, { "train.csv": TRAIN_CSV });
    const [first, firstMessages] = await load();
    const [second, secondMessages] = await load();
    const source = "Kaggle Digit Recognizer (train.csv)";
    assertEquals(firstMessages[0], `Reading train digits: ${source}`);
    assertEquals(secondMessages[0], `Taking train digits from the cache: ${source}`);
    assertEquals(second, first);
    // Nothing is written beside the source, which may be read-only.
    assertEquals(await namesIn(data), ["train.csv"]);
  });
});

Deno.test("loadDigits sees a change of the source that leaves its size and date alone", async () => {
  await withFolder(async (folder) => {
    const { data, load } = await prepare(folder, { "train.csv": TRAIN_CSV });
    const [first] = await load();
    const path = join(data, "train.csv");
    const { mtime } = await Deno.stat(path);
    const changed = TRAIN_CSV.with(TRAIN_CSV.indexOf(10) + 1, "3".charCodeAt(0));
    await Deno.writeFile(path, changed);
    await Deno.utime(path, mtime!, mtime!);
    const [second, messages] = await load();
    assert(wasRead(messages));
    assertEquals([first.labels![0], second.labels![0]], [0, 3]);
  });
});

Deno.test("loadDigits makes a damaged cache anew without a word", async () => {
  await withFolder(async (folder) => {
    const { load } = await prepare(folder, { "train.csv": TRAIN_CSV });
    const [first] = await load();
    const [name] = await namesIn(join(folder, "cache"));
    await Deno.truncate(join(folder, "cache", name!), 1000);
    const [second, messages] = await load();
    assertEquals(second, first);
    assert(wasRead(messages) && messages.every((message) => !message.includes("cache")));
    const [, third] = await load();
    assert(!wasRead(third));
  });
});

Deno.test("loadDigits goes on where no cache can be written, and says so", async () => {
  await withFolder(async (folder) => {
    const { load } = await prepare(folder, { "train.csv": TRAIN_CSV });
    await Deno.writeTextFile(join(folder, "cache"), "a file, where a folder is needed");
    const [{ labels }, messages] = await load();
    assertEquals(labels, TRAIN.labels);
    assert(messages.some((message) => message.startsWith("The cache is left out: ")));
  });
});

Deno.test("loadDigits does not read the unlabelled digits before they are asked for", async (t) => {
  await withFolder(async (folder) => {
    const { load } = await prepare(folder, { "train.csv": TRAIN_CSV, "test.csv": bytesOf("?") });
    const [{ labels }] = await load();
    assertEquals(labels, TRAIN.labels);
    const line = await lineOf(() => load({ subset: "test" }));
    await t.step(line, () => assert(line.startsWith('test.csv, line 1, column 1: found "?"')));
  });
});

Deno.test("loadDigits says so if the digits are not all of Kaggle's", async () => {
  await withFolder(async (folder) => {
    const { load } = await prepare(folder, { "train.csv": TRAIN_CSV });
    for (let i = 0; i < 2; i++) {
      const [, messages] = await load();
      assert(messages.some((message) => message.startsWith("20 digits: not Kaggle's full 42,000")));
    }
  });
});

Deno.test("a named path without digits ends in one line, and nothing is written", async (t) => {
  await withFolder(async (folder) => {
    const { data, load } = await prepare(folder, { "empty/readme.txt": bytesOf("no digits") });
    await Deno.writeFile(join(data, "test.csv"), TEST_CSV);
    const zipPath = join(data, "digit-recognizer.zip");
    await Deno.writeFile(zipPath, zipOf({ "train.csv": TRAIN_CSV }).subarray(0, -30));
    const cases: [data: string, line: string][] = [
      [
        join(data, "nowhere"),
        "/nowhere can't be read: there is no such file or folder; check the path.",
      ],
      [join(data, "empty"), "/empty has no digits; expected train.csv and test.csv (or .csv.gz),"],
      [join(data, "empty", "readme.txt"), "/readme.txt has no digits; expected train.csv"],
      [join(data, "test.csv", "x"), "/x can't be read: a part of the path is a file"],
      [data, "/data has test.csv but no train.csv; put Kaggle's train.csv beside it."],
      [zipPath, "digit-recognizer.zip is damaged or cut short ("],
    ];
    for (const [path, expected] of cases) {
      const line = await lineOf(() => load({ data: path }));
      await t.step(line.replace(folder, "FOLDER"), () => assert(line.includes(expected), line));
    }
    assertEquals(await namesIn(folder), ["data"]);
  });
});

Deno.test("labelCounts counts by Polars, most frequent first", async () => {
  const counts = labelCounts({ images: new Uint8Array(), labels: Uint8Array.of(7, 1, 7, 3, 1, 7) });
  assertEquals(counts.columns, ["label", "count", "share"]);
  assertEquals(counts.rows(), [[7, 3, 3 / 6], [1, 2, 2 / 6], [3, 1, 1 / 6]]);
  const line = await lineOf(() => labelCounts({ images: new Uint8Array() }));
  assertEquals(line, "These digits have no labels to count; expected the train subset.");
});
