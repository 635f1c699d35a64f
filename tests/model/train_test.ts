import * as tf from "@tensorflow/tfjs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { assert, assertEquals, assertRejects } from "lib/assert.ts";
import { InputError } from "lib/errors.ts";
import { filesBelow } from "lib/files.ts";
import {
  AdamW,
  buildCnn,
  evaluate,
  type FitProgress,
  inputSaliency,
  loadModel,
  predictProbabilities,
  seedWeights,
  summarizeLayers,
  train,
  type TrainingResult,
  type TrainSettings,
  useBackend,
} from "lib/model/mod.ts";
import { lockOutputs } from "lib/outputs.ts";
import { ElasticTransform, ImageDataGenerator } from "lib/preprocessing/mod.ts";
import { rowExamples, smallModel, type SmallModelOptions, weightsOf } from "./_examples.ts";

const data = { train: rowExamples(120, 1), validation: rowExamples(30, 2) };
const plan: TrainSettings = { name: "rows", epochs: 3, batchSize: 20, seed: 1 };

await useBackend({ backend: "simd", threads: 2 });

/** Runs a test with a folder for outputs that is removed afterwards. */
function withOutputs(fn: (outputs: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const outputs = await Deno.makeTempDir();
    try {
      await fn(outputs);
    } finally {
      await Deno.remove(outputs, { recursive: true });
    }
  };
}

Deno.test("the network is the report's", async () => {
  const layers = summarizeLayers(await buildCnn({ seed: 1 }));
  assertEquals(layers.map(({ outputShape }) => outputShape), [
    [26, 26, 32],
    [13, 13, 32],
    [11, 11, 64],
    [5, 5, 64],
    [1600],
    [128],
    [10],
  ]);
  assertEquals(layers.reduce((sum, { parameters }) => sum + parameters, 0), 225_034);
});

Deno.test("initial weights come from the seed alone, and no two layers or seeds share numbers", async () => {
  const kernels = async (seed: number): Promise<number[][]> =>
    (await buildCnn({ seed })).getWeights().filter((w) => w.rank > 1)
      .map((w) => {
        const largest = w.abs().max().dataSync()[0]!;
        return [...w.dataSync().slice(0, 50)].map((value) => Math.round(1000 * value / largest));
      });
  const [one, again, two] = [await kernels(1), await kernels(1), await kernels(2)];
  assertEquals(one, again);
  const all = [...one, ...two].map((kernel) => kernel.join());
  assertEquals(new Set(all).size, 8);
  // The scheme before this one started layer i of seed s from stream s + i.
  for (const a of one) {
    for (const b of two) {
      const equal = a.filter((value, i) => Math.abs(value - b[i]!) <= 1).length;
      assert(equal < 10, `${equal} of 50 numbers agree`);
    }
  }
});

Deno.test("drawing seeds leaves Math.random as it was", async () => {
  const { random } = Math;
  await seedWeights(await smallModel(), 3);
  assert(Math.random === random);
});

Deno.test(
  "a model is trained once, kept, and taken from there",
  withOutputs(async (outputs) => {
    const settings = { outputs, force: false };
    const first = await train(await smallModel(), data, plan, settings);
    assertEquals(first.fromEarlierRun, false);
    assertEquals(first.notes, []);
    assert(first.history.at(-1)!.valAccuracy > 0.9, JSON.stringify(first.history));

    const model = await smallModel();
    const second = await train(model, data, plan, settings);
    assertEquals(second.fromEarlierRun, true);
    assertEquals(second.history, first.history);
    assertEquals(second.settings, first.settings);
    assertEquals(weightsOf(model), weightsOf(first.model), "the cell's model has the weights");

    const forced = await train(await smallModel(), data, plan, { outputs, force: true });
    assertEquals(forced.fromEarlierRun, false);
    assertEquals(weightsOf(forced.model), weightsOf(first.model), "the same run, the same bits");

    const folder = join(outputs, "models", "rows");
    const { modelTopology, weightsManifest } = JSON.parse(
      await Deno.readTextFile(join(folder, "model.json")),
    );
    const loaded = await tf.loadLayersModel(tf.io.fromMemory({
      modelTopology,
      weightSpecs: weightsManifest[0].weights,
      weightData: (await Deno.readFile(join(folder, weightsManifest[0].paths[0]))).buffer,
    }));
    assertEquals(
      predictProbabilities(loaded, data.train.images),
      predictProbabilities(first.model, data.train.images),
    );
  }),
);

