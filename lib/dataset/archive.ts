/**
 * Reading one file out of Kaggle's zip.
 * @module
 */
import { ERR_UNSAFE_FILENAME, type FileEntry, Uint8ArrayReader, ZipReader } from "@zip.js/zip.js";
import { ADVICE, MAX_BYTES } from "lib/dataset/bytes.ts";
import { InputError } from "lib/errors.ts";

function depth(entry: FileEntry): number {
  return entry.filename.split("/").length;
}

/** Inflates an entry and checks its size; the library checks its CRC-32. */
async function inflateEntry(
  entry: FileEntry,
  label: string,
  maxBytes: number,
): Promise<Uint8Array> {
  const size = entry.uncompressedSize;
  if (size > maxBytes) {
    throw new InputError(
      `${label}: inflates to ${size} bytes; expected at most ${maxBytes}. ${ADVICE}`,
    );
  }
  const bytes = new Uint8Array(size);
  let length = 0;
  const sink = new WritableStream<Uint8Array>({
    write(piece): void {
      if (length + piece.length > size) throw new Error(`more than the ${size} bytes announced`);
      bytes.set(piece, length);
      length += piece.length;
    },
  });
  await entry.getData(sink, { checkSignature: true });
  if (length !== size) throw new Error(`${length} bytes instead of the ${size} announced`);
  return bytes;
}

/**
 * Reads one file of a zip archive; it may be in a folder of the archive. Nothing is unpacked to disk.
 *
 * @param archive The zip's bytes.
 * @param name Such as `train.csv`.
 * @param file The archive's name, for messages.
 * @throws {InputError} If the archive is damaged, cut short or encrypted, lacks the file, has an entry
 * that points outside its folder, or inflates to more than `maxBytes`.
 */
export async function readZipEntry(
  archive: Uint8Array,
  name: string,
  file: string,
  maxBytes: number = MAX_BYTES,
): Promise<Uint8Array> {
  // For one file, workers are no faster.
  const reader = new ZipReader(new Uint8ArrayReader(archive), { useWebWorkers: false });
  try {
    const entries = await reader.getEntries();
    const [entry, second] = entries
      .filter((entry): entry is FileEntry => !entry.directory)
      .filter((entry) => entry.filename.split("/").at(-1) === name)
      .sort((a, b) => depth(a) - depth(b));
    if (entry === undefined) {
      const names = entries.slice(0, 5).map((entry) => entry.filename).join(", ");
      throw new InputError(
        `${file} has no ${name}; it has ${entries.length === 0 ? "no files" : names}. ${ADVICE}`,
      );
    }
    if (second !== undefined && depth(second) === depth(entry)) {
      throw new InputError(
        `${file} has ${entry.filename} and ${second.filename}; expected one ${name}. ${ADVICE}`,
      );
    }
    if (entry.encrypted) throw new InputError(`${file}: ${name} is encrypted. ${ADVICE}`);
    return await inflateEntry(entry, `${file}, ${name}`, maxBytes);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { message, filename } = error as Error & { filename?: string };
    if (message === ERR_UNSAFE_FILENAME) {
      throw new InputError(
        `${file}: the entry ${
          JSON.stringify(filename)
        } points outside the archive's folder. ${ADVICE}`,
      );
    }
    throw new InputError(`${file} is damaged or cut short (${message}). ${ADVICE}`);
  } finally {
    await reader.close();
  }
}
