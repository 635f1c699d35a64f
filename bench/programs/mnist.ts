import * as tf from "@tensorflow/tfjs";
import { classes, noise, trainOnBatch } from "./examples.ts";
import type { Program, Running } from "./program.ts";

/** A convolutional network on digits, RMSProp. */
export const mnist: Program = {
  name: "mnist",
  what: "three convolutions, two poolings, RMSProp",
  batch: 320,
  cpuBatch: 4,
  build(batch): Running {
    const conv = (filters: number): ReturnType<typeof tf.layers.conv2d> =>
      tf.layers.conv2d({ filters, kernelSize: 3, activation: "relu" });
    const model = tf.sequential({
      layers: [
        tf.layers.inputLayer({ inputShape: [28, 28, 1] }),
        conv(16),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        conv(32),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        conv(32),
        tf.layers.flatten(),
        tf.layers.dense({ units: 64, activation: "relu" }),
        tf.layers.dense({ units: 10, activation: "softmax" }),
      ],
    });
    model.compile({
      optimizer: "rmsprop",
      loss: "categoricalCrossentropy",
      metrics: ["accuracy"],
    });
    const x = noise([batch, 28, 28, 1]), y = classes([batch], 10);
    return { models: [model], step: () => trainOnBatch(model, x, y) };
  },
};
