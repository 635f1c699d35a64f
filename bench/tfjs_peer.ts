/**
 * One backend of TensorFlow.js in a process of its own: trains and predicts with the report's network.
 *
 * Arguments: backend, threads, batches of an epoch. @module
 */
import * as tf from "@tensorflow/tfjs";
import { CLASSES, IMAGE_SIZE } from "lib/dataset/types.ts";
import { buildCnn, fit, useBackend } from "lib/model/mod.ts";
import type { BackendName } from "lib/settings.ts";
import { converse, type Work } from "./conversation.ts";
import { examples, oneHot, startWeights } from "./workload.ts";

const [backend, threads, epochBatches] = Deno.args as [BackendName, string, string];
await useBackend({ backend, threads: Number(threads) });

function prepare(batchSize: number): Work {
  const model = buildCnn({ seed: 0 });
  const weights = startWeights().map(({ values, shape }) => tf.tensor(values, [...shape]));
  model.setWeights(weights);
  tf.dispose(weights);
  const { images, labels } = examples(batchSize);
  const x = tf.tensor4d(images, [batchSize, IMAGE_SIZE, IMAGE_SIZE, 1]);
  const y = tf.tensor2d(oneHot(labels), [batchSize, CLASSES]);
  const epoch = examples(Number(epochBatches) * batchSize);
  return {
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
  };
}

await converse(`tfjs ${tf.version["tfjs-core"]}`, prepare);
