import { assert, assertEquals } from "lib/assert.ts";
import { useBackend } from "lib/model/mod.ts";
import study from "lib/study/studies/transfer.ts";
import { run, type Transfer, type TransferData } from "lib/study/transfer_training.ts";
import { rowExamples } from "../model/_examples.ts";

/** The digits that are called synthetic here are of the same kind as the real ones. */
function smallData(): TransferData {
  return {
    train: rowExamples(200, 1),
    validation: rowExamples(100, 2),
    synthetic: rowExamples(900, 3),
    pretrained: new Map(),
  };
}

const trial = (start: Transfer["start"], rows: number) => ({
  settings: { start, rows, epochs: rows && 1 },
  seed: 1,
});

Deno.test("what was learned before is there when real digits come, and only then", async () => {
  await useBackend({ backend: "simd", threads: 2 });
  const data = smallData();
  const figures = async (start: Transfer["start"], rows: number) =>
    await run(trial(start, rows), data, () => {});
  const knowing = await figures("synthetic", 0);
  const unknowing = await figures("scratch", 0);
  assert(knowing.valAccuracy > 0.9, `${knowing.valAccuracy}`);
  assert(unknowing.valAccuracy < 0.5, `${unknowing.valAccuracy}`);
  const adapted = await figures("synthetic", 64);
  const scratch = await figures("scratch", 64);
  assert(adapted.valLoss < knowing.valLoss, `${adapted.valLoss} after ${knowing.valLoss}`);
  assert(scratch.valLoss > adapted.valLoss, `${scratch.valLoss} beside ${adapted.valLoss}`);
});

Deno.test("a trial gives the same figures first and after others", async () => {
  await useBackend({ backend: "simd", threads: 2 });
  const data = smallData();
  await run(trial("synthetic", 128), data, () => {});
  await run(trial("scratch", 64), data, () => {});
  const last = await run(trial("synthetic", 64), data, () => {});
  assertEquals(last, await run(trial("synthetic", 64), smallData(), () => {}));
});

Deno.test("both ways to train get the same digits, seeds and epochs", () => {
  const keys = (start: Transfer["start"]) =>
    study.trials.filter(({ settings }) => settings.start === start && settings.rows > 0)
      .map(({ settings: { rows, epochs }, seed }) => [rows, epochs, seed]);
  assertEquals(keys("scratch"), keys("synthetic"));
  assertEquals(keys("scratch").length, 24);
  for (const { settings: { rows, epochs } } of study.trials.filter((t) => t.settings.rows > 0)) {
    assert(Math.ceil(rows / 64) * epochs >= 200, `${rows}`);
  }
});
