/**
 * One backend of TensorFlow.js in a process of its own: trains and predicts with one of the networks.
 *
 * Arguments: backend, network, threads, batches of an epoch. @module
 */
import * as tf from "@tensorflow/tfjs";
import { PIXELS } from "lib/digits.ts";
import { type Examples, fit, useBackend } from "lib/model/mod.ts";
import { type BackendName, readSettings } from "lib/settings.ts";
import { converse, type Work } from "./conversation.ts";
import { buildModel, type NetworkName, networkOf, tensorsOf } from "./networks.ts";
import { examples } from "./workload.ts";

const [backend, name, threads, epochBatches] = Deno.args as [
  BackendName,
  NetworkName,
  string,
  string,
];
await useBackend({ ...readSettings(), backend, threads: Number(threads) });

function prepare(batchSize: number): Work {
  const network = networkOf(name);
  const model = buildModel(network);
  const { x, y } = tensorsOf(network, batchSize);
  const size = Number(epochBatches) * batchSize;
  const all = examples(size + 1);
  const part = (start: number, end: number): Examples => ({
    images: all.images.subarray(start * PIXELS, end * PIXELS),
    labels: all.labels.subarray(start, end),
  });
  const step = async (model: tf.LayersModel): Promise<number> =>
    [await model.trainOnBatch(x, y)].flat()[0]!;
  return {
    async losses(steps: number): Promise<number[]> {
      const model = buildModel(networkOf(name, { withDropout: false }));
      const losses: number[] = [];
      while (losses.length < steps) losses.push(await step(model));
      model.dispose();
      return losses;
    },
    step: () => step(model),
    predict(): void {
      const output = model.predictOnBatch(x) as tf.Tensor;
      output.dataSync();
      output.dispose();
    },
    epoch: () => fit(model, part(0, size), part(size, size + 1), { epochs: 1, batchSize, seed: 0 }),
  };
}

await converse(`tfjs ${tf.version["tfjs-core"]}`, prepare);
