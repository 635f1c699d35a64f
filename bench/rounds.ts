import { summarizeTimes, type Timing } from "./measure.ts";
import { isOnce, type Peer, type Task } from "./peers.ts";
import { PeerProcess } from "./peer_process.ts";

/** One peer at one batch size; times in milliseconds. */
export interface Row {
  readonly name: string;
  readonly version: string;
  readonly threads: number;
  readonly batch: number;
  readonly epochBatches: number;
  readonly step: Timing;
  readonly predict?: Timing;
  readonly epoch?: Timing;
  /** Arithmetic of a step by the direct method, over the step's median. */
  readonly gflops: number;
  /** After {@linkcode CHECKED_STEPS} steps from the same weights; not where a step takes a minute. */
  readonly loss?: number;
  /** Median time of a step in each round that had one. */
  readonly stepByRound: Readonly<Record<number, number>>;
}

/** Steps after which the peers' losses are compared; they count as warming up. */
export const CHECKED_STEPS = 3;

/** `PyTorch on 2 threads`. */
export function describe({ name, threads }: Pick<Peer, "name" | "threads">): string {
  return `${name} on ${threads} thread${threads > 1 ? "s" : ""}`;
}

/** Arithmetic of one step by the direct method: forward, gradients of weights, gradients of all but x. */
function stepGflop(batch: number): number {
  const conv1 = 26 * 26 * 32 * 9, conv2 = 11 * 11 * 64 * 9 * 32, dense = 1600 * 128 + 128 * 10;
  return 2 * batch * (2 * conv1 + 3 * conv2 + 3 * dense) / 1e9;
}

/** A peer at one batch size, and what was measured on it round by round. */
class Candidate {
  readonly #rounds = new Map<Task, Map<number, number[]>>();
  #loss: number | undefined;

  constructor(readonly process: PeerProcess, readonly batch: number) {}

  /** Takes the loss of the first steps and compiles what is measured more than once. */
  async warmUp(): Promise<void> {
    const { peer } = this.process;
    if (isOnce(peer)) return;
    this.#loss = (await this.process.losses(this.batch, CHECKED_STEPS + 1)).at(-1);
    for (const [task, { first }] of Object.entries(peer.tasks)) {
      if (first > 0) await this.process.times(task as Task, this.batch, first);
    }
  }

  /** Measures what is due in a round; rounds count from 1. */
  async measure(round: number): Promise<void> {
    for (const [key, { warmUp, runs, every }] of Object.entries(this.process.peer.tasks)) {
      if ((round - 1) % every !== 0) continue;
      const task = key as Task;
      const rounds = this.#rounds.get(task) ?? new Map<number, number[]>();
      const times = await this.process.times(task, this.batch, warmUp + runs);
      rounds.set(round, times.slice(warmUp));
      this.#rounds.set(task, rounds);
    }
  }

  #timing(task: Task): Timing | undefined {
    const rounds = this.#rounds.get(task);
    return rounds && summarizeTimes([...rounds.values()].flat());
  }

  row(): Row {
    const { peer: { name, threads, epochBatches }, version } = this.process;
    const step = this.#timing("step")!, predict = this.#timing("predict");
    const epoch = this.#timing("epoch");
    return {
      name,
      version,
      threads,
      batch: this.batch,
      epochBatches,
      step,
      ...predict && { predict },
      ...epoch && { epoch },
      gflops: stepGflop(this.batch) / step.median * 1000,
      ...this.#loss !== undefined && { loss: this.#loss },
      stepByRound: Object.fromEntries(
        [...this.#rounds.get("step")!].map(([round, runs]) => [round, summarizeTimes(runs).median]),
      ),
    };
  }
}

/**
 * Times of all peers at all batch sizes, round by round, so that a busy machine slows all of them alike.
 *
 * A peer of a single step takes it at the first batch size.
 */
export async function measurePeers(
  peers: readonly Peer[],
  batches: readonly number[],
  rounds: number,
  onProgress: (text: string) => void,
): Promise<Row[]> {
  const processes: PeerProcess[] = [];
  for (const peer of peers) {
    onProgress(`starting ${describe(peer)}`);
    processes.push(await PeerProcess.start(peer));
  }
  const candidates = batches.flatMap((batch) =>
    processes.filter(({ peer }) => !isOnce(peer) || batch === batches[0])
      .map((process) => new Candidate(process, batch))
  );
  for (const candidate of candidates) {
    onProgress(`warming up ${describe(candidate.process.peer)}, batch ${candidate.batch}`);
    await candidate.warmUp();
  }
  for (let round = 1; round <= rounds; round++) {
    onProgress(`round ${round} of ${rounds}`);
    for (const candidate of candidates) await candidate.measure(round);
  }
  await Promise.all(processes.map((process) => process.stop()));
  return candidates.map((candidate) => candidate.row());
}

/** How many times as fast as another a peer takes its steps; the median over rounds. */
export interface Ratio {
  readonly median: number;
  /** The middle half of the rounds lies between these. */
  readonly quartiles: readonly [number, number];
}

/** The median of each round's ratio; at least one. */
export function summarizeRatios(ratios: readonly number[]): Ratio {
  const { median, quartiles } = summarizeTimes(ratios);
  return { median, quartiles };
}

/** Compares two peers round by round, as the machine's speed changes from one round to the next. */
export function speedRatio(of: Row, to: Row): Ratio {
  const ratios: number[] = [];
  for (const [round, time] of Object.entries(of.stepByRound)) {
    const other = to.stepByRound[Number(round)];
    if (other !== undefined) ratios.push(other / time);
  }
  return summarizeRatios(ratios);
}
