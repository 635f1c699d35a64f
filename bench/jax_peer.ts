/**
 * jax-js in a process of its own: trains and predicts with the report's network.
 *
 * Arguments: threads, batches of an epoch. @module
 */
import { init, tree } from "@jax-js/jax";
import { PIXELS } from "lib/digits.ts";
import { takeRows } from "lib/preprocessing/mod.ts";
import { RandomState } from "lib/random.ts";
import { converse, type Work } from "./conversation.ts";
import { JaxNetwork } from "./jax_network.ts";
import { examples, startWeights } from "./workload.ts";

const [threads, epochBatches] = Deno.args.map(Number) as [number, number];
// jax-js starts as many workers as there are cores; it has no option for it.
Object.defineProperty(navigator, "hardwareConcurrency", { value: threads });
await init("wasm");

function prepare(batchSize: number): Work {
  const network = new JaxNetwork(startWeights());
  const batch = network.batch(examples(batchSize));
  const { images, labels } = examples(epochBatches * batchSize);
  return {
    async losses(steps: number): Promise<number[]> {
      const losses: number[] = [];
      while (losses.length < steps) losses.push(await network.step(batch));
      return losses;
    },
    step: () => network.step(batch),
    predict: () => network.predict(batch),
    async epoch(): Promise<void> {
      const order = new RandomState(0).permutation(labels.length);
      for (let start = 0; start < order.length; start += batchSize) {
        const rows = order.subarray(start, start + batchSize);
        const { x, y } = network.batch({
          images: takeRows(images, rows, PIXELS),
          labels: takeRows(labels, rows),
        });
        await network.step({ x, y });
        tree.dispose([x, y]);
      }
    },
  };
}

const [version] = import.meta.resolve("@jax-js/jax").match(/\d+\.\d+\.\d+/) ?? [];
await converse(`jax-js ${version}`, prepare);
// Its workers would keep the process alive.
Deno.exit();
