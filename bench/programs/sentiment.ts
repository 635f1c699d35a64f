import * as tf from "@tensorflow/tfjs";
import { numbers, trainOnBatch } from "./examples.ts";
import type { Program, Running } from "./program.ts";

const WORDS = 10_000;
const LENGTH = 100;

/** Tells whether a review of a film is a good one; the example's model `cnn`. */
export const sentiment: Program = {
  name: "sentiment",
  what: "embedding of 10,000 words, conv1d of 250, Adam",
  batch: 128,
  cpuBatch: 1,
  build(batch): Running {
    const model = tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: WORDS, outputDim: 128, inputLength: LENGTH }),
        tf.layers.dropout({ rate: 0.5, seed: 1 }),
        tf.layers.conv1d({ filters: 250, kernelSize: 5, activation: "relu" }),
        tf.layers.globalMaxPooling1d(),
        tf.layers.dense({ units: 250, activation: "relu" }),
        tf.layers.dense({ units: 1, activation: "sigmoid" }),
      ],
    });
    model.compile({ optimizer: "adam", loss: "binaryCrossentropy", metrics: ["acc"] });
    const x = numbers([batch, LENGTH], WORDS), y = numbers([batch, 1], 2);
    return { models: [model], step: () => trainOnBatch(model, x, y) };
  },
};
