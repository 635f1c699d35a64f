import * as tf from "@tensorflow/tfjs";
import type { SimdBackend } from "lib/backend/backend.ts";
import { bestModule, registerAs } from "lib/backend/register.ts";
import { warmUp } from "./measure.ts";
import { buildModel, multiplyAddsOf, type NetworkName, networkOf, tensorsOf } from "./networks.ts";

/** Rounds of the multiply-add loop: about a tenth of a millisecond. */
const ROUNDS = 5000;

/** The backend `simd` in this process, with one of the networks. */
export interface Engine {
  readonly backend: SimdBackend;
  readonly threads: number;
  /** Floating-point operations of a step by the direct method: two for each of {@linkcode multiplyAddsOf}. */
  readonly flop: number;
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
export async function startEngine(
  threads: number,
  batch: number,
  name: NetworkName = "report",
): Promise<Engine> {
  const backendName = `simd ${++started}`;
  const backend = await registerAs(backendName, (await bestModule())!, threads);
  const use = async (): Promise<void> => void await tf.setBackend(backendName);
  await use();
  const network = networkOf(name);
  const model = buildModel(network);
  const { x, y } = tensorsOf(network, batch);
  const { at: sums } = backend.scratch(4 * threads, [threads]);
  const step = (): Promise<unknown> => model.trainOnBatch(x, y);
  await warmUp(step);
  return {
    backend,
    threads,
    flop: 2 * batch * multiplyAddsOf(model),
    use,
    step,
    multiplyAdds(): void {
      backend.threads.run("peak", threads, { sums, rounds: ROUNDS, factor: 0.9999, summand: 1e-4 });
      backend.threads.sync();
    },
    stop(): void {
      tf.dispose([x, y]);
      model.dispose();
      tf.removeBackend(backendName);
    },
  };
}
