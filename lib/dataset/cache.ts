/**
 * A binary copy of parsed digits, so that the next load is fast.
 *
 * A file holds one subset of one source:
 *
 * | bytes | content                                                             |
 * | ----- | ------------------------------------------------------------------- |
 * | 4     | `DGTS`                                                              |
 * | 4     | version of this format (all numbers unsigned, little-endian)        |
 * | 4     | CRC-32 of everything after it                                       |
 * | 4     | length of the header                                                |
 * |       | header, JSON: {@linkcode CacheHeader}                               |
 * | n     | labels, if the header says so                                       |
 * | 784 n | images                                                              |
 *
 * Its name and header carry the SHA-256 of the source, which is computed at each load, so a
 * changed source never gets an old cache, even with the same size and date.
 * @module
 */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { readBytes } from "lib/dataset/bytes.ts";
import { type Dataset, PIXELS, type Subset } from "lib/digits.ts";
import { removeAbandoned, writeFileAtomically } from "lib/files.ts";

const MAGIC = 0x53544744; // "DGTS"
const VERSION = 1;
const FIXED_BYTES = 16;

/** What is cached: a {@linkcode Dataset} without its source. */
export type CachedDigits = Omit<Dataset, "source">;

/** Which digits a cache holds. */
export interface CacheKey {
  /** Folder of the caches. */
  readonly folder: string;
  readonly kind: Dataset["source"]["kind"];
  readonly subset: Subset;
  /** SHA-256 of the source, in hexadecimal. */
  readonly sha256: string;
}

interface CacheHeader {
  readonly kind: string;
  readonly subset: string;
  readonly sha256: string;
  readonly n: number;
  readonly labelled: boolean;
  readonly t10kRows?: { readonly start: number; readonly end: number };
}

/** Path of the cache of a subset. */
export function cachePath({ folder, kind, subset, sha256 }: CacheKey): string {
  return join(folder, `${kind}-${subset}-${sha256.slice(0, 16)}.bin`);
}

function decode(bytes: Uint8Array, key: CacheKey): CachedDigits | undefined {
  if (bytes.length < FIXED_BYTES) return undefined;
  const fixed = new DataView(bytes.buffer, bytes.byteOffset, FIXED_BYTES);
  if (fixed.getUint32(0, true) !== MAGIC || fixed.getUint32(4, true) !== VERSION) return undefined;
  if (fixed.getUint32(8, true) !== crc32(bytes.subarray(12))) return undefined;
  const start = FIXED_BYTES + fixed.getUint32(12, true);
  const text = new TextDecoder().decode(bytes.subarray(FIXED_BYTES, start));
  const header = JSON.parse(text) as CacheHeader;
  const isWanted = header.kind === key.kind && header.subset === key.subset &&
    header.sha256 === key.sha256;
  if (!isWanted) return undefined;
  const images = start + (header.labelled ? header.n : 0);
  if (bytes.length !== images + header.n * PIXELS) return undefined;
  return {
    images: bytes.subarray(images),
    ...(header.labelled && { labels: bytes.subarray(start, images) }),
    ...(header.t10kRows && { t10kRows: header.t10kRows }),
  };
}

/** Reads a cache; `undefined` unless it is whole, of this version and of this source. */
export async function readCache(key: CacheKey): Promise<CachedDigits | undefined> {
  try {
    return decode(await readBytes(cachePath(key)), key);
  } catch {
    // An unusable cache is ignored: the source is read again.
    return undefined;
  }
}

/**
 * Writes a cache, whole or not at all, and removes temporary files of killed processes. Throws what the
 * file system throws.
 */
export async function writeCache(key: CacheKey, digits: CachedDigits): Promise<void> {
  const { images, labels, t10kRows } = digits;
  const header: CacheHeader = {
    kind: key.kind,
    subset: key.subset,
    sha256: key.sha256,
    n: images.length / PIXELS,
    labelled: labels !== undefined,
    ...(t10kRows && { t10kRows }),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const fixed = Buffer.alloc(FIXED_BYTES);
  fixed.writeUInt32LE(MAGIC, 0);
  fixed.writeUInt32LE(VERSION, 4);
  fixed.writeUInt32LE(text.length, 12);
  const body = [text, ...(labels ? [labels] : []), images];
  const checksum = body.reduce((crc, part) => crc32(part, crc), crc32(fixed.subarray(12)));
  fixed.writeUInt32LE(checksum, 8);
  await removeAbandoned(key.folder);
  await writeFileAtomically(cachePath(key), [fixed, ...body]);
}