/** One change of a training run each. */
const changes: Record<string, {
  readonly data?: typeof data;
  readonly plan?: TrainSettings;
  readonly model?: SmallModelOptions | (() => SmallModelOptions);
}> = {
  "a label": {
    data: { ...data, train: { ...data.train, labels: data.train.labels.with(7, 9) } },
  },
  "a pixel, by its last bit": { data: { ...data, train: withPixel(data.train) } },
  "the order of two rows": { data: { ...data, train: swapped(data.train) } },
  "a row less": { data: { ...data, train: rowExamples(119, 1) } },
  "a validation label": {
    data: {
      ...data,
      validation: { ...data.validation, labels: data.validation.labels.with(7, 9) },
    },
  },
  "a validation pixel": { data: { ...data, validation: withPixel(data.validation) } },
  "the seed of the run": { plan: { ...plan, seed: 2 } },
  "the epochs": { plan: { ...plan, epochs: 2 } },
  "the batch size": { plan: { ...plan, batchSize: 21 } },
  "augmentation": { plan: { ...plan, augmentation: new ImageDataGenerator({ zoomRange: 0.1 }) } },
  "the augmentation's range": {
    plan: { ...plan, augmentation: new ImageDataGenerator({ zoomRange: 0.2 }) },
  },
  "another augmentation": {
    plan: { ...plan, augmentation: new ElasticTransform({ alpha: 8, sigma: 4 }) },
  },
  "its strength": { plan: { ...plan, augmentation: new ElasticTransform({ alpha: 9, sigma: 4 }) } },
  "two augmentations": {
    plan: {
      ...plan,
      augmentation: [
        new ImageDataGenerator({ zoomRange: 0.1 }),
        new ElasticTransform({ alpha: 8, sigma: 4 }),
      ],
    },
  },
  "label smoothing": { plan: { ...plan, labelSmoothing: 0.1 } },
  "averaged weights": { plan: { ...plan, weightAverage: { momentum: 0.9 } } },
  "their momentum": { plan: { ...plan, weightAverage: { momentum: 0.8 } } },
  "a schedule": {
    plan: { ...plan, learningRateSchedule: { name: "oneCycle", maxLearningRate: 0.02 } },
  },
  "its warm-up": {
    plan: {
      ...plan,
      learningRateSchedule: { name: "oneCycle", maxLearningRate: 0.02, pctStart: 0.4 },
    },
  },
  "weight decay": { model: () => ({ optimizer: new AdamW({ learningRate: 0.01 }) }) },
  "its amount": {
    model: () => ({ optimizer: new AdamW({ learningRate: 0.01, weightDecay: 0.1 }) }),
  },
  "early stopping": { plan: { ...plan, earlyStopping: { patience: 5 } } },
  "its patience": { plan: { ...plan, earlyStopping: { patience: 6 } } },
  "the initial weights": { model: { seed: 2 } },
  "a layer": { model: () => ({ layers: [tf.layers.dropout({ rate: 0.2 })] }) },
  "a layer's setting": { model: () => ({ layers: [tf.layers.dropout({ rate: 0.3 })] }) },
  "batch normalisation": { model: () => ({ layers: [tf.layers.batchNormalization()] }) },
  "the loss": { model: { loss: "sparseCategoricalCrossentropy" } },
  "the optimizer": { model: () => ({ optimizer: tf.train.rmsprop(0.01) }) },
  "its learning rate": { model: () => ({ optimizer: tf.train.adam(0.011) }) },
};

function withPixel({ images, labels }: typeof data.train): typeof data.train {
  const changed = images.slice();
  new Uint32Array(changed.buffer)[784 * 3 + 400]! ^= 1;
  return { images: changed, labels };
}

function swapped({ images, labels }: typeof data.train): typeof data.train {
  const changed = { images: images.slice(), labels: labels.slice() };
  changed.images.set(images.subarray(784, 2 * 784), 0);
  changed.images.set(images.subarray(0, 784), 784);
  changed.labels.set([labels[1]!, labels[0]!]);
  return changed;
}

