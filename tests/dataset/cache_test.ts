import { Buffer } from "node:buffer";
import { basename } from "node:path";
import { crc32 } from "node:zlib";
import { assertEquals } from "lib/assert.ts";
import { type CacheKey, cachePath, readCache, writeCache } from "lib/dataset/cache.ts";
import { withFolder } from "../folder.ts";
import { namesIn, sampleDigits } from "./samples.ts";

const DIGITS = sampleDigits(7);

function keyIn(folder: string): CacheKey {
  return { folder, kind: "kaggle", subset: "train", sha256: "0123456789abcdef".repeat(4) };
}

Deno.test("readCache gives back what writeCache was given", async () => {
  await withFolder(async (folder) => {
    const key = keyIn(folder);
    const t10kRows = { start: 2, end: 7 };
    for (const digits of [DIGITS, { images: DIGITS.images }, { ...DIGITS, t10kRows }]) {
      await writeCache(key, digits);
      assertEquals(await readCache(key), digits);
    }
  });
});

Deno.test("readCache has nothing where no cache was written for that source and subset", async () => {
  await withFolder(async (folder) => {
    const key = keyIn(folder);
    assertEquals(await readCache(key), undefined);
    await writeCache(key, DIGITS);
    assertEquals(await readCache({ ...key, subset: "test" }), undefined);
    assertEquals(await readCache({ ...key, kind: "mnist" }), undefined);
    // Even where the name is the same, the header tells the sources apart.
    const other = { ...key, sha256: key.sha256.slice(0, 32) + "f".repeat(32) };
    assertEquals(cachePath(other), cachePath(key));
    assertEquals(await readCache(other), undefined);
  });
});

Deno.test("readCache takes no cache that is cut short, damaged or of another version", async (t) => {
  await withFolder(async (folder) => {
    const key = keyIn(folder);
    await writeCache(key, DIGITS);
    const good = await Deno.readFile(cachePath(key));
    const resealed = (change: (bytes: Buffer) => void): Uint8Array => {
      const bytes = Buffer.from(good);
      change(bytes);
      bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8);
      return bytes;
    };
    const flipped = (offset: number): Uint8Array => good.with(offset, good[offset]! ^ 1);
    const cases: Record<string, Uint8Array> = {
      "an empty file": new Uint8Array(),
      "cut in the header": good.subarray(0, 20),
      "cut by one byte": good.subarray(0, -1),
      "one byte too many": Buffer.concat([good, Buffer.from([0])]),
      "another magic": flipped(0),
      "the next version": flipped(4),
      "a flipped bit in the checksum": flipped(8),
      "a flipped bit in the header": flipped(30),
      "a flipped bit in an image": flipped(good.length - 300),
      "a header beyond the end": resealed((bytes) => bytes.writeUInt32LE(0xffffffff, 12)),
      "a header that is no JSON": resealed((bytes) => bytes.write("x", 16)),
      "more images than there are": resealed((bytes) =>
        bytes.write('"n":8', bytes.indexOf('"n":7'))
      ),
    };
    for (const [name, bytes] of Object.entries(cases)) {
      await Deno.writeFile(cachePath(key), bytes);
      const found = await readCache(key);
      await t.step(name, () => assertEquals(found, undefined));
    }
    await Deno.writeFile(cachePath(key), good);
    await t.step("and takes it once it is mended", async () => {
      assertEquals(await readCache(key), DIGITS);
    });
  });
});

Deno.test("writeCache removes what a killed process left of a cache", async () => {
  await withFolder(async (folder) => {
    const key = keyIn(folder);
    await Deno.writeTextFile(`${cachePath(key)}.4711.0123abcd.tmp`, "half");
    await writeCache(key, DIGITS);
    assertEquals(await namesIn(folder), [basename(cachePath(key))]);
  });
});
