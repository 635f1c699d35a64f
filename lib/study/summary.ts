import { InputError } from "lib/errors.ts";
import type { Machine } from "lib/report/machine.ts";
import { type Origin, originOf, readResults } from "lib/study/results.ts";
import type { JsonValue, Study, Trial } from "lib/study/study.ts";

/** All results of a study in one value, small enough to be kept with the code. */
export interface StudySummary {
  /** The study's name. */
  readonly study: string;
  /** The question that it answers. */
  readonly description: string;
  /** What makes it again. */
  readonly command: string;
  /** Trials that have not been run. */
  readonly missing: number;
  /** What made the figures, beside the trials' settings and seeds. */
  readonly origin: Origin;
  /** The machines that ran the trials, each once. */
  readonly machines: readonly Machine[];
  /** Wall-clock times of all trials together. */
  readonly seconds: number;
  /** The trials that have been run, with their figures. */
  readonly trials: readonly (Trial & { readonly figures: JsonValue })[];
}

/**
 * Gathers the results of a study, as far as they are there.
 *
 * @throws {InputError} If there are none.
 */
export async function summarizeStudy(
  name: string,
  study: Study,
  { folder, backend }: { readonly folder: string; readonly backend: string },
): Promise<StudySummary> {
  const origin = await originOf(study, backend);
  const results = await readResults(folder, study.trials, origin);
  const done = study.trials.flatMap((trial, i) =>
    results[i] === undefined ? [] : [{ trial, result: results[i] }]
  );
  const command = `deno task study ${name}`;
  if (done.length === 0) {
    throw new InputError(
      `${folder} has no trial of this study by this code and with these digits; ` +
        `\`${command}\` runs them.`,
    );
  }
  const machines = new Map(
    done.map(({ result: { machine } }) => [JSON.stringify(machine), machine]),
  );
  return {
    study: name,
    description: study.description,
    command: `${command} && ${command} --summary`,
    missing: results.length - done.length,
    origin,
    machines: [...machines.values()],
    seconds: Math.round(done.reduce((sum, { result }) => sum + result.seconds, 0)),
    // Today's names: they are not part of a trial's identity.
    trials: done.map(({ trial, result }) => ({ ...trial, figures: rounded(result.figures) })),
  };
}

/** Six decimals: a thirtieth of one image in 33,600. */
function rounded(figures: JsonValue): JsonValue {
  return JSON.parse(
    JSON.stringify(figures, (_, value) => typeof value === "number" ? +value.toFixed(6) : value),
  );
}