Deno.test(
  "a change of any one thing trains again; no change does not",
  withOutputs(async (outputs) => {
    const settings = { outputs, force: false };
    const run = async (
      { data: changedData = data, plan: changedPlan = plan, model = {} }: typeof changes[string],
    ): Promise<TrainingResult> => {
      const options = typeof model === "function" ? model() : model;
      return await train(await smallModel(options), changedData, changedPlan, settings);
    };
    const identities = new Set([(await run({})).identity!]);
    for (const [what, change] of Object.entries(changes)) {
      const changed = await run(change);
      assertEquals(changed.fromEarlierRun, false, what);
      assert(!identities.has(changed.identity!), `${what}: another identity`);
      identities.add(changed.identity!);
      const again = await run(change);
      assertEquals([again.fromEarlierRun, again.notes], [true, []], `${what}, once more`);
      assertEquals(again.history, changed.history, what);
    }
    assertEquals((await run({})).fromEarlierRun, false, "nor is the first run's model there");
  }),
);

class Doubling extends tf.layers.Layer {
  static className = "Doubling";
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return (inputs as tf.Tensor[])[0]!.mul(2);
  }
}
tf.serialization.registerClass(Doubling);

Deno.test(
  "what has no digest is never taken from an earlier run",
  withOutputs(async (outputs) => {
    const settings = { outputs, force: false };
    for (let i = 0; i < 2; i++) {
      const closure = { randomTransform: (image: Float32Array): Float32Array => image };
      const augmented = await train(
        await smallModel(),
        data,
        { ...plan, augmentation: closure },
        settings,
      );
      assertEquals([augmented.fromEarlierRun, augmented.identity], [false, undefined]);
      assert(augmented.notes[0]!.includes("augmentation"), String(augmented.notes));
      const custom = await train(
        await smallModel({ layers: [new Doubling()] }),
        data,
        plan,
        settings,
      );
      assertEquals([custom.fromEarlierRun, custom.identity], [false, undefined]);
      assert(custom.notes[0]!.includes("Doubling"), String(custom.notes));
    }
  }),
);

Deno.test(
  "training goes on where a cell is run twice, and says so",
  withOutputs(async (outputs) => {
    const settings = { outputs, force: false };
    const model = await smallModel();
    const short = { ...plan, epochs: 1 };
    const first = await train(model, data, short, settings);
    const second = await train(model, data, short, settings);
    assertEquals(second.fromEarlierRun, false);
    assert(second.notes[0]!.includes("had been trained before"), String(second.notes));
    assert(second.history[0]!.loss < first.history[0]!.loss);
  }),
);

Deno.test(
  "a saved model that was changed by one byte is named, and trained again",
  withOutputs(async (outputs) => {
    const settings = { outputs, force: false };
    const first = await train(await smallModel(), data, plan, settings);
    const folder = join(outputs, "models", "rows");
    for (const name of ["weights.bin", "model.json", "training-images.bin", "training.json"]) {
      const path = join(folder, name);
      const bytes = await Deno.readFile(path);
      await Deno.writeFile(path, bytes.with(bytes.length >> 1, bytes[bytes.length >> 1]! ^ 1));
      await assertRejects(() => loadModel(folder), InputError, name);
      const healed = await train(await smallModel(), data, plan, settings);
      assertEquals(healed.fromEarlierRun, false, name);
      assert(healed.notes[0]!.includes(name), String(healed.notes));
      assertEquals(weightsOf((await loadModel(folder)).model), weightsOf(first.model));

      await Deno.remove(path);
      await assertRejects(() => loadModel(folder), InputError);
      assertEquals((await train(await smallModel(), data, plan, settings)).fromEarlierRun, false);
    }
  }),
);

Deno.test(
  "a model is not judged on images that it was trained on",
  withOutputs(async (outputs) => {
    const settings = { outputs, force: false };
    const { model } = await train(await smallModel(), data, plan, settings);
    const { model: loaded } = await loadModel(join(outputs, "models", "rows"));
    const mixed = {
      images: data.validation.images.slice(),
      labels: data.validation.labels,
    };
    mixed.images.set(data.train.images.subarray(784 * 5, 784 * 6), 784 * 3);
    for (const trained of [model, loaded]) {
      evaluate(trained, data.validation);
      await assertRejects(
        () => Promise.resolve().then(() => evaluate(trained, mixed)),
        InputError,
        "trained on 1 of these 30 images",
      );
      assert(evaluate(trained, data.train, { onTrainingImages: true }).accuracy > 0.9);
    }
    await assertRejects(
      async () => train(await smallModel(), { ...data, validation: mixed }, plan, settings),
      InputError,
      "1 of these 30",
    );
  }),
);

