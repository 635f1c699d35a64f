import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { assert, assertEquals } from "lib/assert.ts";
import { type ResolveOptions, resolveSource } from "lib/dataset/resolve.ts";
import type { DownloadLimits } from "lib/dataset/download.ts";
import { loadFrom } from "lib/dataset/load.ts";
import { findSource } from "lib/dataset/locate.ts";
import { parseIdxImages, parseIdxLabels, parseIdxPair } from "lib/dataset/mnist.ts";
import { fetchMnist, MNIST_SHA256 } from "lib/dataset/mnist_mirrors.ts";
import { datasetSize, KAGGLE_CLASS_COUNTS, PIXELS, REPORT_SUPPORTS } from "lib/dataset/mod.ts";
import { rowsByClass } from "lib/dataset/report_shape.ts";
import type { Source } from "lib/dataset/source.ts";
import { sha256 } from "lib/files.ts";
import { trainTestSplit } from "lib/preprocessing/mod.ts";
import { userOf } from "./environment.ts";
import { brokenBody, nobody, withMirror } from "./mirror.ts";
import { withFolder } from "../folder.ts";
import { idxFile, idxImages, idxLabels, lineOf, namesIn, sampleDigits } from "./samples.ts";

const LIMITS: DownloadLimits = {
  answerMs: 300,
  stallMs: 300,
  totalMs: 5000,
  tries: 2,
  backoffMs: 1,
  leastRate: 1,
  retryAfterMs: 0,
};
const TRAIN = "train-images-idx3-ubyte.gz";

/** Images that carry their own number, so that they can be told apart. */
function numberedImages(n: number, first: number): Uint8Array {
  const images = new Uint8Array(n * PIXELS);
  const view = new DataView(images.buffer);
  for (let i = 0; i < n; i++) view.setUint32(i * PIXELS, first + i);
  return images;
}

function imageNumber(images: Uint8Array, row: number): number {
  return new DataView(images.buffer, images.byteOffset).getUint32(row * PIXELS);
}

/** MNIST's class counts: enough of each digit for the report's shape, and 18,000 more. */
const MNIST_TRAIN_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];

function trainLabels(): Uint8Array {
  return Uint8Array.from(MNIST_TRAIN_COUNTS.flatMap((n, digit) => Array(n).fill(digit)));
}

function mnistFiles(): Record<string, Uint8Array> {
  const gzip = (bytes: Uint8Array): Uint8Array => gzipSync(bytes, { level: 1 });
  const t10k = Uint8Array.from({ length: 10_000 }, (_, i) => i % 10);
  return {
    "train-images-idx3-ubyte.gz": gzip(idxImages(numberedImages(60_000, 0))),
    "train-labels-idx1-ubyte.gz": gzip(idxLabels(trainLabels())),
    "t10k-images-idx3-ubyte.gz": gzip(idxImages(numberedImages(10_000, 60_000))),
    "t10k-labels-idx1-ubyte.gz": gzip(idxLabels(t10k)),
  };
}

/** Four small files, for tests of the way and not of the content. */
function smallFiles(): Record<string, Uint8Array> {
  const { images, labels } = sampleDigits(3);
  return Object.fromEntries(
    Object.keys(MNIST_SHA256).map((name) => [
      name,
      gzipSync(name.includes("images") ? idxImages(images) : idxLabels(labels)),
    ]),
  );
}

function checksumsOf(files: Record<string, Uint8Array>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [
      name,
      sha256(bytes),
    ]),
  );
}

async function writeFiles(folder: string, files: Record<string, Uint8Array>): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    await Deno.writeFile(join(folder, name), bytes);
  }
}

function load(
  source: Source,
  folder: string,
  subset: "train" | "test",
): ReturnType<typeof loadFrom> {
  return loadFrom(source, {
    subset,
    cache: join(folder, "cache"),
    onProgress: () => {},
  });
}

