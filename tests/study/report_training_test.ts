import { assert, assertEquals } from "lib/assert.ts";
import { buildCnn, useBackend } from "lib/model/mod.ts";
import { readSettings } from "lib/settings.ts";
import { listStudies } from "lib/study/mod.ts";
import { asInNotebooks } from "lib/study/report_models.ts";
import { build, type ReportTraining, run } from "lib/study/report_training.ts";
import { fewDigits } from "./_small_trainer.ts";

await useBackend(readSettings());
const digits = fewDigits();
const base: ReportTraining = {
  ...asInNotebooks("model-1"),
  phases: [{ epochs: 2, batchSize: 64 }],
};

function train(change: Partial<ReportTraining>, seed = 1): ReturnType<typeof run> {
  return run({ settings: { ...base, ...change }, seed }, digits, () => {});
}

Deno.test("the studies' base is the network of the notebooks", async () => {
  const network = await build(asInNotebooks("model-1").network, 3);
  const expected = await buildCnn({ seed: 3 });
  assertEquals(network.countParams(), 225_034);
  assertEquals(
    network.getWeights().map((weight) => [...weight.dataSync()]),
    expected.getWeights().map((weight) => [...weight.dataSync()]),
  );
  assertEquals(network.optimizer.getConfig(), expected.optimizer.getConfig());
});

Deno.test("a trial gives the same figures again, and others with another seed or setting", async () => {
  const figures = await train({});
  assertEquals(await train({}), figures);
  const others = [
    await train({}, 2),
    await train({ order: "repeated" }),
    await train({ augmented: true }),
    await train({ randomState: 1 }),
  ];
  for (const { loss } of others) assert(loss !== figures.loss);
});

Deno.test("one order is the first of the new orders, in every epoch", async () => {
  const phases = [{ epochs: 1, batchSize: 64 }];
  assertEquals(await train({ phases, order: "repeated" }), await train({ phases }));
});

Deno.test("a second phase goes on where the first one ended", async () => {
  const phase = { epochs: 2, batchSize: 64 };
  const seen: number[] = [];
  const twice = await run(
    { settings: { ...base, phases: [phase, phase] }, seed: 1 },
    digits,
    (done) => {
      seen.push(done);
    },
  );
  assert(twice.loss < (await train({})).loss);
  assertEquals(seen, seen.toSorted((a, b) => a - b));
  assertEquals(seen.at(-1), 1);
});

Deno.test("no two trials of a study are the same, and all their networks can be built", async () => {
  for (const { name, study } of await listStudies()) {
    const trials = study.trials.map(({ settings, seed }) => JSON.stringify([settings, seed]));
    assertEquals(new Set(trials).size, trials.length, name);
    if (!study.trainer.href.endsWith("/report_training.ts")) continue;
    const networks = study.trials.map(({ settings }) =>
      JSON.stringify((settings as ReportTraining).network)
    );
    for (const network of new Set(networks)) {
      assertEquals((await build(JSON.parse(network), 1)).outputs[0]!.shape, [null, 10]);
    }
  }
});
