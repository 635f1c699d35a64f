import { acquireDigits, SYNTHETIC } from "lib/dataset/acquire.ts";
import { fileError } from "lib/dataset/bytes.ts";
import { readCache, writeCache } from "lib/dataset/cache.ts";
import { findSource, requireSource } from "lib/dataset/locate.ts";
import { KAGGLE_CLASS_COUNTS, rowsByClass } from "lib/dataset/report_shape.ts";
import { type Source, syntheticSource } from "lib/dataset/source.ts";
import { type Dataset, datasetSize, type Subset } from "lib/dataset/types.ts";
import { projectPath } from "lib/project.ts";
import { readSettings } from "lib/settings.ts";

/** Options of {@linkcode loadDigits}. */
export interface LoadOptions {
  /** Which digits, default `train`. */
  readonly subset?: Subset;
  /**
   * Folder or file with digits, or `synthetic`; default `DIGIT_RECOGNIZER_DATA`, else the project's
   * `data/`.
   */
  readonly data?: string;
  /** Folder of the caches, default the project's `data/cache/`. */
  readonly cache?: string;
  /** Gets a line for people now and then. */
  readonly onProgress?: (message: string) => void;
}

/** Where caches are kept unless a call says otherwise. */
export const CACHE_FOLDER: string = projectPath("data", "cache");

/**
 * The source that was named, or else what is in `data/`, or can be brought there, or drawn: what
 * {@linkcode loadDigits} loads a subset of.
 *
 * @throws {InputError} If a named path has no digits.
 */
export async function chooseSource(options: Omit<LoadOptions, "subset"> = {}): Promise<Source> {
  const { data, cache = CACHE_FOLDER, onProgress = () => {} } = options;
  const settings = data === undefined ? readSettings() : { data, dataIsNamed: true };
  if (settings.data === SYNTHETIC) return syntheticSource();
  if (settings.dataIsNamed) return await requireSource(settings.data);
  const folder = settings.data;
  // Where that fails, what follows says why.
  await Deno.mkdir(folder, { recursive: true }).catch(() => {});
  return await findSource(folder) ?? await acquireDigits({ folder, cache, onProgress });
}

/**
 * Loads digits: from Kaggle's files, or from MNIST's. Where none are named and `data/` has none, they
 * are downloaded, or drawn where that fails; `source` says what they are.
 *
 * What was read is kept in `data/cache/`, so that the next load takes a fraction of a second; a cache
 * serves only as long as the source has the same SHA-256.
 *
 * @throws {InputError} If a named path has no digits, or if the digits are damaged: the message names
 * file, line and column.
 *
 * @example Usage
 * ```ts ignore
 * import { loadDigits } from "lib/dataset/mod.ts";
 *
 * const { images, labels, source } = await loadDigits();
 * ```
 */
export async function loadDigits(options: LoadOptions = {}): Promise<Dataset> {
  return await loadFrom(await chooseSource(options), options);
}

/** Loads a subset of a source, from the cache if that is whole. */
export async function loadFrom(
  source: Source,
  options: Omit<LoadOptions, "data"> = {},
): Promise<Dataset> {
  const { subset = "train", cache = CACHE_FOLDER, onProgress = () => {} } = options;
  const description = source.describe(subset);
  const { sha256, parse } = await source.open(subset);
  const key = { folder: cache, kind: source.kind, subset, sha256 };
  let digits = await readCache(key);
  if (digits !== undefined) {
    onProgress(`Taking ${subset} digits from the cache: ${description}`);
  } else {
    onProgress(`Reading ${subset} digits: ${description}`);
    digits = await parse();
    try {
      await writeCache(key, digits);
    } catch (error) {
      // The digits are here and whole; only the next load will take longer.
      const { message } = fileError(error, "written", cache) as Error;
      onProgress(`The cache is left out: ${message}`);
    }
  }
  const dataset = { ...digits, source: { kind: source.kind, description, sha256 } };
  if (dataset.labels !== undefined && subset === "train" && !hasKaggleCounts(dataset.labels)) {
    onProgress(`${datasetSize(dataset)} digits: not Kaggle's full 42,000, so figures will differ.`);
  }
  return dataset;
}

/** True if the labels have Kaggle's class counts. */
export function hasKaggleCounts(labels: Uint8Array): boolean {
  return rowsByClass(labels).every((rows, digit) => rows.length === KAGGLE_CLASS_COUNTS[digit]);
}