Deno.test("MNIST takes the report's shape: counts, supports, and the rest as test set", async (t) => {
  await withFolder(async (folder) => {
    await writeFiles(folder, mnistFiles());
    const source = await findSource(folder);
    const train = await load(source!, folder, "train");
    const test = await load(source!, folder, "test");
    const counts = (labels: Uint8Array): number[] => rowsByClass(labels).map((rows) => rows.length);

    await t.step("it says what it is", () => {
      assertEquals(train.source.kind, "mnist");
      assertEquals(train.source.description, "MNIST in the shape of Kaggle's data (idx files)");
    });
    await t.step("42,000 training digits with Kaggle's counts and the report's supports", () => {
      assertEquals(counts(train.labels!), [...KAGGLE_CLASS_COUNTS]);
      const { testRows } = trainTestSplit(42_000, { testSize: 0.2, randomState: 42 });
      const validation = Uint8Array.from(testRows, (row) => train.labels![row]!);
      assertEquals(counts(validation), [...REPORT_SUPPORTS]);
    });
    await t.step("28,000 others, the 10,000 of t10k last, in order", () => {
      assertEquals(datasetSize(test), 28_000);
      assertEquals(test.t10kRows, { start: 18_000, end: 28_000 });
      for (let i = 0; i < 10_000; i++) {
        assertEquals(imageNumber(test.images, 18_000 + i), 60_000 + i);
        assertEquals(test.labels![18_000 + i], i % 10);
      }
    });
    await t.step("each digit once, with its own label", () => {
      const labels = trainLabels();
      const seen = new Set<number>();
      for (const set of [train, test]) {
        for (let row = 0; row < datasetSize(set); row++) {
          const number = imageNumber(set.images, row);
          seen.add(number);
          if (number < 60_000) assertEquals(set.labels![row], labels[number]);
        }
      }
      assertEquals(seen.size, 70_000);
    });
    await t.step("the same from the cache", async () => {
      assertEquals(await load(source!, folder, "test"), test);
    });
  });
});

Deno.test("idx files are found gzipped or not, with -idx or .idx", async () => {
  const files = smallFiles();
  const rename: ((name: string) => string)[] = [
    (name) => name,
    (name) => name.replace(".gz", ""),
    (name) => name.replace("-idx", ".idx"),
    (name) => name.replace("-idx", ".idx").replace(".gz", ""),
  ];
  for (const change of rename) {
    await withFolder(async (folder) => {
      for (const [name, bytes] of Object.entries(files)) {
        const plain = change(name).endsWith(".gz") ? bytes : gunzipSync(bytes);
        await Deno.writeFile(join(folder, change(name)), plain);
      }
      assertEquals((await findSource(folder))?.kind, "mnist");
      await Deno.remove(join(folder, change(TRAIN)));
      assertEquals(await findSource(folder), undefined);
    });
  }
});

Deno.test("too few digits of a class end in one line", async (t) => {
  await withFolder(async (folder) => {
    await writeFiles(folder, smallFiles());
    const source = await findSource(folder);
    const line = await lineOf(() => load(source!, folder, "train"));
    await t.step(line, () =>
      assertEquals(
        line,
        "MNIST's training labels have 1 of digit 0; expected at least 4132. " +
          "Download the file again: see data/README.md.",
      ));
  });
});

Deno.test("fetchMnist brings what is missing or damaged, and leaves what is whole", async () => {
  const files = smallFiles();
  const checksums = checksumsOf(files);
  await withFolder((folder) =>
    withMirror({ files }, async ({ url, requests }) => {
      const options = { mirrors: [url], checksums, limits: LIMITS, onProgress: () => {} };
      await fetchMnist(folder, options);
      assertEquals(await namesIn(folder), Object.keys(files).sort());
      assertEquals(requests.toSorted(), Object.keys(files).sort());
      await Deno.remove(join(folder, "t10k-labels-idx1-ubyte.gz"));
      await Deno.truncate(join(folder, TRAIN), 100);
      await fetchMnist(folder, options);
      assertEquals(requests.slice(4), [TRAIN, "t10k-labels-idx1-ubyte.gz"]);
      for (const [name, bytes] of Object.entries(files)) {
        assertEquals(await Deno.readFile(join(folder, name)), new Uint8Array(bytes));
      }
    })
  );
});

Deno.test("fetchMnist gets by with slow, broken, wrong and missing answers", async () => {
  const files = smallFiles();
  const wrong = { ...files, [TRAIN]: files[TRAIN]!.with(60, files[TRAIN]![60]! ^ 1) };
  await withFolder((folder) =>
    withMirror({ files: wrong }, (wrongMirror) =>
      withMirror({
        files,
        answer: (request, n) => {
          // Breaks off each file once, wherever it is; the second request finds the rest.
          const name = new URL(request.url).pathname.slice(1);
          const bytes = files[name]!;
          if (n % 2 === 0) return undefined;
          const headers = { "content-length": String(bytes.length) };
          return new Response(brokenBody(bytes.slice(0, 20), "break"), { headers });
        },
      }, async (goodMirror) => {
        await fetchMnist(folder, {
          mirrors: [nobody(), `${wrongMirror.url}nothing/`, wrongMirror.url, goodMirror.url],
          checksums: checksumsOf(files),
          limits: LIMITS,
          onProgress: () => {},
        });
        assertEquals(await namesIn(folder), Object.keys(files).sort());
        assertEquals(goodMirror.requests, [TRAIN, `${TRAIN} bytes=20-`]);
      }))
  );
});

