/**
 * The outputs folder: one writer at a time.
 * @module
 */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { InputError } from "lib/errors.ts";
import { lockHolder, tryLock } from "lib/lock.ts";
import { currentRun } from "lib/run_context.ts";

/** A notebook has the lock for a moment only, while it records figures. */
const ATTEMPTS = 5;

/** The lock's file in an outputs folder. */
export const LOCK_FILE = ".lock";

/**
 * Makes this process the only writer of an outputs folder until disposal, or until it ends, however
 * it ends. The kernels of a run write on its behalf: they need no lock of their own.
 *
 * @param writer What writes, for the message to another one: "`deno task train`".
 * @throws {InputError} If another process writes there.
 */
export async function lockOutputs(outputs: string, writer: string): Promise<Disposable> {
  if (currentRun() !== undefined) return { [Symbol.dispose](): void {} };
  const path = join(outputs, LOCK_FILE);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await delay(200);
    const lock = await tryLock(path, writer);
    if (lock !== undefined) return lock;
  }
  throw new InputError(
    `${outputs} is being written by ${await lockHolder(path)}; wait until it is done, or choose ` +
      "another folder (--out, DIGIT_RECOGNIZER_OUTPUTS).",
  );
}
