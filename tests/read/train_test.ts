import { createHash } from "node:crypto";
import { assert, assertEquals } from "lib/assert.ts";
import { drawDigits } from "lib/dataset/synthetic/mod.ts";
import { useBackend } from "lib/model/mod.ts";
import { minMaxScale } from "lib/preprocessing/mod.ts";
import { HERSHEY_GLYPHS } from "lib/read/training/hershey.ts";
import { trainReader } from "lib/read/training/mod.ts";

Deno.test("a training of the reader's network repeats bit by bit, on one thread and on two", async () => {
  const labels = Uint8Array.from({ length: 192 }, (_, i) => i % 10);
  const digits = { images: minMaxScale(drawDigits(labels, 3)), labels };
  const digest = async (seed: number, threads: number): Promise<string> => {
    await useBackend({ backend: "simd", threads });
    const model = await trainReader(digits, { seed, epochs: 2 });
    const hash = createHash("sha256");
    for (const weight of model.getWeights()) {
      const values = weight.dataSync();
      assert(values.every(Number.isFinite));
      hash.update(values);
    }
    model.dispose();
    return hash.digest("hex");
  };
  const first = await digest(1, 1);
  assertEquals(await digest(1, 2), first);
  assert(await digest(2, 1) !== first);
});

Deno.test("every Hershey glyph has strokes of two points and more", () => {
  assertEquals(HERSHEY_GLYPHS.length, 186);
  for (const stroke of HERSHEY_GLYPHS.flat()) {
    assert(stroke.length >= 2 && stroke.every(({ x, y }) => Number.isFinite(x + y)));
  }
});
