/**
 * Long trainings, whose memory has to stay level.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { MODULES } from "../variants.ts";
import { buildNetwork } from "./network.ts";

/**
 * Steps in which optimizers make their moments and work finds its place in memory. Moving averages wait for some
 * steps before they are computed, so later steps may hold less than the most of these, but no more.
 */
const FIRST_STEPS = 40;

/** Trains the network of a seed for so many steps on two threads; gives what has grown, in words, or undefined. */
export async function checkLevel(seed: number, steps: number): Promise<string | undefined> {
  const [, [, { name, backend }]] = MODULES[0]!;
  await tf.setBackend(name);
  const { model, optimizer, loss, x, y, description } = buildNetwork(seed);
  const held = (): Readonly<Record<string, number>> => ({
    tensors: tf.memory().numTensors,
    "bytes in use": backend.arena.used,
    "bytes reserved": backend.arena.reserved,
  });
  let complaint: string | undefined;
  const most: Record<string, number> = {};
  for (let step = 1; step <= steps && !complaint; step++) {
    tf.tidy(() => {
      const value = optimizer.minimize(
        () => loss(y, model.apply(x, { training: true }) as tf.Tensor),
        true,
      );
      value!.dataSync();
    });
    const now = held();
    const grown = Object.keys(now).find((what) => now[what]! > (most[what] ?? 0));
    if (step <= FIRST_STEPS) {
      for (const [what, n] of Object.entries(now)) most[what] = Math.max(n, most[what] ?? 0);
    } else if (grown) {
      complaint =
        `Network ${seed}: ${most[grown]} ${grown} have become ${now[grown]} at step ${step}.\n  ` +
        description.join("\n  ");
    }
  }
  optimizer.dispose();
  (optimizer as unknown as { c?: tf.Tensor }).c?.dispose();
  model.dispose();
  tf.dispose([x, y]);
  return complaint;
}
