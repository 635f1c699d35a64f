import { type Engine, startEngine } from "./engine.ts";
import { summarizeTimes, times } from "./measure.ts";
import { type Ratio, summarizeRatios } from "./rounds.ts";

/** How many times as fast two threads are as one, in the same rounds. */
export interface Scaling {
  readonly batch: number;
  /** Of a step of training. */
  readonly step: Ratio;
  /** Of nothing but multiply-adds, an equal number on each thread: what the machine gives. */
  readonly multiplyAdds: Ratio;
}

/** Runs that do not count, so that a worker that slept has a core again, and runs that do. */
const WARM_UP = 10;
const RUNS = 15;

async function medianTime(fn: () => unknown): Promise<number> {
  return summarizeTimes((await times(WARM_UP + RUNS, fn)).slice(WARM_UP)).median;
}

/** Compares two threads with one, in one process and by turns, beside what the machine itself gives. */
export async function measureScaling(batch: number, rounds: number): Promise<Scaling> {
  const engines = [await startEngine(1, batch), await startEngine(2, batch)];
  const byTurns = async (time: (engine: Engine) => Promise<number>): Promise<number[]> => {
    const result: number[] = [];
    for (const engine of engines) {
      await engine.use();
      result.push(await time(engine));
    }
    return result;
  };
  const steps: number[] = [], loops: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const [oneStep, twoSteps] = await byTurns(({ step }) => medianTime(step));
    steps.push(oneStep! / twoSteps!);
    const [oneLoop, twoLoops] = await byTurns(({ multiplyAdds }) => medianTime(multiplyAdds));
    loops.push(2 * oneLoop! / twoLoops!);
  }
  for (const engine of engines) engine.stop();
  return { batch, step: summarizeRatios(steps), multiplyAdds: summarizeRatios(loops) };
}
