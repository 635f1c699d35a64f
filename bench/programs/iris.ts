import * as tf from "@tensorflow/tfjs";
import { classes, noise, trainOnBatch } from "./examples.ts";
import type { Program, Running } from "./program.ts";

/** Two small dense layers, Adam. */
export const iris: Program = {
  name: "iris",
  what: "two small dense layers, Adam",
  batch: 32,
  build(batch): Running {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 10, activation: "sigmoid", inputShape: [4] }),
        tf.layers.dense({ units: 3, activation: "softmax" }),
      ],
    });
    model.compile({
      optimizer: tf.train.adam(0.01),
      loss: "categoricalCrossentropy",
      metrics: ["accuracy"],
    });
    const x = noise([batch, 4]), y = classes([batch], 3);
    return { models: [model], step: () => trainOnBatch(model, x, y) };
  },
};
