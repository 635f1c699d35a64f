import * as tf from "@tensorflow/tfjs";
import { join } from "node:path";
import { InputError } from "lib/errors.ts";
import { readJsonIfThere, sha256 } from "lib/files.ts";
import { loadedCode } from "lib/model/loaded_code.ts";
import type { Machine } from "lib/report/machine.ts";
import type { JsonValue, Study, Trainer, Trial } from "lib/study/study.ts";

/** What made a trial's figures, beside its settings and seed. */
export interface Origin {
  /** SHA-256 (hex) of the code that trains: the engine, the models, and the study's trainer. */
  readonly code: string;
  /** The digits, by digests. */
  readonly data: Readonly<Record<string, string>>;
  /** TensorFlow.js's backend. */
  readonly backend: string;
  /** TensorFlow.js's version. */
  readonly tensorflowjs: string;
}

/** The content of a trial's file. */
export interface TrialResult extends Trial {
  readonly figures: JsonValue;
  /** Wall-clock time. */
  readonly seconds: number;
  readonly origin: Origin;
  readonly machine: Machine;
}

/** What makes the figures of a study's trials, now, in this process. */
export async function originOf(study: Study, backend: string): Promise<Origin> {
  const trainer: Trainer = await import(study.trainer.href);
  const { digest, changed } = await loadedCode();
  if (changed.length > 0) throw new InputError(`${changed.join(", ")} changed: start again.`);
  const { identity } = await trainer.load();
  return {
    code: sha256(digest + sha256(await Deno.readFile(study.trainer))),
    data: identity,
    backend,
    tensorflowjs: tf.version.tfjs,
  };
}

/** The file of a trial's result: named by the digest of all that made it. */
export function resultPath(folder: string, { settings, seed }: Trial, origin: Origin): string {
  const digest = sha256(JSON.stringify([settings, seed, origin]));
  return join(folder, `${digest.slice(0, 16)}.json`);
}

/** The trials' results, `undefined` where there is none. Files are written whole, so they are whole. */
export async function readResults(
  folder: string,
  trials: readonly Trial[],
  origin: Origin,
): Promise<(TrialResult | undefined)[]> {
  return await Promise.all(trials.map((trial) =>
    readJsonIfThere<TrialResult>(
      resultPath(folder, trial, origin),
      "delete it, and the trial is run again",
    )
  ));
}
