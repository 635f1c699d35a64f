/**
 * A process that runs trials, one after the other. Messages are lines of JSON: an
 * {@linkcode Assignment} comes in, {@linkcode Reply} lines go out, until the input ends.
 *
 * @module
 */
import { writeFileAtomically } from "lib/files.ts";
import { InputError } from "lib/errors.ts";
import { useBackend } from "lib/model/mod.ts";
import { machine } from "lib/report/machine.ts";
import { readSettings } from "lib/settings.ts";
import type { Origin, TrialResult } from "lib/study/results.ts";
import type { Trainer, Trial } from "lib/study/study.ts";
import { TextLineStream } from "lib/text_lines.ts";

/** A trial to be run. */
export interface Assignment {
  /** URL of the trainer's module: the same in all assignments of a worker. */
  readonly trainer: string;
  readonly trial: Trial;
  readonly origin: Origin;
  /** Where the result goes. */
  readonly path: string;
}

/** What a worker says of its trial. */
export type Reply =
  /** So much is done, 0..1. */
  | { readonly done: number }
  /** The result is written. */
  | { readonly seconds: number }
  /** It failed, for this reason. */
  | { readonly error: string };

function reply(message: Reply): void {
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(message) + "\n"));
}

let loaded: { trainer: Trainer; data: unknown } | undefined;

async function load(url: string): Promise<NonNullable<typeof loaded>> {
  await useBackend(readSettings());
  const trainer: Trainer = await import(url);
  return { trainer, data: (await trainer.load()).data };
}

async function run({ trainer: url, trial, origin, path }: Assignment): Promise<number> {
  loaded ??= await load(url);
  const { trainer, data } = loaded;
  const start = performance.now();
  const figures = await trainer.run(trial, data, (done) => reply({ done }));
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  const result: TrialResult = {
    ...trial,
    figures,
    seconds,
    origin,
    machine: machine(readSettings()),
  };
  await writeFileAtomically(path, JSON.stringify(result, null, 1) + "\n");
  return seconds;
}

// What a trainer or a package prints must not be taken for a reply.
// deno-lint-ignore no-console
console.log = console.error;

let last = Promise.resolve();
const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream())
  .pipeThrough(new TextLineStream());
for await (const line of lines) {
  last = last.then(async () => {
    try {
      reply({ seconds: await run(JSON.parse(line)) });
    } catch (error) {
      const isUsers = error instanceof InputError;
      reply({ error: isUsers ? error.message : (error as Error).stack ?? String(error) });
    }
  });
}
// Who gave the work is gone: a trial that is still running would have nobody to report to.
Deno.exit();
