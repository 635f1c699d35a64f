import { assert, assertEquals } from "lib/assert.ts";
import { useBackend } from "lib/model/mod.ts";
import { run } from "lib/study/looking_ahead_training.ts";
import study from "lib/study/studies/looking_ahead.ts";
import { rowExamples } from "../model/_examples.ts";

const data = { train: rowExamples(100, 1), validation: rowExamples(40, 2) };

Deno.test("each idea is trained, alone, and gives other figures than the report's network", async () => {
  await useBackend({ backend: "simd", threads: 2 });
  const seen = new Map<string, string>();
  for (const { name, settings, seed } of study.trials.filter(({ seed }) => seed === 1)) {
    const trial = { settings: { ...settings, epochs: 2, batchSize: 10, rows: 90 }, seed };
    const figures = await run(trial, data, () => {});
    for (const [figure, value] of Object.entries(figures)) {
      assert(Number.isFinite(value), `${name}, ${figure}: ${value}`);
    }
    assert(!seen.has(JSON.stringify(figures)), `${name} is ${seen.get(JSON.stringify(figures))}`);
    seen.set(JSON.stringify(figures), name);
  }
  assertEquals(seen.size, 11);
});

Deno.test("all ideas come once with each seed, so that they can be paired", () => {
  const bySeed = Map.groupBy(study.trials, ({ seed }) => seed);
  assertEquals([...bySeed.keys()], [1, 2, 3, 4, 5]);
  for (const trials of bySeed.values()) {
    assertEquals(trials.map(({ name }) => name), bySeed.get(1)!.map(({ name }) => name));
  }
});
