import * as tf from "@tensorflow/tfjs";
import type { SimdBackend } from "lib/backend/backend.ts";
import { float, Kernel, type KernelId } from "lib/backend/pool.ts";
import { bestModule, registerAs } from "lib/backend/register.ts";
import { CLASSES, IMAGE_SIZE } from "lib/dataset/types.ts";
import { buildCnn } from "lib/model/mod.ts";
import { summarizeTimes, times, type Timing } from "./measure.ts";
import { examples, oneHot } from "./workload.ts";

/** What kernels take in a step. */
export interface KernelRow {
  readonly part: string;
  readonly threads: number;
  readonly timing: Timing;
  /** By the arithmetic of the direct method, also for Winograd's; not where arithmetic is not the point. */
  readonly gflops?: number;
  /** Of the multiply-add loop on as many threads. */
  readonly shareOfPeak?: number;
}

const BATCH = 64;
const ROUNDS = 5000;

const CONV_1 = 2 * BATCH * 26 * 26 * 32 * 9;
const CONV_2 = 2 * BATCH * 11 * 11 * 64 * 9 * 32;
const DENSE = 2 * BATCH * (1600 * 128 + 128 * CLASSES);

/** The parts of a step, with their kernels and their floating-point operations. */
const PARTS: readonly { part: string; kernels: readonly KernelId[]; flop?: number }[] = [
  { part: "conv 1 + bias + ReLU + pool", kernels: [Kernel.oneChannelPooled], flop: CONV_1 },
  { part: "conv 1, gradient of filter", kernels: [Kernel.oneChannelFilterGrad], flop: CONV_1 },
  { part: "conv 2 + bias + ReLU + pool", kernels: [Kernel.winogradForward], flop: CONV_2 },
  { part: "conv 2, gradient of x", kernels: [Kernel.winogradInput], flop: CONV_2 },
  { part: "conv 2, gradient of filter", kernels: [Kernel.winogradFilterGrad], flop: CONV_2 },
  { part: "conv 2, filter transformed twice", kernels: [Kernel.winogradFilter] },
  {
    part: "dense, forward and gradients",
    kernels: [Kernel.pack, Kernel.rowsTimesPanels, Kernel.columnsTimesPanels],
    flop: 3 * DENSE,
  },
  { part: "Adam", kernels: [Kernel.adam] },
];

/** GFLOP/s of a loop of nothing but multiply-adds, on all of a backend's threads: the best of many runs. */
async function peakGflops(backend: SimdBackend): Promise<number> {
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

/** Times of the kernels in one step, each waited for, so that nothing else runs beside it. */
async function timeKernels(
  { pool }: SimdBackend,
  step: () => Promise<unknown>,
): Promise<Map<KernelId, number>> {
  const total = new Map<KernelId, number>();
  const run = pool.run;
  pool.run = (kernel, pieces, args): void => {
    const start = performance.now();
    run.call(pool, kernel, pieces, args);
    pool.sync();
    total.set(kernel, (total.get(kernel) ?? 0) + performance.now() - start);
  };
  await step();
  pool.run = run;
  return total;
}

/** Measures what each part of a step of the report's network takes, at batch 64. */
export async function measureKernels(threads: number, steps: number): Promise<{
  peak: number;
  rows: KernelRow[];
}> {
  const name = `simd, ${threads}`;
  const backend = await registerAs(name, (await bestModule())!, threads);
  await tf.setBackend(name);
  const peak = await peakGflops(backend);
  const model = buildCnn({ seed: 0 });
  const { images, labels } = examples(BATCH);
  const x = tf.tensor4d(images, [BATCH, IMAGE_SIZE, IMAGE_SIZE, 1]);
  const y = tf.tensor2d(oneHot(labels), [BATCH, CLASSES]);
  const step = (): Promise<unknown> => model.trainOnBatch(x, y);
  await times(30, step);
  const measured: Map<KernelId, number>[] = [];
  for (let i = 0; i < steps; i++) measured.push(await timeKernels(backend, step));
  const named = new Set(PARTS.flatMap(({ kernels }) => kernels));
  const others = [...new Set(measured.flatMap((kernels) => [...kernels.keys()]))]
    .filter((kernel) => !named.has(kernel));
  const rows = [...PARTS, { part: "all others", kernels: others }].map((row): KernelRow => {
    const { part, kernels, flop } = { flop: undefined, ...row };
    const timing = summarizeTimes(
      measured.map((total) =>
        kernels.reduce<number>((sum, kernel) => sum + (total.get(kernel) ?? 0), 0)
      ),
    );
    const gflops = flop && flop / timing.median / 1e6;
    return { part, threads, timing, ...gflops && { gflops, shareOfPeak: gflops / peak } };
  });
  tf.dispose([x, y]);
  model.dispose();
  tf.removeBackend(name);
  return { peak, rows };
}