Deno.test("fetchMnist takes a file: mirror, and names a file that has another checksum", async (t) => {
  const files = smallFiles();
  await withFolder(async (folder) => {
    const mirror = join(folder, "mirror");
    await Deno.mkdir(mirror);
    await writeFiles(mirror, files);
    const options = {
      mirrors: [pathToFileURL(mirror).href],
      checksums: checksumsOf(files),
      limits: LIMITS,
      onProgress: () => {},
    };
    await fetchMnist(join(folder, "data"), options);
    assertEquals(await namesIn(join(folder, "data")), Object.keys(files).sort());

    const { checksums: _, ...official } = options;
    const line = await lineOf(() => fetchMnist(join(folder, "other"), official));
    await t.step(line, () =>
      assert(
        /^train-images-idx3-ubyte\.gz can't be downloaded \(file: its SHA-256 is [0-9a-f]{8}\.\.\., expected 440fcabf\.\.\.\)\./
          .test(line),
      ));
    assertEquals(await namesIn(join(folder, "other")), []);
  });
});

Deno.test("resolveSource downloads MNIST where there is a network", async () => {
  const files = smallFiles();
  await withFolder((folder) =>
    withMirror({ files }, async ({ url }) => {
      const source = await resolveSource({
        path: join(folder, "data"),
        cache: join(folder, "cache"),
        environment: userOf(folder),
        mirrors: [url],
        checksums: checksumsOf(files),
        onProgress: () => {},
      });
      assertEquals(source.kind, "mnist");
      assertEquals((await findSource(join(folder, "data")))?.kind, "mnist");
    })
  );
});

Deno.test("two first loads at once download once, and both have the digits", async () => {
  const files = smallFiles();
  await withFolder((folder) =>
    withMirror({
      files,
      async answer(): Promise<undefined> {
        await new Promise((done) => setTimeout(done, 50));
      },
    }, async ({ url, requests }) => {
      const messages: string[] = [];
      const load = (): Promise<{ kind: string }> =>
        resolveSource({
          path: join(folder, "data"),
          cache: join(folder, "cache"),
          environment: userOf(folder),
          mirrors: [url],
          checksums: checksumsOf(files),
          onProgress: (message) => messages.push(message),
        });
      const sources = await Promise.all([load(), load(), load()]);
      assertEquals(sources.map(({ kind }) => kind), ["mnist", "mnist", "mnist"]);
      assertEquals(requests.toSorted(), Object.keys(files).sort());
      assert(messages.some((message) => message.startsWith("Waiting for ")));
      assertEquals(await namesIn(join(folder, "data")), Object.keys(files).sort());
    })
  );
});

Deno.test("resolveSource draws digits where there is no network, says so, and remembers", async (t) => {
  await withFolder(async (folder) => {
    const messages: string[] = [];
    const options: ResolveOptions = {
      path: join(folder, "data"),
      cache: join(folder, "cache"),
      environment: userOf(folder),
      mirrors: [nobody()],
      onProgress: (message) => messages.push(message),
    };
    assertEquals((await resolveSource(options)).kind, "synthetic");
    assertEquals(await namesIn(options.path), []);
    await t.step(messages.join(" "), () => {
      assertEquals(messages.length, 1);
      assert(messages[0]!.includes("it refused the connection"));
      assert(messages[0]!.includes("Synthetic digits are drawn instead"));
    });

    // The network comes back, but a run's notebooks must all see the same digits.
    const files = smallFiles();
    await withMirror({ files }, async ({ url, requests }) => {
      const withNetwork = { ...options, mirrors: [url], checksums: checksumsOf(files) };
      assertEquals((await resolveSource(withNetwork)).kind, "synthetic");
      assertEquals(requests, []);
      const asked = await resolveSource({ ...withNetwork, isForeground: true });
      assertEquals(asked.kind, "mnist");
    });
  });
});

Deno.test("resolveSource neither asks nor remembers where it may not reach a mirror", async (t) => {
  const { state } = await Deno.permissions.query({ name: "net", host: "nowhere.invalid" });
  await withFolder(async (folder) => {
    const messages: string[] = [];
    const source = await resolveSource({
      path: join(folder, "data"),
      cache: join(folder, "cache"),
      environment: userOf(folder),
      mirrors: ["https://nowhere.invalid/"],
      onProgress: (message) => messages.push(message),
    });
    assertEquals(source.kind, "synthetic");
    await t.step(messages.join(" "), async () => {
      if (state === "granted") return;
      assert(
        messages[0]!.startsWith("No digits found, and this command may not download any."),
      );
      assertEquals(await namesIn(folder), ["data"]);
    });
  });
});

