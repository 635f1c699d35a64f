import { appendFile } from "node:fs/promises";
import { InputError } from "lib/errors.ts";
import type { JsonValue } from "lib/study/study.ts";
import type { Trial, TrialData } from "lib/study/mod.ts";

/** A trial of the tests: it takes time, and may fail. */
export type Settings = { readonly milliseconds: number; readonly fails?: true };

export function load(): Promise<TrialData<null>> {
  return Promise.resolve({ data: null, identity: { version: "1" } });
}

/** Waits, and leaves a line in the log that `DIGIT_RECOGNIZER_TEST_LOG` names. */
export async function run(
  { settings: { milliseconds, fails }, seed }: Pick<Trial<Settings>, "settings" | "seed">,
  _data: null,
  onProgress: (done: number) => void,
): Promise<JsonValue> {
  const log = Deno.env.get("DIGIT_RECOGNIZER_TEST_LOG")!;
  await appendFile(log, JSON.stringify({ seed, pid: Deno.pid }) + "\n");
  // deno-lint-ignore no-console
  console.log("What a trainer prints is not taken for an answer.");
  for (let part = 1; part <= 4; part++) {
    await new Promise((resolve) => setTimeout(resolve, milliseconds / 4));
    onProgress(part / 4);
  }
  if (fails) throw new InputError("it was told to.");
  return { square: seed * seed };
}
