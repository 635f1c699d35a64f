/** Files: written whole or not at all, and identified by their content. @module */
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

/** SHA-256 of bytes, or of a text in UTF-8, in hexadecimal. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** SHA-256 of a file, or `undefined` if there is none. */
export async function sha256OfFile(path: string): Promise<string | undefined> {
  try {
    return sha256(await Deno.readFile(path));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Paths of all files in a folder and below it, relative to it, sorted; none if it is not there. */
export async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort();
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/**
 * Writes a file so that a reader sees the old content or the new, never a part: the bytes go to a
 * file beside it, which is then renamed. Creates missing folders.
 *
 * @param content A text, bytes, or parts to be written one after the other.
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array | readonly Uint8Array[],
): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${Deno.pid}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    using file = await Deno.open(temporary, { write: true, createNew: true });
    // The lock ends with this process: removeAbandoned takes an unlocked file for one that a killed process left.
    await file.lock(true);
    const parts = typeof content === "string" ? new TextEncoder().encode(content) : content;
    for (const part of parts instanceof Uint8Array ? [parts] : parts) {
      for (let at = 0; at < part.length;) at += await file.write(part.subarray(at));
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/** Removes the temporary files of killed processes, in a folder and below it. */
export async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await filesBelow(folder)) {
    if (!/\.\d+\.[0-9a-f]{8}\.tmp$/.test(name)) continue;
    const path = join(folder, name);
    try {
      using file = await Deno.open(path, { write: true });
      if (await file.tryLock(true)) await Deno.remove(path);
    } catch (error) {
      // Another process may have finished or removed it.
      if (!isAbsent(error)) throw error;
    }
  }
}

function isAbsent(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes((error as { code?: string }).code ?? "");
}
