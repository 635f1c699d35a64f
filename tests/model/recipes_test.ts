import * as tf from "@tensorflow/tfjs";
import { assert, assertAlmostEquals, assertEquals } from "lib/assert.ts";
import {
  evaluate,
  MOVED_BY_A_PIXEL,
  predictProbabilities,
  RECIPES,
  summarizeLayers,
  trainEnsemble,
  useBackend,
} from "lib/model/mod.ts";
import { rowExamples, smallModel } from "./_examples.ts";

await useBackend({ backend: "simd", threads: 2 });

for (const [name, recipe] of Object.entries(RECIPES)) {
  Deno.test(`the recipe ${name} builds a network from a seed, and trains it`, async () => {
    const weights = async (seed: number): Promise<number> =>
      (await recipe.build(seed)).getWeights()[0]!.abs().sum().dataSync()[0]!;
    assertEquals(await weights(1), await weights(1));
    assert(await weights(1) !== await weights(2));
    const layers = summarizeLayers(await recipe.build(1));
    assertEquals(layers.at(-1)!.outputShape, [10]);

    const outputs = await Deno.makeTempDir();
    try {
      const data = { train: rowExamples(64, 1), validation: rowExamples(20, 2) };
      const short = { ...recipe, settings: { ...recipe.settings, epochs: 1, batchSize: 32 } };
      const networks = await trainEnsemble(name, short, data, { seed: 1, count: 1 }, {
        outputs,
        force: false,
      });
      assertEquals(networks.map(({ notes }) => notes), [[]], "it has an identity");
    } finally {
      await Deno.remove(outputs, { recursive: true });
    }
  });
}

Deno.test("an ensemble is completed by the same call, and its probabilities are the mean", async () => {
  const outputs = await Deno.makeTempDir();
  try {
    const data = { train: rowExamples(60, 1), validation: rowExamples(20, 2) };
    const recipe = {
      description: "small",
      build: (seed: number) => smallModel({ seed }),
      settings: { epochs: 1, batchSize: 10 },
      views: [{}],
    };
    const seen: string[] = [];
    const call = (count: number): ReturnType<typeof trainEnsemble> =>
      trainEnsemble("small", recipe, data, {
        seed: 3,
        count,
        onProgress: (_, { seed, number, count }) => void seen.push(`${seed} ${number}/${count}`),
      }, { outputs, force: false });
    await call(1);
    const networks = await call(3);
    assertEquals([...new Set(seen)], ["3 1/1", "4 2/3", "5 3/3"]);
    assertEquals(networks.map(({ fromEarlierRun }) => fromEarlierRun), [true, false, false]);
    const models = networks.map(({ model }) => model);
    const { images } = data.validation;
    const each = models.map((model) => predictProbabilities(model, images));
    predictProbabilities(models, images).forEach((p, i) =>
      assertAlmostEquals(p, each.reduce((sum, one) => sum + one[i]!, 0) / 3, 1e-6)
    );
    assertEquals(evaluate(models, data.validation).probabilities.length, 200);
  } finally {
    await Deno.remove(outputs, { recursive: true });
  }
});

Deno.test("a view shows the image moved; several views give the mean", () => {
  // Class k's score is the brightness of row 10 + k.
  const kernel = new Float32Array(784 * 10);
  for (let k = 0; k < 10; k++) {
    for (let column = 0; column < 28; column++) kernel[(28 * (10 + k) + column) * 10 + k] = 1;
  }
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [28, 28, 1] }),
      tf.layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
  model.setWeights([tf.tensor2d(kernel, [784, 10]), tf.zeros([10])]);
  const image = new Float32Array(784).fill(1, 28 * 14, 28 * 15);
  const read = (view: (typeof MOVED_BY_A_PIXEL)[number]): Float32Array =>
    predictProbabilities(model, image, [view]);
  const rowRead = (p: Float32Array): number => p.indexOf(Math.max(...p));
  assertEquals([{}, { tx: 1 }, { ty: 1 }, { ty: -1 }].map((view) => rowRead(read(view))), [
    4,
    4,
    3,
    5,
  ]);
  const each = MOVED_BY_A_PIXEL.map(read);
  predictProbabilities(model, image, MOVED_BY_A_PIXEL).forEach((p, k) =>
    assertAlmostEquals(p, each.reduce((sum, one) => sum + one[k]!, 0) / 5, 1e-6)
  );
});