Deno.test("resolveSource takes what is there, and only the source that is named", async (t) => {
  const files = smallFiles();
  await withFolder((folder) =>
    withMirror({ files }, async ({ url, requests }) => {
      const path = join(folder, "data");
      const options = {
        path,
        pathIsNamed: true,
        cache: join(folder, "cache"),
        environment: userOf(folder),
        mirrors: [url],
        checksums: checksumsOf(files),
        onProgress: () => {},
      };
      assertEquals((await resolveSource({ ...options, source: "synthetic" })).kind, "synthetic");
      for (const source of ["files", undefined] as const) {
        const line = await lineOf(() => resolveSource({ ...options, ...(source && { source }) }));
        await t.step(line.replace(folder, "FOLDER"), () => {
          assertEquals(
            line,
            `${path} can't be read: there is no such file or folder; check the path.`,
          );
        });
      }
      assertEquals(requests, []);
      assertEquals(await namesIn(folder), []);
      assertEquals((await resolveSource({ ...options, source: "mnist" })).kind, "mnist");
      assertEquals(requests.length, 4);
      assertEquals((await resolveSource(options)).kind, "mnist");
      assertEquals((await resolveSource({ ...options, source: "files" })).kind, "mnist");
      assertEquals(requests.length, 4);
    })
  );
});

const IDX_DIGITS = sampleDigits(5);
const IDX_IMAGES = idxImages(IDX_DIGITS.images);
const IDX_LABELS = idxLabels(IDX_DIGITS.labels);

Deno.test("parseIdxPair reads images and labels", () => {
  const pair = parseIdxPair({ bytes: IDX_IMAGES, file: "i" }, { bytes: IDX_LABELS, file: "l" });
  assertEquals(Array.from(pair.images), Array.from(IDX_DIGITS.images));
  assertEquals(Array.from(pair.labels), Array.from(IDX_DIGITS.labels));
});

Deno.test("idx files that are damaged end in one line", async (t) => {
  const images = (bytes: Uint8Array) => (): unknown => parseIdxImages(bytes, "images");
  const labels = (bytes: Uint8Array) => (): unknown => parseIdxLabels(bytes, "labels");
  const pair = (a: Uint8Array, b: Uint8Array) => (): unknown =>
    parseIdxPair({ bytes: a, file: "images" }, { bytes: b, file: "labels" });
  const wrongLabel = IDX_LABELS.slice();
  wrongLabel[8 + 3] = 10;
  const cases: [() => unknown, string][] = [
    [images(new Uint8Array()), "images, byte 0: 0 bytes; expected an idx header of 16."],
    [images(IDX_IMAGES.subarray(0, 15)), "images, byte 0: 15 bytes; expected an idx header of 16."],
    [
      images(IDX_LABELS.subarray(0, 8).slice()),
      "images, byte 0: 8 bytes; expected an idx header of 16.",
    ],
    [
      images(idxFile(0x801, [5, 28, 28], IDX_DIGITS.images)),
      "images, byte 0: magic number 0x00000801; expected 0x00000803.",
    ],
    [labels(IDX_IMAGES), "labels, byte 0: magic number 0x00000803; expected 0x00000801."],
    [
      images(idxFile(0x803, [5, 28, 27], IDX_DIGITS.images)),
      "images, byte 12: images of 28x27 pixels; expected 28x28.",
    ],
    [
      images(IDX_IMAGES.subarray(0, -784)),
      "images, byte 4: the header says 5 items, which makes 3936 bytes; the file has 3152.",
    ],
    [
      images(IDX_IMAGES.subarray(0, -1)),
      "images, byte 4: the header says 5 items, which makes 3936 bytes; the file has 3935.",
    ],
    [
      images(idxFile(0x803, [4, 28, 28], IDX_DIGITS.images)),
      "images, byte 4: the header says 4 items, which makes 3152 bytes; the file has 3936.",
    ],
    [
      images(idxFile(0x803, [0xffffffff, 28, 28], IDX_DIGITS.images)),
      "images, byte 4: the header says 4294967295 items, which makes 3367254359296 bytes; the file has 3936.",
    ],
    [
      images(idxFile(0x803, [0, 28, 28], new Uint8Array())),
      "images, byte 4: the header says 0 items.",
    ],
    [labels(wrongLabel), "labels, byte 11: label 10 of item 3; expected 0 to 9."],
    [
      pair(IDX_IMAGES, idxLabels(IDX_DIGITS.labels.subarray(1))),
      "images has 5 images and labels 4 labels; expected as many.",
    ],
  ];
  for (const [parse, expected] of cases) {
    const line = await lineOf(parse);
    await t.step(
      line,
      () => assertEquals(line, `${expected} Download the file again: see data/README.md.`),
    );
  }
});
