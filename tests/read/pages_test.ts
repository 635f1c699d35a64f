/** Pages of each kind, read with the model that comes with the project. */
import { assert, assertEquals } from "lib/assert.ts";
import { drawDigits } from "lib/dataset/synthetic/mod.ts";
import type { Digits } from "lib/digits.ts";
import { useBackend } from "lib/model/mod.ts";
import { grayImage, readDigits } from "lib/read/mod.ts";
import { readReader } from "lib/read/pictures/mod.ts";
import { SEEDS, validationDigits } from "./corpus.ts";
import { drawPage, PAGE_KINDS, type PageKind } from "./pages.ts";
import { addScores, NO_SCORE, type Score, scorePage } from "./score.ts";

await useBackend({ backend: "simd", threads: 1 });
const reader = await readReader();

/** With Kaggle's digits those that the reader has not seen, otherwise drawn ones. */
const isReal = Deno.env.has("DIGIT_RECOGNIZER_DATA");
const labels = Uint8Array.from({ length: 400 }, (_, i) => i % 10);
const digits: Digits = isReal
  ? await validationDigits()
  : { images: drawDigits(labels, 3), labels };

async function readPages(kind: PageKind, count: number): Promise<Score> {
  let sum = NO_SCORE;
  for (let i = 0; i < count; i++) {
    const page = drawPage(kind, SEEDS.development + 1000 * PAGE_KINDS.indexOf(kind) + i, digits);
    const { lines } = await readDigits(grayImage(page), reader.classify, reader);
    sum = addScores(sum, scorePage(page.lines, lines.map(({ text }) => text)));
  }
  return sum;
}

for (const kind of PAGE_KINDS) {
  const floor = kind === "touching" ? 0.65 : 0.85;
  Deno.test(`at least ${100 * floor}% of the digits on two pages "${kind}" are read`, async () => {
    const { digits, digitsRight, wrong } = await readPages(kind, 2);
    assert(digitsRight >= floor * digits, `${digitsRight} of ${digits}`);
    assert(wrong <= (1 - floor) * digits, `${wrong} wrong`);
  });
}

Deno.test("letters, signatures and stains on six pages become no digits", async () => {
  const others: string[] = [];
  for (let i = 0; i < 6; i++) {
    const seed = SEEDS.development + 1000 * PAGE_KINDS.indexOf("others") + i;
    const page = drawPage("others", seed, digits);
    const { lines } = await readDigits(grayImage(page), reader.classify, reader);
    others.push(...lines.slice(page.lines.length).map(({ text }) => text));
  }
  assert(others.length >= 6);
  assertEquals(others.join("").replace(/[? ]/g, ""), "");
});

Deno.test("an empty page has no lines, and a blot no digit", async () => {
  const width = 300, height = 200;
  const values = new Uint8Array(width * height).fill(240);
  assertEquals((await readDigits({ width, height, values }, reader.classify, reader)).lines, []);
  values.forEach((_, i) => {
    if (Math.hypot(i % width - 150, 1.5 * (Math.floor(i / width) - 100)) < 50) values[i] = 20;
  });
  const { lines } = await readDigits({ width, height, values }, reader.classify, reader);
  assert(lines.length > 0 && lines.every(({ text }) => /^[? ]+$/.test(text)));
});
