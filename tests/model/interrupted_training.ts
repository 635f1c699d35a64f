/**
 * A training with all that a checkpoint has to bring back: dropout, batch normalisation, two
 * augmentations in a thread of their own, a schedule, averaged weights, early stopping. Prints the
 * digest of its weights, its optimizer and its history; run again, it goes on where it was killed.
 *
 *     deno run ... tests/model/interrupted_training.ts OUTPUTS [EXAMPLES] [EPOCHS]
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { sha256 } from "lib/files.ts";
import { AdamW, train, useBackend } from "lib/model/mod.ts";
import { type StoredTensor, storeOptimizer, storeTensors } from "lib/model/fit_state.ts";
import { ElasticTransform, ImageDataGenerator } from "lib/preprocessing/mod.ts";
import { rowExamples, smallModel } from "./_examples.ts";

const [outputs, examples = "2100", epochs = "5"] = Deno.args;
await useBackend({ backend: "simd", threads: 2 });
const model = await smallModel({
  layers: [
    tf.layers.dense({ units: 32, activation: "relu" }),
    tf.layers.batchNormalization({ momentum: 0.9 }),
    tf.layers.dropout({ rate: 0.3 }),
  ],
  optimizer: new AdamW({ learningRate: 0.01 }),
});
const { history, keptEpoch, notes } = await train(
  model,
  { train: rowExamples(Number(examples), 1), validation: rowExamples(300, 2) },
  {
    name: "interrupted",
    epochs: Number(epochs),
    batchSize: 100,
    seed: 5,
    augmentation: [
      new ImageDataGenerator({ rotationRange: 10, widthShiftRange: 0.05 }),
      new ElasticTransform({ alpha: 10, sigma: 4 }),
    ],
    learningRateSchedule: { name: "oneCycle", maxLearningRate: 0.01 },
    weightAverage: { momentum: 0.9 },
    labelSmoothing: 0.05,
    earlyStopping: { monitor: "valLoss", patience: 9, restoreBestWeights: true },
  },
  // Forced, because a saved model comes without the optimizer's state.
  { outputs: outputs!, force: true },
);
const digest = sha256(JSON.stringify([
  digestsOf(storeTensors(model.getWeights())),
  Object.entries(storeOptimizer(model.optimizer)).map(([field, tensors]) => [
    field,
    digestsOf(tensors),
  ]),
  history,
  keptEpoch,
]));
// deno-lint-ignore no-console
console.log(JSON.stringify({ digest, notes }));
Deno.exit();

/** Values may be a part of a larger buffer, so they are copied out of it. */
function digestsOf(tensors: readonly StoredTensor[]): string[] {
  return tensors.map(({ values }) => sha256(new Uint8Array(values.slice().buffer)));
}
