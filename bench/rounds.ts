import { summarizeTimes, type Timing } from "./measure.ts";
import { isOnce, type Peer, type Schedule, type Task } from "./peers.ts";
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

function isDue({ rounds }: Schedule, round: number): boolean {
  return rounds === "all" || round === 1 || (rounds === "fourth" && round % 4 === 1);
}

/** A peer's process with what was measured on it, round by round. */
class Candidate {
  readonly #rounds = new Map<Task, Map<number, number[]>>();
  #loss: number | undefined;

  constructor(readonly process: PeerProcess, readonly batch: number) {}

  /** Takes the loss of the first steps and compiles what is measured more than once. */
  async warmUp(): Promise<void> {
    const { peer } = this.process;
    if (isOnce(peer)) return;
    this.#loss = (await this.process.losses(CHECKED_STEPS + 1)).at(-1);
    for (const [task, { rounds }] of Object.entries(peer.tasks)) {
      if (task !== "step" && rounds !== "first") await this.process.times(task as Task, 1);
    }
  }

  async measure(round: number): Promise<void> {
    for (const [key, schedule] of Object.entries(this.process.peer.tasks)) {
      if (!isDue(schedule, round)) continue;
      const task = key as Task;
      const rounds = this.#rounds.get(task) ?? new Map<number, number[]>();
      this.#rounds.set(task, rounds.set(round, await this.process.times(task, schedule.runs)));
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

/** Times of all peers at one batch size, round by round, so that a busy machine slows all of them alike. */
export async function measurePeers(
  peers: readonly Peer[],
  batch: number,
  rounds: number,
  onProgress: (text: string) => void,
): Promise<Row[]> {
  const candidates: Candidate[] = [];
  for (const peer of peers) {
    onProgress(`batch ${batch}: starting ${describe(peer)}`);
    const candidate = new Candidate(await PeerProcess.start(peer, batch), batch);
    await candidate.warmUp();
    candidates.push(candidate);
  }
  for (let round = 1; round <= rounds; round++) {
    onProgress(`batch ${batch}: round ${round} of ${rounds}`);
    for (const candidate of candidates) await candidate.measure(round);
  }
  await Promise.all(candidates.map(({ process }) => process.stop()));
  return candidates.map((candidate) => candidate.row());
}

/** How many times as fast as another a peer takes its steps; the median over rounds. */
export interface Ratio {
  readonly median: number;
  /** The middle half of the rounds lies between these. */
  readonly quartiles: readonly [number, number];
}

/** Compares two peers round by round, as the machine's speed changes from one round to the next. */
export function speedRatio(of: Row, to: Row): Ratio {
  const ratios: number[] = [];
  for (const [round, time] of Object.entries(of.stepByRound)) {
    const other = to.stepByRound[Number(round)];
    if (other !== undefined) ratios.push(other / time);
  }
  const { median, quartiles } = summarizeTimes(ratios);
  return { median, quartiles };
}
