/** A park of networks: the engine beside PyTorch and Keras on each. @module */
import { MULTIPLY_ADDS_FLOP, startEngine } from "./engine.ts";
import { timeKernels } from "./kernels.ts";
import { figure, formatTable, summarizeTimes, times } from "./measure.ts";
import type { NetworkName } from "./networks.ts";
import { PeerProcess } from "./peer_process.ts";
import { ENGINE, enginePeers, pythonPeers } from "./peers.ts";
import { CHECKED_STEPS, describe, summarizeRatios } from "./rounds.ts";

const TASKS = ["step", "predict"] as const;

/** A visit to a peer takes about this long, so that all alternate quickly, and the first visit this much. */
const VISIT_MS = 60, WARM_UP_MS = 1500;
/** Runs of a visit. */
const MOST_RUNS = 12;

/** One peer on one network; milliseconds by round. */
interface Measured {
  readonly peer: string;
  readonly name: string;
  readonly version: string;
  readonly threads: number;
  readonly batch: number;
  readonly losses: readonly number[];
  readonly rounds: Readonly<Record<typeof TASKS[number], number[]>>;
}

export interface NetworkRow {
  readonly network: NetworkName;
  readonly batch: number;
  readonly task: typeof TASKS[number];
  /** Median milliseconds by peer and threads. */
  readonly times: Readonly<Record<string, number>>;
  /** How many times as fast as another on as many threads the engine is: the median of each round's ratio. */
  readonly ratios: Readonly<Record<string, number>>;
  /** The greatest difference between the engine's losses and another's, relative to the loss at the start. */
  readonly lossDifference: number | undefined;
}

/** Measures one network on the engine and its peers, visiting each in each round. */
export async function measureNetwork(
  network: NetworkName,
  { python, threads, batches, rounds }: {
    python: string;
    threads: readonly number[];
    batches: readonly number[];
    rounds: number;
  },
): Promise<{ rows: NetworkRow[]; versions: string[] }> {
  const peers = [
    ...enginePeers(threads, network),
    ...(await pythonPeers(python, threads, network))
      .filter((peer) => peer.name === "PyTorch" || peer.threads === Math.max(...threads)),
  ];
  const processes: PeerProcess[] = [];
  for (const peer of peers) processes.push(await PeerProcess.start(peer));
  const measured: (Measured & { visit(): Promise<void> })[] = [];
  for (const batch of batches) {
    for (const process of processes) {
      const { name, threads } = process.peer;
      const losses = await process.losses(batch, CHECKED_STEPS + 1);
      const runs = new Map<typeof TASKS[number], number>();
      for (const task of TASKS) {
        const [first] = await process.times(task, batch, 1) as [number];
        const most = (ms: number, n: number): number =>
          Math.max(1, Math.min(n, Math.floor(ms / first)));
        const [last] = (await process.times(task, batch, most(WARM_UP_MS, 100))).slice(-1) as [
          number,
        ];
        runs.set(task, Math.max(1, Math.min(MOST_RUNS, Math.floor(VISIT_MS / last))));
      }
      const times: Measured["rounds"] = { step: [], predict: [] };
      measured.push({
        peer: describe(process.peer),
        name,
        version: process.version,
        threads,
        batch,
        losses,
        rounds: times,
        async visit(): Promise<void> {
          for (const task of TASKS) {
            const n = runs.get(task)!;
            // Threads that slept get a core again.
            await process.times(task, batch, Math.ceil(n / 2));
            times[task].push(summarizeTimes(await process.times(task, batch, n)).median);
          }
        },
      });
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const { visit } of measured) await visit();
  }
  await Promise.all(processes.map((process) => process.stop()));
  const rows = batches.flatMap((batch) =>
    TASKS.map((task) => rowOf(network, batch, task, measured.filter((m) => m.batch === batch)))
  );
  return { rows, versions: [...new Set(measured.map(({ version }) => version))] };
}

