import * as tf from "@tensorflow/tfjs";
import { classes, trainOnBatch } from "./examples.ts";
import type { Program, Running } from "./program.ts";

const DIGITS = 2;
const CHARACTERS = 12;
const UNITS = 128;

/** Reads a sum character by character and writes its result. */
export const additionRnn: Program = {
  name: "addition-rnn",
  what: "two recurrent layers of 128 (SimpleRNN), Adam",
  batch: 128,
  build(batch): Running {
    const steps = 2 * DIGITS + 1;
    const model = tf.sequential({
      layers: [
        tf.layers.simpleRNN({
          units: UNITS,
          recurrentInitializer: "glorotNormal",
          inputShape: [steps, CHARACTERS],
        }),
        tf.layers.repeatVector({ n: DIGITS + 1 }),
        tf.layers.simpleRNN({
          units: UNITS,
          recurrentInitializer: "glorotNormal",
          returnSequences: true,
        }),
        tf.layers.timeDistributed({ layer: tf.layers.dense({ units: CHARACTERS }) }),
        tf.layers.activation({ activation: "softmax" }),
      ],
    });
    model.compile({ optimizer: "adam", loss: "categoricalCrossentropy", metrics: ["accuracy"] });
    const x = classes([batch, steps], CHARACTERS), y = classes([batch, DIGITS + 1], CHARACTERS);
    return { models: [model], step: () => trainOnBatch(model, x, y) };
  },
};
