import { originOf, readResults, resultPath } from "lib/study/results.ts";
import { type Share, takeShare } from "lib/study/share.ts";
import type { Study, Trial } from "lib/study/study.ts";
import { WorkerProcess } from "lib/study/worker_process.ts";

/** What {@linkcode runStudy} tells while it runs. */
export interface StudyProgress {
  /** Once, before the first trial. */
  start(
    counts: { readonly trials: number; readonly missing: number; readonly workers: number },
  ): void;
  /** Of the trials that were missing, so many are done; of the running ones in part. */
  running(done: number): void;
  /** A trial is done. */
  finished(trial: Trial, seconds: number): void;
  /** A trial failed; the others go on. */
  failed(trial: Trial, reason: string): void;
}

/** How {@linkcode runStudy} runs. */
export interface RunStudyOptions {
  /** Where results are: all that workers and machines share. */
  readonly folder: string;
  /** TensorFlow.js's backend. */
  readonly backend: string;
  /** Cores to use. */
  readonly threads: number;
  /** The part of the trials that is this process's. */
  readonly share: Share;
  /** Gets the progress of the study. */
  readonly progress: StudyProgress;
}

/**
 * Runs the trials of a study whose results are not there yet, each in a file of its own.
 *
 * Each core has a worker process with an engine of one thread, which is quicker than one trial after
 * the other on all cores. Only where there are fewer trials than cores does a trial get several.
 *
 * @returns Whether all trials of this share have a result now.
 */
export async function runStudy(
  study: Study,
  { folder, backend, threads, share, progress }: RunStudyOptions,
): Promise<boolean> {
  const origin = await originOf(study, backend);
  const trials = takeShare(study.trials, share);
  const results = await readResults(folder, trials, origin);
  const missing = trials.filter((_, i) => results[i] === undefined);
  const workers = Math.min(threads, missing.length);
  progress.start({ trials: trials.length, missing: missing.length, workers });
  await Deno.mkdir(folder, { recursive: true });

  const parts = new Map(missing.map((trial) => [trial, 0]));
  const note = (trial: Trial, done: number): void => {
    parts.set(trial, done);
    progress.running([...parts.values()].reduce((sum, part) => sum + part, 0));
  };
  const queue = [...missing];
  let failures = 0;
  const work = async (): Promise<void> => {
    let worker: WorkerProcess | undefined;
    for (let trial = queue.shift(); trial !== undefined; trial = queue.shift()) {
      const current = trial;
      const path = resultPath(folder, current, origin);
      worker ??= new WorkerProcess(folder, Math.floor(threads / workers));
      const outcome = await worker.run(
        { trainer: study.trainer.href, trial: current, origin, path },
        (done) => note(current, done),
      );
      note(current, 1);
      if ("seconds" in outcome) {
        progress.finished(current, outcome.seconds);
        continue;
      }
      failures++;
      progress.failed(current, outcome.error);
      await worker.stop();
      worker = undefined;
    }
    await worker?.stop();
  };
  await Promise.all(Array.from({ length: workers }, work));
  return failures === 0;
}