function rowOf(
  network: NetworkName,
  batch: number,
  task: typeof TASKS[number],
  measured: readonly Measured[],
): NetworkRow {
  const engines = measured.filter(({ name }) => name === ENGINE);
  const others = measured.filter(({ name }) => name !== ENGINE);
  const ratios = others.map(({ peer, threads, rounds }) => {
    const own = engines.find((engine) => engine.threads === threads)!.rounds[task];
    return [peer, summarizeRatios(rounds[task].map((time, i) => time / own[i]!)).median] as const;
  });
  const differences = others.flatMap(({ losses }) =>
    losses.map((loss, i) => Math.abs(loss - engines[0]!.losses[i]!) / engines[0]!.losses[0]!)
  );
  return {
    network,
    batch,
    task,
    times: Object.fromEntries(
      measured.map(({ peer, rounds }) => [peer, summarizeTimes(rounds[task]).median]),
    ),
    ratios: Object.fromEntries(ratios),
    lossDifference: differences.length > 0 ? Math.max(...differences) : undefined,
  };
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** All networks at all batch sizes, with geometric means of the ratios. */
export function networkTable(rows: readonly NetworkRow[]): string {
  const peers = Object.keys(rows[0]!.times);
  const others = Object.keys(rows[0]!.ratios);
  const body = rows.map((row) => [
    row.network,
    row.task,
    String(row.batch),
    ...peers.map((peer) => figure(row.times[peer]!)),
    ...others.map((peer) => `${row.ratios[peer]!.toFixed(2)}x`),
    row.lossDifference?.toExponential(0) ?? "",
  ]);
  const means = TASKS.map((task) => [
    "geometric mean",
    task,
    "",
    ...peers.map(() => ""),
    ...others.map((peer) => {
      const ratios = rows.filter((row) => row.task === task).map(({ ratios }) => ratios[peer]!);
      return `${geometricMean(ratios).toFixed(2)}x`;
    }),
    "",
  ]);
  return formatTable(
    [
      "milliseconds",
      "",
      "batch",
      ...peers,
      ...others.map((peer) => `as fast as ${peer}`),
      "losses differ by",
    ],
    [...body, ...means],
  );
}

/** Where a step of one network goes, on one thread at batch 64. */
export interface KernelShares {
  readonly network: NetworkName;
  /** Milliseconds of the fastest of some steps. */
  readonly step: number;
  /** Multiply-adds of the direct method, over what the multiply-add loop makes in the same time. */
  readonly shareOfPeak: number;
  /** Of the step's time, by kernel; the rest is JavaScript, with the kernels inherited from cpu. */
  readonly shares: readonly (readonly [kernel: string, share: number])[];
}

/** Steps of which the fastest counts. */
const STEPS = 20;

/** Measures what share of a step each kernel takes. */
export async function measureKernelShares(network: NetworkName): Promise<KernelShares> {
  const engine = await startEngine(1, 64, network);
  const loops = await times(200, engine.multiplyAdds);
  // The loop is so short that nothing interrupts its best run; the best of some steps stands beside it.
  const step = Math.min(...await times(STEPS, engine.step));
  const timed: Awaited<ReturnType<typeof timeKernels>>[] = [];
  for (let i = 0; i < STEPS; i++) timed.push(await timeKernels(engine));
  const sum = (kernels: typeof timed[number]): number =>
    kernels.values().reduce((sum, ms) => sum + ms, 0);
  const kernels = timed.reduce((best, kernels) => sum(kernels) < sum(best) ? kernels : best);
  engine.stop();
  return {
    network,
    step,
    shareOfPeak: engine.flop / step / (MULTIPLY_ADDS_FLOP / Math.min(...loops)),
    shares: [...kernels].map(([name, ms]) => [name, ms / step] as const).filter(([, share]) =>
      share >= 0.005
    ).toSorted(([, a], [, b]) => b - a),
  };
}

/** Where the time of each network's step goes. */
export function kernelSharesTable(rows: readonly KernelShares[]): string {
  const percent = (share: number): string => `${Math.round(100 * share)}%`;
  return formatTable(
    [
      "step at batch 64 on 1 thread",
      "ms",
      "of the multiply-add limit",
      "kernels, of the time",
    ],
    rows.map(({ network, step, shareOfPeak, shares }) => {
      const rest = 1 - shares.reduce((sum, [, share]) => sum + share, 0);
      const parts = [...shares, ["JavaScript", rest] as const]
        .map(([name, share]) => `${name} ${percent(share)}`);
      return [network, figure(step), percent(shareOfPeak), parts.join(", ")];
    }),
  );
}
