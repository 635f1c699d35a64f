/** The thread that augments batches while the network trains. @module */
import { parentPort, workerData } from "node:worker_threads";
import { PIXELS } from "lib/digits.ts";
import {
  augmentedBatch,
  type AugmentingTask,
  type AugmentingWorkerData,
  MADE,
  makeAugmentation,
  SLOTS,
  TAKEN,
} from "lib/model/augmentation.ts";
import { epochStream } from "lib/model/seeding.ts";

const { images, slots, counts, batchSize, seed, augmentations } =
  workerData as AugmentingWorkerData;
const made = augmentations.map(makeAugmentation);

function makeEpoch({ epoch, order }: AugmentingTask): void {
  const random = epochStream(seed, "augmentation", epoch);
  for (let batch = 0; batch * batchSize < order.length; batch++) {
    for (let taken; (taken = Atomics.load(counts, TAKEN)) <= batch - SLOTS;) {
      Atomics.wait(counts, TAKEN, taken);
    }
    const rows = order.subarray(batch * batchSize, (batch + 1) * batchSize);
    slots.set(augmentedBatch(images, rows, made, random), batch % SLOTS * batchSize * PIXELS);
    Atomics.store(counts, MADE, batch + 1);
    Atomics.notify(counts, MADE);
  }
}

parentPort!.on("message", makeEpoch);
parentPort!.postMessage("ready");
