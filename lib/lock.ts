/**
 * Advisory locks between processes; the system frees them when the process ends.
 * @module
 */
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Milliseconds between two attempts to get a lock that another process has. */
const RETRY_MS = 200;

/**
 * Takes the lock on a path; gives `undefined` if it is taken. The lock ends with its disposal, or
 * with the process.
 *
 * The file at `path` is made, says who holds the lock, and is removed with it.
 */
export async function tryLock(path: string, holder: string): Promise<Disposable | undefined> {
  await Deno.mkdir(dirname(path), { recursive: true });
  while (true) {
    const file = await Deno.open(path, { read: true, write: true, create: true });
    let isMine = false;
    try {
      if (!await file.tryLock(true)) return undefined;
      // The holder before may have removed this file since it was opened: then the lock is void.
      isMine = (await file.stat()).ino === (await inodeOf(path));
      if (!isMine) continue;
      await file.truncate();
      await file.write(new TextEncoder().encode(`${holder}, process ${Deno.pid}`));
    } finally {
      if (!isMine) file.close();
    }
    return { [Symbol.dispose]: () => release(path, file) };
  }
}

function release(path: string, file: Deno.FsFile): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Windows keeps a file that is open. An old file without a lock does no harm.
  }
  file.close();
}

/** Takes the lock as soon as it is free. Calls `onWait` once with the holder, if there is one. */
export async function waitForLock(
  path: string,
  holder: string,
  onWait: (holder: string) => void,
): Promise<Disposable> {
  for (let attempt = 0;; attempt++) {
    const lock = await tryLock(path, holder);
    if (lock !== undefined) return lock;
    if (attempt === 0) onWait(await lockHolder(path));
    await delay(RETRY_MS);
  }
}

/** Who holds a lock, for messages. */
export async function lockHolder(path: string): Promise<string> {
  // Windows does not let others read a locked file; and the holder may have ended since.
  return await Deno.readTextFile(path).catch(() => "") || "another process";
}

async function inodeOf(path: string): Promise<number | null | undefined> {
  return await Deno.stat(path).then(({ ino }) => ino, () => undefined);
}
