/**
 * Which digits a load takes: those in a folder, or else downloaded ones, or else drawn ones.
 * @module
 */
import { join } from "node:path";
import { fileError } from "lib/dataset/bytes.ts";
import {
  BACKGROUND_LIMITS,
  DownloadError,
  type DownloadLimits,
  FOREGROUND_LIMITS,
  mayReach,
} from "lib/dataset/download.ts";
import { fetchKaggle, findKaggleCredentials, type KaggleOptions } from "lib/dataset/kaggle.ts";
import { findSource, requireSource } from "lib/dataset/locate.ts";
import { fetchMnist, MNIST_MIRRORS, type MnistOptions } from "lib/dataset/mnist_mirrors.ts";
import { type Source, SYNTHETIC, syntheticSource } from "lib/dataset/source.ts";
import { InputError } from "lib/errors.ts";
import { writeFileAtomically } from "lib/files.ts";
import { waitForLock } from "lib/lock.ts";

/** How long a failed download is not tried again. */
const FAILURE_HOLDS_MS = 30 * 60 * 1000;

/** Where digits can be taken from, in the order in which they are looked for. */
export const SOURCE_NAMES = ["files", "kaggle", "mnist", SYNTHETIC] as const;
/** One of {@linkcode SOURCE_NAMES}. */
export type SourceName = typeof SOURCE_NAMES[number];

/** Options of {@linkcode resolveSource}. */
export interface ResolveOptions
  extends Omit<MnistOptions, "limits">, Omit<KaggleOptions, "limits"> {
  /** Folder with digits, or to download them to; a file; or `synthetic`. */
  readonly path: string;
  /** Whether a user named the path: then it must have digits, unless `source` says how to get them. */
  readonly pathIsNamed?: boolean;
  /** Default: the first that can be had. */
  readonly source?: SourceName;
  /** Where it is noted that nothing could be downloaded. */
  readonly cache: string;
  /** A user waits for the digits: downloads get more time, and one that failed is tried again. */
  readonly isForeground?: boolean;
  /** How long downloads may take; default by `isForeground`. */
  readonly limits?: DownloadLimits;
}

/**
 * Finds digits, or else downloads Kaggle's (with credentials) or MNIST's, or else draws them. In the
 * background that takes seconds without a network, and is not tried again for half an hour.
 *
 * @throws {InputError} If the path or the source that was named has no digits.
 */
export async function resolveSource(options: ResolveOptions): Promise<Source> {
  const { path, pathIsNamed = false, isForeground = false } = options;
  const limits = options.limits ?? (isForeground ? FOREGROUND_LIMITS : BACKGROUND_LIMITS);
  const source = options.source ?? (path === SYNTHETIC ? SYNTHETIC : undefined);
  if (source === SYNTHETIC) return syntheticSource();
  // Where that fails, what follows says why.
  if (!pathIsNamed) await Deno.mkdir(path, { recursive: true }).catch(() => {});
  if (source === "files") return await requireSource(path);
  if (source !== undefined) {
    using _lock = await lockDownloads(path, options.onProgress);
    return await (source === "kaggle" ? fetchKaggle : fetchMnist)(path, { ...options, limits });
  }
  const found = await (pathIsNamed ? requireSource : findSource)(path);
  if (found !== undefined) return found;
  if (isForeground) await Deno.remove(failureNote(options.cache)).catch(() => {});
  return await downloadOrDraw({ ...options, limits });
}

/** Does not fail: `onProgress` gets what goes wrong. */
async function downloadOrDraw(
  options: ResolveOptions & { readonly limits: DownloadLimits },
): Promise<Source> {
  const { path, cache, onProgress, mirrors = MNIST_MIRRORS } = options;
  const draw = (reason: string): Source => {
    onProgress(
      `No digits found, and ${reason}. ` +
        "Synthetic digits are drawn instead: they are not real handwriting. See data/README.md.",
    );
    return syntheticSource();
  };
  const reachable = await Promise.all(mirrors.map((mirror) => mayReach(new URL(mirror))));
  if (!reachable.includes(true)) return draw("this command may not download any");
  using _lock = await lockDownloads(path, onProgress);
  const found = await findSource(path);
  if (found !== undefined) return found;
  if (await failedRecently(cache)) {
    return draw("none could be downloaded recently (deno task data tries again)");
  }
  try {
    if (await findKaggleCredentials(options.environment)) return await fetchKaggle(path, options);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    onProgress(error.message);
  }
  try {
    return await fetchMnist(path, options);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    // Without the note the next load only waits for the network again.
    await writeFileAtomically(failureNote(cache), "").catch(() => {});
    const reason = error.cause instanceof DownloadError ? error.cause.message : error.message;
    return draw(`MNIST can't be downloaded (${reason})`);
  }
}

function failureNote(cache: string): string {
  return join(cache, "nothing-downloaded");
}

async function failedRecently(cache: string): Promise<boolean> {
  try {
    const { mtime } = await Deno.stat(failureNote(cache));
    const age = mtime === null ? Infinity : Date.now() - mtime.getTime();
    // A note from the future (the clock was set back) does not count.
    return age >= 0 && age < FAILURE_HOLDS_MS;
  } catch {
    return false;
  }
}

/** Two downloads of the same files would write to one partial file: the second waits for the first. */
async function lockDownloads(
  folder: string,
  onProgress: (message: string) => void,
): Promise<Disposable> {
  try {
    return await waitForLock(
      join(folder, ".download.lock"),
      "a download",
      (holder) => onProgress(`Waiting for ${holder}, which writes digits to ${folder}.`),
    );
  } catch (error) {
    throw fileError(error, "written", folder);
  }
}
