import { Kernel, type KernelId } from "lib/backend/thread_pool.ts";
import { CLASSES } from "lib/digits.ts";
import { type Engine, MULTIPLY_ADDS_FLOP, startEngine } from "./engine.ts";
import { summarizeTimes, times, type Timing } from "./measure.ts";

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
    kernels: [Kernel.pack, Kernel.convolve, Kernel.convolveFilterGrad],
    flop: 3 * DENSE,
  },
  { part: "elementwise, sums, Adam", kernels: [Kernel.fused] },
];

/** Times of the kernels in one step, each waited for, so that nothing else runs beside it. */
export async function timeKernels(
  { backend: { threads: pool }, step }: Engine,
): Promise<Map<KernelId, number>> {
  const total = new Map<KernelId, number>();
  const run = pool.run;
  pool.run = (kernel, pieces, args): void => {
    const start = performance.now();
    run.call(pool, kernel, pieces, args as never);
    pool.sync();
    total.set(kernel, (total.get(kernel) ?? 0) + performance.now() - start);
  };
  await step();
  pool.run = run;
  return total;
}

/**
 * Measures what each part of a step of the report's network takes, at batch 64, and GFLOP/s of a loop of
 * nothing but multiply-adds, the best of many runs.
 */
export async function measureKernels(threads: number, steps: number): Promise<{
  peak: number;
  rows: KernelRow[];
}> {
  const engine = await startEngine(threads, BATCH);
  const loops = await times(450, engine.multiplyAdds);
  const peak = threads * MULTIPLY_ADDS_FLOP / Math.min(...loops) / 1e6;
  const measured: Map<KernelId, number>[] = [];
  for (let i = 0; i < steps; i++) measured.push(await timeKernels(engine));
  engine.stop();
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
  return { peak, rows };
}
