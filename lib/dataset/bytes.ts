/**
 * The bytes of data files: read, inflated within bounds, hashed.
 * @module
 */
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { InputError } from "lib/errors.ts";

/** What to do about a damaged file: the end of each message about one. */
export const ADVICE = "Download the file again: see data/README.md.";

/** Larger files are refused, inflated or not. Kaggle's `train.csv` has 77 MB. */
export const MAX_BYTES: number = 256 * 2 ** 20;

/** An error of the file system as a line for the user; any other error unchanged. */
export function fileError(error: unknown, action: string, path: string): unknown {
  if (error instanceof InputError) return error;
  const code = (error as { code?: string }).code;
  const reason = error instanceof Deno.errors.NotFound
    ? "there is no such file or folder; check the path"
    : error instanceof Deno.errors.NotCapable
    ? "this command has no permission of Deno's for it"
    : error instanceof Deno.errors.PermissionDenied
    ? "permission denied"
    : code === "EISDIR"
    ? "it is a folder; expected a file"
    : code === "ENOTDIR" || code === "EEXIST"
    ? "a part of the path is a file; expected a folder"
    : code === "ENOSPC"
    ? "the disk is full; make room and run this again"
    : code === "EROFS"
    ? "the file system is read-only"
    : code;
  return reason === undefined ? error : new InputError(`${path} can't be ${action}: ${reason}.`);
}

/**
 * Reads a file in pieces into one buffer, which for these sizes takes a third of the time of
 * `Deno.readFile`.
 *
 * @param onPiece Gets each piece in turn, while the next one is being read.
 */
export async function readBytes(
  path: string,
  onPiece: (piece: Uint8Array) => void = () => {},
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    // Opening a pipe would block, and a device has no size.
    const { isFile, isDirectory, size } = await Deno.stat(path);
    if (!isFile && !isDirectory) {
      throw new InputError(`${path} is a pipe, socket or device; expected a file.`);
    }
    if (size > MAX_BYTES) {
      throw new InputError(`${path} has ${size} bytes; expected at most ${MAX_BYTES}.`);
    }
    using file = await Deno.open(path);
    const bytes = new Uint8Array(size);
    const readFrom = (start: number): Promise<number | null> =>
      start < size ? file.read(bytes.subarray(start, start + 2 ** 22)) : Promise.resolve(null);
    let length = 0;
    let reading = readFrom(length);
    for (let read = await reading; read !== null; read = await reading) {
      const piece = bytes.subarray(length, length + read);
      length += read;
      reading = readFrom(length);
      onPiece(piece);
    }
    return bytes.subarray(0, length);
  } catch (error) {
    throw fileError(error, "read", path);
  }
}

/** A file's content. */
export interface HashedBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** Reads and hashes a file at the same time, which takes hardly longer than either alone. */
export async function readHashed(path: string): Promise<HashedBytes> {
  const hash = createHash("sha256");
  const bytes = await readBytes(path, (piece) => hash.update(piece));
  return { bytes, sha256: hash.digest("hex") };
}

/** Inflates gzip (recognised by its first two bytes); other bytes are returned as they are. */
export function inflate(
  bytes: Uint8Array,
  file: string,
  maxBytes: number = MAX_BYTES,
): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const { buffer, byteOffset, length } = gunzipSync(bytes, { maxOutputLength: maxBytes });
    return new Uint8Array(buffer, byteOffset, length);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const reason = code === "ERR_BUFFER_TOO_LARGE"
      ? `it inflates to more than ${maxBytes} bytes`
      : `the gzip data is damaged or cut short (${message})`;
    throw new InputError(`${file}: ${reason}. ${ADVICE}`);
  }
}
