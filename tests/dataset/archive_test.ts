import { BlobWriter, TextReader, ZipWriter } from "@zip.js/zip.js";
import { gzipSync } from "node:zlib";
import { assert, assertEquals } from "lib/assert.ts";
import { readZipEntry } from "lib/dataset/archive.ts";
import { inflate } from "lib/dataset/bytes.ts";
import { bytesOf, lineOf, zipOf } from "./samples.ts";

const TEXT = bytesOf("label,pixel0\n".repeat(100));
const ADVICE = "Download the file again: see data/README.md.";

Deno.test("readZipEntry reads a file, also from a folder of the archive", async () => {
  for (const name of ["train.csv", "digit-recognizer/train.csv"]) {
    const bytes = await readZipEntry(zipOf({ [name]: TEXT }), "train.csv", "d.zip");
    assertEquals(Array.from(bytes), Array.from(TEXT));
  }
});

Deno.test("readZipEntry reads what another tool wrote, data descriptors and all", async () => {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false, dataDescriptor: true });
  await writer.add("test.csv", new TextReader("no"));
  await writer.add("train.csv", new TextReader("yes"));
  const zip = new Uint8Array(await (await writer.close()).arrayBuffer());
  assertEquals(new TextDecoder().decode(await readZipEntry(zip, "train.csv", "d.zip")), "yes");
});

Deno.test("a zip that is damaged, hostile or another ends in one line", async (t) => {
  const good = zipOf({ "train.csv": TEXT });
  const flipped = good.slice();
  flipped[45]! ^= 0xff;
  const cases: [zip: Uint8Array, line: string][] = [
    [new Uint8Array(), "d.zip is damaged or cut short ("],
    [good.subarray(0, -1), "d.zip is damaged or cut short ("],
    [good.subarray(0, 100), "d.zip is damaged or cut short ("],
    [bytesOf("<!doctype html>".repeat(100)), "d.zip is damaged or cut short ("],
    [flipped, "d.zip is damaged or cut short ("],
    [zipOf({ "train.csv": TEXT }, { crc: 1 }), "d.zip is damaged or cut short ("],
    [zipOf({ "train.csv": TEXT }, { size: 5 }), "d.zip is damaged or cut short ("],
    [zipOf({ "train.csv": TEXT }, { size: 5000 }), "d.zip is damaged or cut short ("],
    [zipOf({ "train.csv": TEXT }, { flags: 1 }), "d.zip: train.csv is encrypted."],
    [zipOf({ "other.csv": TEXT }), "d.zip has no train.csv; it has other.csv."],
    [zipOf({ "train.csv/": new Uint8Array() }), "d.zip has no train.csv; it has train.csv/."],
    [zipOf({ "../train.csv": TEXT }), 'd.zip: the entry "../train.csv" points outside the archive'],
    [zipOf({ "a/../../train.csv": TEXT }), 'd.zip: the entry "a/../../train.csv" points outside'],
    [zipOf({ "/etc/train.csv": TEXT }), 'd.zip: the entry "/etc/train.csv" points outside'],
    [zipOf({ "C:\\train.csv": TEXT }), 'd.zip: the entry "C:\\\\train.csv" points outside'],
    [zipOf({ "..\\train.csv": TEXT }), 'd.zip: the entry "..\\\\train.csv" points outside'],
    [
      zipOf({ "train.csv": new Uint8Array(100_000) }),
      "d.zip, train.csv: inflates to 100000 bytes; expected at most 50000.",
    ],
    [
      zipOf({ "train.csv": new Uint8Array(100_000) }, { size: 40_000 }),
      "d.zip is damaged or cut short (",
    ],
  ];
  for (const [zip, expected] of cases) {
    const line = await lineOf(() => readZipEntry(zip, "train.csv", "d.zip", 50_000));
    await t.step(line, () => assert(line.startsWith(expected) && line.endsWith(ADVICE)));
  }
});

Deno.test("inflate reads gzip, and takes other bytes as they are", () => {
  assertEquals(Array.from(inflate(gzipSync(TEXT), "x")), Array.from(TEXT));
  assertEquals(inflate(TEXT, "x"), TEXT);
});

Deno.test("gzip that is damaged or inflates beyond bounds ends in one line", async (t) => {
  const good = gzipSync(TEXT);
  const flipped = good.slice();
  flipped[flipped.length - 6]! ^= 0xff;
  const damaged = "t.csv.gz: the gzip data is damaged or cut short (";
  const cases: [gzip: Uint8Array, line: string][] = [
    [good.subarray(0, -1), damaged],
    [good.subarray(0, 2), damaged],
    [flipped, damaged],
    [gzipSync(new Uint8Array(100_000)), "t.csv.gz: it inflates to more than 50000 bytes."],
  ];
  for (const [gzip, expected] of cases) {
    const line = await lineOf(() => inflate(gzip, "t.csv.gz", 50_000));
    await t.step(line, () => assert(line.startsWith(expected) && line.endsWith(ADVICE)));
  }
});
