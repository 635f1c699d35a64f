import * as tf from "@tensorflow/tfjs";
import type { SimdBackend } from "lib/backend/backend.ts";
import { bestModule, registerAs } from "lib/backend/register.ts";
import { float, Kernel } from "lib/backend/pool.ts";
import { summarizeTimes, times, type Timing } from "./measure.ts";

/** What a kernel reaches. Floating-point operations are those of the direct method, also for Winograd's. */
export interface KernelRow {
  readonly kernel: string;
  readonly threads: number;
  readonly gflop: number;
  readonly timing: Timing;
  readonly gflops: number;
  /** Of the multiply-add loop on as many threads. */
  readonly shareOfPeak: number;
}

const BATCH = 64;
const ROUNDS = 5000;

/** GFLOP/s of a loop of nothing but multiply-adds, on all of a backend's threads: the best of many runs. */
export async function peakGflops(backend: SimdBackend): Promise<number> {
  const { pool } = backend;
  const at = backend.scratch(4 * pool.threads, [pool.threads]);
  const run = (): void => {
    pool.run(Kernel.peak, pool.threads, [at, ROUNDS, float(0.9999), float(1e-4)]);
    pool.sync();
  };
  await times(50, run);
  const best = Math.min(...await times(400, run));
  backend.giveBack(at);
  return pool.threads * ROUNDS * 12 * 4 * 2 / best / 1e6;
}

/** The arithmetic of the report's network at batch 64, kernel by kernel. */
function cases(): { kernel: string; gflop: number; run: () => tf.Tensor }[] {
  const ones = (...shape: number[]): tf.Tensor => tf.fill(shape, 0.5);
  const image1 = ones(BATCH, 28, 28, 1) as tf.Tensor4D;
  const filter1 = ones(3, 3, 1, 32) as tf.Tensor4D;
  const dy1 = ones(BATCH, 26, 26, 32) as tf.Tensor4D;
  const image2 = ones(BATCH, 13, 13, 32) as tf.Tensor4D;
  const filter2 = ones(3, 3, 32, 64) as tf.Tensor4D;
  const dy2 = ones(BATCH, 11, 11, 64) as tf.Tensor4D;
  const x = ones(BATCH, 1600), w = ones(1600, 128), dy = ones(BATCH, 128);
  const conv1 = 2 * BATCH * 26 * 26 * 32 * 9 / 1e9;
  const conv2 = 2 * BATCH * 11 * 11 * 64 * 9 * 32 / 1e9;
  const dense = 2 * BATCH * 1600 * 128 / 1e9;
  const pooled = (x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor =>
    tf.maxPool(tf.relu(tf.conv2d(x, filter, 1, "valid")), 2, 2, "valid");
  const toInput = (dy: tf.Tensor): tf.Tensor =>
    tf.engine().runKernel("Conv2DBackpropInput", { dy, filter: filter2 }, {
      strides: 1,
      pad: "valid",
      dataFormat: "NHWC",
      inputShape: image2.shape,
    });
  const toFilter = (x: tf.Tensor4D, dy: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor =>
    tf.engine().runKernel("Conv2DBackpropFilter", { x, dy }, {
      strides: 1,
      pad: "valid",
      dataFormat: "NHWC",
      filterShape: filter.shape,
    });
  return [
    { kernel: "conv 1 + ReLU + pool", gflop: conv1, run: () => pooled(image1, filter1) },
    {
      kernel: "conv 1, gradient of filter",
      gflop: conv1,
      run: () => toFilter(image1, dy1, filter1),
    },
    { kernel: "conv 2 + ReLU + pool", gflop: conv2, run: () => pooled(image2, filter2) },
    { kernel: "conv 2, gradient of x", gflop: conv2, run: () => toInput(dy2) },
    {
      kernel: "conv 2, gradient of filter",
      gflop: conv2,
      run: () => toFilter(image2, dy2, filter2),
    },
    { kernel: "dense 1", gflop: dense, run: () => tf.matMul(x, w) },
    { kernel: "dense 1, gradient of x", gflop: dense, run: () => tf.matMul(dy, w, false, true) },
    { kernel: "dense 1, gradient of weights", gflop: dense, run: () => tf.matMul(x, dy, true) },
  ];
}

/** Measures every kernel of the step, `runs` times each. */
export async function measureKernels(threads: number, runs: number): Promise<{
  peak: number;
  rows: KernelRow[];
}> {
  const name = `simd, ${threads}`;
  const backend = await registerAs(name, (await bestModule())!, threads);
  await tf.setBackend(name);
  const peak = await peakGflops(backend);
  const rows: KernelRow[] = [];
  tf.engine().startScope();
  for (const { kernel, gflop, run } of cases()) {
    const once = (): void => {
      tf.tidy(() => {
        run();
      });
      backend.pool.sync();
    };
    await times(20, once);
    const timing = summarizeTimes(await times(runs, once));
    const gflops = gflop / timing.median * 1e3;
    rows.push({ kernel, threads, gflop, timing, gflops, shareOfPeak: gflops / peak });
  }
  tf.engine().endScope();
  tf.removeBackend(name);
  return { peak, rows };
}
