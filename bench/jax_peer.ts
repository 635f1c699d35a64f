/**
 * jax-js in a process of its own: trains and predicts with the report's network.
 *
 * Arguments: threads, batch size, batches of an epoch. @module
 */
import { PIXELS } from "lib/dataset/types.ts";
import { RandomState } from "lib/random.ts";
import { converse } from "./conversation.ts";
import { JaxNetwork } from "./jax_network.ts";
import { examples, startWeights } from "./workload.ts";

const [threads, batchSize, epochBatches] = Deno.args.map(Number) as [number, number, number];
// jax-js starts as many workers as there are cores; it has no option for it.
Object.defineProperty(navigator, "hardwareConcurrency", { value: threads });

const network = await JaxNetwork.create(startWeights());
const batch = network.batch(examples(batchSize));
const epoch = examples(epochBatches * batchSize);

const [version] = import.meta.resolve("@jax-js/jax").match(/\d+\.\d+\.\d+/) ?? [];
await converse(`jax-js ${version}`, {
  step: () => network.step(batch),
  predict: () => network.predict(batch),
  async epoch(): Promise<void> {
    const order = new RandomState(0).permutation(epoch.labels.length);
    for (let start = 0; start < order.length; start += batchSize) {
      const rows = order.subarray(start, start + batchSize);
      const images = new Float32Array(batchSize * PIXELS);
      rows.forEach((row, i) =>
        images.set(epoch.images.subarray(row * PIXELS, (row + 1) * PIXELS), i * PIXELS)
      );
      const labels = Uint8Array.from(rows, (row) => epoch.labels[row]!);
      await network.step(network.batch({ images, labels }));
    }
  },
});
// Its workers would keep the process alive.
Deno.exit();
