import { dirname } from "node:path";

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
    if (typeof content === "string") await Deno.writeTextFile(temporary, content);
    else if (content instanceof Uint8Array) await Deno.writeFile(temporary, content);
    else await Deno.writeFile(temporary, ReadableStream.from(content));
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}
