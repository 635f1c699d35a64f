import * as tf from "@tensorflow/tfjs";
import { type Examples, seedWeights } from "lib/model/mod.ts";
import { RandomState } from "lib/random.ts";

/** Faint noise with a bright row, whose number is the label: easy to learn. */
export function rowExamples(count: number, seed: number): Examples {
  const random = new RandomState(seed);
  const labels = Uint8Array.from({ length: count }, () => random.randint(0, 10));
  const images = Float32Array.from({ length: count * 784 }, () => 0.1 * random.randomSample());
  labels.forEach((label, i) =>
    images.fill(1, i * 784 + 28 * (2 * label + 3), i * 784 + 28 * (2 * label + 5))
  );
  return { images, labels };
}

/** What {@linkcode smallModel} can be made with. */
export interface SmallModelOptions {
  readonly layers?: readonly tf.layers.Layer[];
  readonly optimizer?: tf.Optimizer;
  readonly loss?: string;
  readonly seed?: number;
}

/** A compiled dense classifier; `layers` come before its last. */
export async function smallModel(
  { layers = [], optimizer, loss = "categoricalCrossentropy", seed = 1 }: SmallModelOptions = {},
): Promise<tf.Sequential> {
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [28, 28, 1] }),
      ...layers,
      tf.layers.dense({ units: 10, activation: "softmax" }),
    ],
  });
  model.compile({ optimizer: optimizer ?? tf.train.adam(0.01), loss, metrics: ["accuracy"] });
  await seedWeights(model, seed);
  return model;
}

/** All weights, in one array. */
export function weightsOf(model: tf.LayersModel): number[] {
  return model.getWeights().flatMap((weight) => [...weight.dataSync()]);
}
