import { InputError } from "lib/errors.ts";
import type { Machine } from "lib/report/machine.ts";
import type { JsonValue } from "lib/study/study.ts";
import { type Origin, originOf, readResult, resultPath } from "lib/study/results.ts";
import type { Study, Trainer, Trial } from "lib/study/study.ts";

/** All results of a study in one value, small enough to be kept with the code. */
export interface StudySummary {
  readonly study: string;
  readonly description: string;
  /** What makes it again. */
  readonly command: string;
  readonly origin: Origin;
  /** The machines that ran the trials, each once. */
  readonly machines: readonly Machine[];
  /** Wall-clock times of all trials together. */
  readonly seconds: number;
  readonly trials: readonly (Trial & { readonly figures: JsonValue })[];
}

/**
 * Gathers the results of a study.
 *
 * @throws {InputError} If trials are missing.
 */
export async function summarizeStudy(
  name: string,
  study: Study,
  { folder, backend }: { readonly folder: string; readonly backend: string },
): Promise<StudySummary> {
  const trainer: Trainer = await import(study.trainer.href);
  const origin = await originOf(study, trainer, backend);
  const results = await Promise.all(
    study.trials.map((trial) => readResult(resultPath(folder, trial, origin))),
  );
  const found = results.filter((result) => result !== undefined);
  const command = `deno task study ${name}`;
  if (found.length < results.length) {
    throw new InputError(
      `${folder} has ${found.length} of ${results.length} trials of this study, by this code and ` +
        `with these digits; \`${command}\` runs the others.`,
    );
  }
  const machines = new Map(found.map(({ machine }) => [JSON.stringify(machine), machine]));
  return {
    study: name,
    description: study.description,
    command: `${command} && ${command} --summary`,
    origin,
    machines: [...machines.values()],
    seconds: Math.round(found.reduce((sum, { seconds }) => sum + seconds, 0)),
    // In the words of today: names are no part of what made a trial.
    trials: study.trials.map((trial, i) => ({ ...trial, figures: rounded(found[i]!.figures) })),
  };
}

/** Six decimals: a thirtieth of one image in 33,600. */
function rounded(figures: JsonValue): JsonValue {
  return JSON.parse(
    JSON.stringify(figures, (_, value) => typeof value === "number" ? +value.toFixed(6) : value),
  );
}