Deno.test(
  "what makes no sense is refused by name, value and what was expected",
  withOutputs(async (outputs) => {
    const settings = { outputs, force: false };
    const refused = async (
      expected: string,
      changed: Partial<TrainSettings>,
      options: SmallModelOptions = {},
      examples = data,
    ): Promise<void> => {
      const model = await smallModel(options);
      await assertRejects(
        () => train(model, examples, { ...plan, ...changed }, settings),
        InputError,
        expected,
      );
    };
    for (const epochs of [0, 2.5, -1, NaN]) {
      await refused(`\`epochs\` is ${epochs}; expected a whole number`, { epochs });
    }
    await refused("`batchSize` is 0; expected", { batchSize: 0 });
    await refused("The seed is -1; expected", { seed: -1 });
    await refused("`labelSmoothing` is 1; expected a share", { labelSmoothing: 1 });
    await refused("`labelSmoothing` needs the loss", { labelSmoothing: 0.1 }, {
      loss: "sparseCategoricalCrossentropy",
    });
    await refused("`weightAverage.momentum` is 1", { weightAverage: { momentum: 1 } });
    await refused("`maxLearningRate` is 0; expected", {
      learningRateSchedule: { name: "oneCycle", maxLearningRate: 0 },
    });
    await refused("`pctStart` is 1; expected", {
      learningRateSchedule: { name: "oneCycle", maxLearningRate: 0.1, pctStart: 1 },
    });
    await refused("`patience` is 0.5; expected", { earlyStopping: { patience: 0.5 } });
    await refused('name is "../up"; expected', { name: "../up" });
    await refused("loss is", {}, { loss: "meanSquaredError" });
    await refused("diverged", {}, { optimizer: tf.train.sgd(1e38) });
    const unlabelled = { ...data.train, labels: data.train.labels.subarray(1) };
    await refused("120 images", {}, {}, { ...data, train: unlabelled });

    const bare = tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: [28, 28, 1] }),
        tf.layers.dense({ units: 10, activation: "softmax" }),
      ],
    });
    await assertRejects(() => train(bare, data, plan, settings), InputError, "not compiled");
    const wide = await smallModel({ layers: [] });
    const wrong = tf.sequential({ layers: [tf.layers.dense({ units: 9, inputShape: [784] })] });
    wrong.compile({ optimizer: "sgd", loss: "categoricalCrossentropy", metrics: ["accuracy"] });
    await assertRejects(() => train(wrong, data, plan, settings), InputError, "[null, 9]");
    wide.compile({ optimizer: "sgd", loss: "categoricalCrossentropy" });
    await assertRejects(() => train(wide, data, plan, settings), InputError, "metrics");
  }),
);

Deno.test(
  "a training saves its model when no other process writes to the folder",
  withOutputs(async (outputs) => {
    const trained = Promise.withResolvers<void>();
    const onProgress = ({ epoch, batch, batchesPerEpoch }: FitProgress): void => {
      if (epoch === plan.epochs && batch === batchesPerEpoch) trained.resolve();
    };
    const folder = join(outputs, "models", "rows");
    const lock = await lockOutputs(outputs, "another");
    const saving = train(await smallModel(), data, { ...plan, onProgress }, {
      outputs,
      force: false,
    });
    await trained.promise;
    await delay(500);
    assert(!(await filesBelow(folder)).includes("training.json"));
    lock[Symbol.dispose]();
    (await saving).model.dispose();
    assert((await filesBelow(folder)).includes("training.json"));
  }),
);

Deno.test("saliency is where the decision is, and the same in every run", async () => {
  // Class k's score is the brightness of row k, so its gradient is nowhere else.
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [28, 28, 1] }),
      tf.layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
  const kernel = new Float32Array(784 * 10);
  for (let k = 0; k < 10; k++) {
    for (let column = 0; column < 28; column++) kernel[(28 * k + column) * 10 + k] = 0.1;
  }
  model.setWeights([tf.tensor2d(kernel, [784, 10]), tf.zeros([10])]);
  const heat = inputSaliency(model, new Float32Array(784), Uint8Array.of(3));
  const rowSums = Array.from(
    { length: 28 },
    (_, row) => heat.subarray(28 * row, 28 * row + 28).reduce((a, b) => a + b),
  );
  assertEquals(rowSums.indexOf(Math.max(...rowSums)), 3);
  assertEquals(rowSums.slice(10).every((sum) => sum === 0), true);

  const network = await buildCnn({ seed: 1 });
  const explain = (): Float32Array =>
    inputSaliency(network, data.validation.images.subarray(0, 784), Uint8Array.of(3));
  assertEquals(explain(), explain());
});
