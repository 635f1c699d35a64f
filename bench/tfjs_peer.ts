/**
 * One backend of TensorFlow.js in a process of its own: trains and predicts with the report's network.
 *
 * Arguments: backend, threads, batch size, batches of an epoch. @module
 */
import * as tf from "@tensorflow/tfjs";
import { CLASSES, IMAGE_SIZE } from "lib/dataset/types.ts";
import { buildCnn, fit, useBackend } from "lib/model/mod.ts";
import type { BackendName } from "lib/settings.ts";
import { converse } from "./conversation.ts";
import { examples, oneHot, startWeights } from "./workload.ts";

const [backend, threads, ...sizes] = Deno.args as [BackendName, string, string, string];
const [batchSize, epochBatches] = sizes.map(Number) as [number, number];
await useBackend({ backend, threads: Number(threads) });
const model = buildCnn({ seed: 0 });
model.setWeights(startWeights().map(({ values, shape }) => tf.tensor(values, [...shape])));
const { images, labels } = examples(batchSize);
const x = tf.tensor4d(images, [batchSize, IMAGE_SIZE, IMAGE_SIZE, 1]);
const y = tf.tensor2d(oneHot(labels), [batchSize, CLASSES]);
const epoch = examples(epochBatches * batchSize);

await converse(`tfjs ${tf.version["tfjs-core"]}`, {
  async step(): Promise<number> {
    const [loss] = await model.trainOnBatch(x, y) as [number, number];
    return loss;
  },
  predict(): void {
    const output = model.predictOnBatch(x) as tf.Tensor;
    output.dataSync();
    output.dispose();
  },
  epoch: () => fit(model, epoch, examples(1), { epochs: 1, batchSize, seed: 0 }),
});
