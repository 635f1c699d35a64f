import * as tf from "@tensorflow/tfjs";
import { assert, assertAlmostEquals, assertEquals } from "lib/assert.ts";
import {
  buildCnn,
  type Examples,
  fit,
  type FitProgress,
  type HistoryRow,
  useBackend,
} from "lib/model/mod.ts";
import { takeRows } from "lib/preprocessing/mod.ts";
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
