import { assert, assertEquals } from "lib/assert.ts";
import { RECIPES, useBackend } from "lib/model/mod.ts";
import { ImageDataGenerator } from "lib/preprocessing/mod.ts";
import { run } from "lib/study/looking_ahead_training.ts";
import study from "lib/study/studies/looking_ahead.ts";
import steps from "lib/study/studies/recipe_steps.ts";
import { rowExamples } from "../model/_examples.ts";

const data = { train: rowExamples(100, 1), validation: rowExamples(40, 2) };

for (const [{ trials }, count] of [[study, 11], [steps, 10]] as const) {
  const first = trials.filter(({ seed }) => seed === 1);
  Deno.test(`each is trained, and gives other figures than the others: ${first[1]!.name}, ...`, async () => {
    await useBackend({ backend: "simd", threads: 2 });
    const seen = new Map<string, string>();
    for (const { name, settings, seed } of first) {
      const trial = { settings: { ...settings, epochs: 2, batchSize: 10, rows: 90 }, seed };
      const figures = await run(trial, data, () => {});
      for (const [figure, value] of Object.entries(figures)) {
        assert(Number.isFinite(value), `${name}, ${figure}: ${value}`);
      }
      assert(!seen.has(JSON.stringify(figures)), `${name} is ${seen.get(JSON.stringify(figures))}`);
      seen.set(JSON.stringify(figures), name);
    }
    assertEquals(seen.size, count);
  });

  Deno.test(`all come once with each seed, so that they can be paired: ${first[1]!.name}, ...`, () => {
    const bySeed = Map.groupBy(trials, ({ seed }) => seed);
    assertEquals([...bySeed.keys()], [1, 2, 3, 4, 5]);
    for (const ofSeed of bySeed.values()) {
      assertEquals(ofSeed.map(({ name }) => name), first.map(({ name }) => name));
    }
  });
}

Deno.test("the last step is the recipe `fast`, on fewer rows", () => {
  const { augmentation, ...settings } = RECIPES.fast.settings;
  const { augmentation: lastAugmentation, rows: _, ...last } = steps.trials.at(-1)!.settings;
  assertEquals(
    new ImageDataGenerator(lastAugmentation).options,
    (augmentation as ImageDataGenerator).options,
  );
  for (const [name, value] of Object.entries(settings)) {
    assertEquals<unknown>(last[name as keyof typeof last], value, name);
  }
});
