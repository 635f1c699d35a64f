/** Files: written whole or not at all, and identified by their content. @module */
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { InputError } from "lib/errors.ts";

/** SHA-256 of bytes, or of a text in UTF-8, in hexadecimal. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** SHA-256 of a file, or `undefined` if there is none. */
export async function sha256OfFile(path: string): Promise<string | undefined> {
  const bytes = await readFileIfThere(path);
  return bytes && sha256(bytes);
}

/** The bytes of a file, or `undefined` if there is none. */
export async function readFileIfThere(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return await Deno.readFile(path).catch(ifAbsent);
}

/** The text of a file, or `undefined` if there is none. */
export async function readTextIfThere(path: string | URL): Promise<string | undefined> {
  return await Deno.readTextFile(path).catch(ifAbsent);
}

/**
 * The value in a JSON file, or `undefined` if there is none.
 *
 * @param advice What to do about a file that is not JSON, for the message.
 * @throws {InputError} If it is not JSON.
 */
export async function readJsonIfThere<T>(
  path: string | URL,
  advice: string,
): Promise<T | undefined> {
  const text = await readTextIfThere(path);
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    throw new InputError(`${path instanceof URL ? path.pathname : path} is not JSON; ${advice}.`);
  }
}

/** Removes a file, if there is one. */
export async function removeIfThere(path: string): Promise<void> {
  await Deno.remove(path).catch(ifAbsent);
}

/** Paths of all files in a folder and below it, relative to it, sorted; none if it is not there. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ifAbsent);
  return (entries ?? []).filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort();
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
      ifAbsent(error);
    }
  }
}

/** For `catch`: `undefined` if a file is not there; throws any other error. */
function ifAbsent(error: unknown): undefined {
  if (!["ENOENT", "ENOTDIR"].includes((error as { code?: string }).code ?? "")) throw error;
}
