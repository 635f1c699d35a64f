import * as tf from "@tensorflow/tfjs";
import type { SimdBackend } from "lib/backend/backend.ts";
import { float, Kernel } from "lib/backend/pool.ts";
import { bestModule, registerAs } from "lib/backend/register.ts";
import { CLASSES, IMAGE_SIZE } from "lib/dataset/types.ts";
import { buildCnn } from "lib/model/mod.ts";
import { times } from "./measure.ts";
import { examples, oneHot } from "./workload.ts";

/** Rounds of the multiply-add loop: about a tenth of a millisecond. */
const ROUNDS = 5000;

/** The backend `simd` in this process, with the report's network. */
export interface Engine {
  readonly backend: SimdBackend;
  readonly threads: number;
  /** Makes it TensorFlow.js's current backend. */
  use(): Promise<void>;
  /** One step of training. */
  step(): Promise<unknown>;
  /** A loop of nothing but multiply-adds on each thread. */
  multiplyAdds(): void;
  stop(): void;
}

/** Floating-point operations of {@linkcode Engine.multiplyAdds} on one thread. */
export const MULTIPLY_ADDS_FLOP = ROUNDS * 12 * 4 * 2;

let started = 0;

/** Starts an engine with memory and threads of its own, and trains until its code is compiled. */
export async function startEngine(threads: number, batch: number): Promise<Engine> {
  const name = `simd ${++started}`;
  const backend = await registerAs(name, (await bestModule())!, threads);
  const use = async (): Promise<void> => void await tf.setBackend(name);
  await use();
  const model = buildCnn({ seed: 0 });
  const { images, labels } = examples(batch);
  const x = tf.tensor4d(images, [batch, IMAGE_SIZE, IMAGE_SIZE, 1]);
  const y = tf.tensor2d(oneHot(labels), [batch, CLASSES]);
  const sums = backend.scratch(4 * threads, [threads]);
  const step = (): Promise<unknown> => model.trainOnBatch(x, y);
  await times(100, step);
  return {
    backend,
    threads,
    use,
    step,
    multiplyAdds(): void {
      backend.pool.run(Kernel.peak, threads, [sums, ROUNDS, float(0.9999), float(1e-4)]);
      backend.pool.sync();
    },
    stop(): void {
      tf.dispose([x, y]);
      model.dispose();
      tf.removeBackend(name);
    },
  };
}
