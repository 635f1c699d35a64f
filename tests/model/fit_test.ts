import * as tf from "@tensorflow/tfjs";
import { assert, assertAlmostEquals, assertEquals } from "lib/assert.ts";
import {
  AdamW,
  buildCnn,
  evaluate,
  type Examples,
  fit,
  type FitProgress,
  type HistoryRow,
  learningRateAt,
  useBackend,
} from "lib/model/mod.ts";
import { takeRows } from "lib/preprocessing/mod.ts";
import type { RandomState } from "lib/random.ts";
import { rowExamples, smallModel, weightsOf } from "./_examples.ts";
import keras from "../fixtures/fit.json" with { type: "json" };

/** Numbers that look random and are the same in every language. */
function wave(count: number, scale: number, phase: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    const x = i * 0.6180339887498949 + phase;
    return ((x - Math.trunc(x)) * 2 - 1) * scale;
  });
}

function examples(count: number, phase: number): Examples {
  return {
    images: wave(count * 784, 1, phase).map(Math.abs),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
  };
}

/** The network of tests/fixtures/make_fit.py. */
function smallCnn(): tf.LayersModel {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 4, kernelSize: 3, activation: "relu" }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
  model.setWeights(
    model.getWeights().map((w, i) => tf.tensor(wave(w.size, 0.3, 0.1 * i), w.shape)),
  );
  model.compile({
    optimizer: tf.train.adam(0.001, 0.9, 0.999, 1e-10),
    loss: "categoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}

const train = examples(keras.train, 0);
const validation = examples(keras.validation, 0.5);
const { epochs, batchSize, seed } = keras;

for (
  const { backend, threads } of [
    { backend: "cpu", threads: 1 },
    { backend: "simd", threads: 2 },
    { backend: "wasm", threads: 1 },
  ] as const
) {
  Deno.test(`fit gives Keras's history: ${backend}`, async () => {
    await useBackend({ backend, threads });
    const { history } = await fit(smallCnn(), train, validation, { epochs, batchSize, seed });
    assertEquals(history.length, epochs);
    keras.history.forEach((expected, i) => {
      for (const key of Object.keys(expected) as (keyof HistoryRow)[]) {
        assertAlmostEquals(
          history[i]![key],
          expected[key],
          2e-5,
          `${key} of epoch ${i + 1}: ${history[i]![key]}, Keras ${expected[key]}`,
        );
      }
    });
  });
}

Deno.test("AdamW, one-cycle schedule, label smoothing and averaged weights do what Keras's do", async () => {
  await useBackend({ backend: "simd", threads: 2 });
  const { weightDecay, labelSmoothing, maxLearningRate, momentum, rates, last } = keras.recipe;
  const learningRateSchedule = { name: "oneCycle", maxLearningRate } as const;
  rates.forEach((rate, step) => {
    const ours = learningRateAt(learningRateSchedule, step, rates.length);
    assertAlmostEquals(ours, rate, 1e-12, `step ${step}`);
  });
  const cosine = { name: "cosineDecay", initialLearningRate: 0.1, alpha: 0.05 } as const;
  keras.cosine.forEach((rate, step) =>
    assertAlmostEquals(learningRateAt(cosine, step, keras.cosine.length), rate, 1e-8)
  );
  for (const backend of ["simd", "cpu"] as const) {
    await useBackend({ backend, threads: 2 });
    const model = smallCnn();
    const optimizer = new AdamW({ weightDecay, epsilon: 1e-10 });
    model.compile({ optimizer, loss: "categoricalCrossentropy", metrics: ["accuracy"] });
    const { history } = await fit(model, train, validation, {
      epochs,
      batchSize,
      seed,
      learningRateSchedule,
      labelSmoothing,
      weightAverage: { momentum },
    });
    for (const key of Object.keys(last) as (keyof HistoryRow)[]) {
      const ours = history.at(-1)![key];
      assertAlmostEquals(ours, last[key], 1e-4, `${key}, ${backend}: ${ours}, Keras ${last[key]}`);
    }
    assertEquals(evaluate(model, validation).loss, history.at(-1)!.valLoss);
    assertEquals(
      optimizer.getConfig().learningRate,
      0.001,
      "the optimizer's own rate is as it was",
    );
  }
});

Deno.test("the report's network takes Keras's first steps", async () => {
  await useBackend({ backend: "simd", threads: 2 });
  const { count, batchSize, rows, losses } = keras.steps;
  const { images, labels } = examples(rows, 0.25);
  labels.forEach((label, i) => {
    const band = i * 784 + 28 * (2 * label + 3);
    images.fill(1, band, band + 2 * 28);
  });
  const model = await buildCnn({ seed: 1 });
  model.setWeights(
    model.getWeights().map((w, i) => {
      const scale = 1.5 / Math.sqrt(w.size / w.shape.at(-1)!);
      return tf.tensor(wave(w.size, scale, 0.1 * i), w.shape);
    }),
  );
  model.compile({
    optimizer: tf.train.adam(0.001, 0.9, 0.999, 1e-10),
    loss: "categoricalCrossentropy",
    metrics: ["accuracy"],
  });
  for (let step = 0; step < count; step++) {
    const chosen = Int32Array.from(
      { length: batchSize },
      (_, i) => (step * batchSize + i) % rows,
    );
    const x = tf.tensor4d(takeRows(images, chosen, 784), [batchSize, 28, 28, 1]);
    const y = tf.oneHot(tf.tensor1d(takeRows(labels, chosen), "int32"), 10);
    const [loss] = await model.trainOnBatch(x, y) as [number, number];
    // Rounding differs, and every step carries it on.
    assertAlmostEquals(
      loss,
      losses[step]!,
      1e-3 * losses[step]!,
      `step ${step}: ${loss}, Keras ${losses[step]}`,
    );
  }
});

Deno.test("fit leaves no tensor behind and reports the end of every epoch", async () => {
  await useBackend({ backend: "simd", threads: 2 });
  const model = smallCnn();
  const ends: FitProgress[] = [];
  const onProgress = (progress: FitProgress): void => {
    if (progress.batch === progress.batchesPerEpoch) ends.push(progress);
  };
  // The first fit makes the optimizer's moments, which stay.
  await fit(model, train, validation, { epochs: 1, batchSize, seed });
  const before = tf.memory().numTensors;
  await fit(model, train, validation, { epochs: 3, batchSize, seed }, onProgress);
  assertEquals(tf.memory().numTensors, before);
  assertEquals(ends.map((end) => end.epoch), [1, 2, 3]);
  assertEquals(ends.map((end) => end.history.length), [1, 2, 3]);
  assertEquals(ends.at(-1)!.secondsLeft, 0);
  assert(ends[0]!.secondsLeft > 0);
});

const rows = { train: rowExamples(120, 1), validation: rowExamples(30, 2) };
const plan = { epochs: 2, batchSize: 30, seed: 1 };

class Drawing extends tf.layers.Layer {
  static className = "Drawing";
  static drawn: number[] = [];
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    Drawing.drawn.push(Math.random());
    return (inputs as tf.Tensor[])[0]!.clone();
  }
}
tf.serialization.registerClass(Drawing);

Deno.test("what layers draw comes from the seed, new in each step; dropout too", async () => {
  await useBackend({ backend: "simd", threads: 2 });
  const draw = async (seed: number): Promise<number[]> => {
    const model = await smallModel({ layers: [new Drawing()] });
    Drawing.drawn = [];
    await fit(model, rows.train, rows.validation, { ...plan, seed });
    return Drawing.drawn;
  };
  const [one, again, two] = [await draw(1), await draw(1), await draw(2)];
  // Four steps in each of two epochs; after each epoch one batch of validation, not from the stream.
  const steps = [0, 1, 2, 3, 5, 6, 7, 8];
  assertEquals(steps.map((i) => one[i]), steps.map((i) => again[i]));
  assertEquals(new Set([...steps.map((i) => one[i]), ...steps.map((i) => two[i])]).size, 16);

  const dropout = async (seed: number): Promise<number[]> => {
    const model = await smallModel({ layers: [tf.layers.dropout({ rate: 0.5 })] });
    await fit(model, rows.train, rows.validation, { ...plan, seed });
    return weightsOf(model);
  };
  assertEquals(await dropout(1), await dropout(1));
});

Deno.test("training stops early as in Keras, with the weights that were asked for", async () => {
  await useBackend({ backend: "simd", threads: 2 });
  // A learning rate of 0 never improves: the first epoch is the best, and after `patience` more it ends.
  for (const patience of [0, 1, 3]) {
    const model = await smallModel({ optimizer: tf.train.sgd(0) });
    const settings = { ...plan, epochs: 9, earlyStopping: { patience } };
    const { history, keptEpoch } = await fit(model, rows.train, rows.validation, settings);
    const epochs = 1 + Math.max(patience, 1);
    assertEquals([history.length, keptEpoch], [epochs, epochs]);
  }
  // Labels that mean nothing: validation gets worse while training gets better.
  const shuffled = { ...rows.validation, labels: rows.validation.labels.toReversed() };
  const model = await smallModel();
  const earlyStopping = { patience: 4, restoreBestWeights: true };
  const { history, keptEpoch } = await fit(model, rows.train, shuffled, {
    ...plan,
    epochs: 12,
    earlyStopping,
  });
  const losses = history.map((row) => row.valLoss);
  assertEquals(keptEpoch, losses.indexOf(Math.min(...losses)) + 1);
  assertEquals(history.length, keptEpoch + 4);
  assertEquals(evaluate(model, shuffled).loss, losses[keptEpoch - 1]);
  const byAccuracy = await fit(await smallModel(), rows.train, rows.validation, {
    ...plan,
    epochs: 12,
    earlyStopping: { monitor: "valAccuracy", patience: 1, restoreBestWeights: true },
  });
  const accuracies = byAccuracy.history.map((row) => row.valAccuracy);
  assertEquals(byAccuracy.keptEpoch, accuracies.indexOf(Math.max(...accuracies)) + 1);
});

Deno.test("labels may be numbers for the loss; what regularizers add counts in validation, as in Keras", async () => {
  await useBackend({ backend: "simd", threads: 2 });
  const histories = [];
  for (const loss of ["categoricalCrossentropy", "sparseCategoricalCrossentropy"]) {
    const model = await smallModel({ loss });
    histories.push((await fit(model, rows.train, rows.validation, plan)).history);
  }
  for (const [i, row] of histories[0]!.entries()) {
    assertAlmostEquals(row.loss, histories[1]![i]!.loss, 1e-5);
    assertEquals(row.valAccuracy, histories[1]![i]!.valAccuracy);
  }

  const kernelRegularizer = tf.regularizers.l2({ l2: 0.1 });
  const layer = tf.layers.dense({ units: 8, kernelRegularizer });
  const model = await smallModel({ layers: [layer] });
  const { history } = await fit(model, rows.train, rows.validation, plan);
  const penalty = 0.1 * layer.getWeights()[0]!.square().sum().dataSync()[0]!;
  const { loss } = evaluate(model, rows.validation);
  assertAlmostEquals(history.at(-1)!.valLoss, loss + penalty, 1e-5);
});

Deno.test("augmentation changes each training image each time, by the seed, and no other", async () => {
  await useBackend({ backend: "simd", threads: 2 });
  const seen: number[] = [];
  const augmentation = {
    randomTransform(image: Float32Array, random: RandomState): Float32Array {
      seen.push(random.randomSample());
      return image;
    },
  };
  const model = await smallModel();
  const { history } = await fit(model, rows.train, rows.validation, { ...plan, augmentation });
  assertEquals(seen.length, 240);
  assertEquals(new Set(seen).size, 240);
  const plain = await fit(await smallModel(), rows.train, rows.validation, plan);
  assertEquals(history, plain.history, "an augmentation that changes nothing changes nothing");
});
