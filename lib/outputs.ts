/**
 * The outputs folder: one writer at a time.
 * @module
 */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { InputError } from "lib/errors.ts";
import { lockHolder, tryLock, waitForLock } from "lib/lock.ts";
import { currentRun } from "lib/run_context.ts";

/** A training or a notebook has the lock for a moment only, while it saves. */
const ATTEMPTS = 5;

/** The lock's file in an outputs folder. */
export const LOCK_FILE = ".lock";

/** The kernels of a run write on its behalf: they need no lock of their own. */
const NO_LOCK: Disposable = { [Symbol.dispose](): void {} };

/**
 * Makes this process the only writer of an outputs folder until disposal, or until it ends, however
 * it ends.
 *
 * @param writer What writes, for the message to another one: "`deno task report`".
 * @throws {InputError} If another process writes there.
 */
export async function lockOutputs(outputs: string, writer: string): Promise<Disposable> {
  if (currentRun() !== undefined) return NO_LOCK;
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

/**
 * As {@linkcode lockOutputs}, but waits for another writer, and says so: for what has been computed
 * and must not be lost.
 */
export async function waitForOutputs(outputs: string, writer: string): Promise<Disposable> {
  if (currentRun() !== undefined) return NO_LOCK;
  return await waitForLock(join(outputs, LOCK_FILE), writer, (holder) => {
    // deno-lint-ignore no-console
    console.warn(`Waiting for ${holder}, which writes to ${outputs}.`);
  });
}
