/**
 * Getting digits onto a machine that has none, without being asked to.
 * @module
 */
import { join } from "node:path";
import {
  DownloadError,
  IMPATIENT,
  mayReach,
  type Patience,
  PATIENT,
} from "lib/dataset/download.ts";
import { fileError } from "lib/dataset/bytes.ts";
import { fetchKaggle, findKaggleCredentials, type KaggleOptions } from "lib/dataset/kaggle.ts";
import { findSource, requireSource } from "lib/dataset/locate.ts";
import { fetchMnist, MNIST_MIRRORS, type MnistOptions } from "lib/dataset/mnist_mirrors.ts";
import { type Source, SYNTHETIC, syntheticSource } from "lib/dataset/source.ts";
import { InputError } from "lib/errors.ts";
import { writeFileAtomically } from "lib/files.ts";
import { waitForLock } from "lib/lock.ts";

/** How long a failed search for digits holds, so that the notebooks of a run all see the same ones. */
const FAILURE_HOLDS_MS = 30 * 60 * 1000;

/** Options of {@linkcode acquireDigits}. */
export interface AcquireOptions
  extends Omit<MnistOptions, "patience">, Omit<KaggleOptions, "patience"> {
  /** Where downloads go. */
  readonly folder: string;
  /** Where it is noted that nothing could be downloaded. */
  readonly cache: string;
  /** Default {@linkcode IMPATIENT}. */
  readonly patience?: Patience;
}

function failureNote(cache: string): string {
  return join(cache, "nothing-downloaded");
}

async function failedLately(cache: string): Promise<boolean> {
  try {
    const { mtime } = await Deno.stat(failureNote(cache));
    const age = mtime === null ? Infinity : Date.now() - mtime.getTime();
    // A clock that was set back must not make it hold for longer.
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
      (holder) => onProgress(`Waiting for ${holder}, which brings digits to ${folder}.`),
    );
  } catch (error) {
    throw fileError(error, "written", folder);
  }
}

/**
 * Downloads Kaggle's data if there are credentials, or else MNIST; where neither can be had, digits
 * are drawn. By default that takes seconds without a network, and isn't tried again for half an hour.
 *
 * Does not fail: what goes wrong is told through `onProgress`.
 */
export async function acquireDigits(options: AcquireOptions): Promise<Source> {
  const { folder, cache, onProgress, patience = IMPATIENT, mirrors = MNIST_MIRRORS } = options;
  const draw = (reason: string): Source => {
    onProgress(
      `No digits found, and ${reason}. ` +
        "Synthetic digits are drawn instead: they are not real handwriting. See data/README.md.",
    );
    return syntheticSource();
  };
  const reachable = await Promise.all(mirrors.map((mirror) => mayReach(new URL(mirror))));
  if (!reachable.includes(true)) return draw("this command may not download any");
  using _lock = await lockDownloads(folder, onProgress);
  const found = await findSource(folder);
  if (found !== undefined) return found;
  if (await failedLately(cache)) {
    return draw("none could be downloaded lately (deno task data tries again)");
  }
  try {
    if (await findKaggleCredentials(options.environment)) {
      return await fetchKaggle(folder, { ...options, patience });
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    onProgress(error.message);
  }
  try {
    return await fetchMnist(folder, { ...options, patience });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    // Where the note can't be kept, the next load will wait for the network again; no more.
    await writeFileAtomically(failureNote(cache), "").catch(() => {});
    const reason = error.cause instanceof DownloadError ? error.cause.message : error.message;
    return draw(`MNIST can't be downloaded (${reason})`);
  }
}

/** What {@linkcode provideDigits} can be told to take. */
export const SOURCE_NAMES = ["files", "kaggle", "mnist", SYNTHETIC] as const;
export type SourceName = typeof SOURCE_NAMES[number];

/** Options of {@linkcode provideDigits}. */
export interface ProvideOptions extends Omit<AcquireOptions, "folder"> {
  /** Folder with digits, or to download them to; or a file. */
  readonly path: string;
  /** Whether the path was named: then it must have digits, unless a source to fetch is named, too. */
  readonly pathIsNamed?: boolean;
  /** Default: what is there, or else the first that can be had. */
  readonly source?: SourceName;
}

/**
 * Finds digits or fetches them, with patience: what `deno task data` does.
 *
 * @throws {InputError} If the source or the path that was named has no digits.
 */
export async function provideDigits(options: ProvideOptions): Promise<Source> {
  const { path, source, cache, patience = PATIENT } = options;
  switch (source ?? (path === SYNTHETIC ? SYNTHETIC : undefined)) {
    case "files":
      return await requireSource(path);
    case "kaggle": {
      using _lock = await lockDownloads(path, options.onProgress);
      return await fetchKaggle(path, { ...options, patience });
    }
    case "mnist": {
      using _lock = await lockDownloads(path, options.onProgress);
      return await fetchMnist(path, { ...options, patience });
    }
    case SYNTHETIC:
      return syntheticSource();
    default: {
      const found = options.pathIsNamed ? await requireSource(path) : await findSource(path);
      if (found !== undefined) return found;
      // An explicit request retries at once.
      await Deno.remove(failureNote(cache)).catch(() => {});
      return await acquireDigits({ ...options, folder: path, patience });
    }
  }
}
