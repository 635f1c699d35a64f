import { fileError } from "lib/dataset/bytes.ts";
import { readCache, writeCache } from "lib/dataset/cache.ts";
import { hasKaggleCounts } from "lib/dataset/report_shape.ts";
import { resolveSource } from "lib/dataset/resolve.ts";
import type { Source } from "lib/dataset/source.ts";
import {
  type Dataset,
  datasetSize,
  type DataSource,
  type LabelledDataset,
  type Subset,
} from "lib/digits.ts";
import { InputError } from "lib/errors.ts";
import { projectPath } from "lib/project.ts";
import { currentRun } from "lib/run_context.ts";
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

/** The default folder of the caches. */
export const CACHE_FOLDER: string = projectPath("data", "cache");

/** The source that {@linkcode loadDigits} loads a subset of. */
async function defaultSource(
  { data, cache = CACHE_FOLDER, onProgress = () => {} }: Omit<LoadOptions, "subset">,
): Promise<Source> {
  const { data: path, dataIsNamed: pathIsNamed } = data === undefined
    ? readSettings()
    : { data, dataIsNamed: true };
  return await resolveSource({ path, pathIsNamed, cache, onProgress });
}

/**
 * Loads digits: from Kaggle's files, or from MNIST's. Where none are named and `data/` has none, they
 * are downloaded, or drawn where that fails; `source` says what they are.
 *
 * What was read is kept in `data/cache/`, so that the next load takes a fraction of a second; a cache
 * is used only while the source has the same SHA-256.
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
export async function loadDigits(
  options?: LoadOptions & { readonly subset?: "train" },
): Promise<LabelledDataset>;
/** Loads digits of any subset. */
export async function loadDigits(options?: LoadOptions): Promise<Dataset>;
export async function loadDigits(options: LoadOptions = {}): Promise<Dataset> {
  const source = await defaultSource(options);
  const run = options.data === undefined ? currentRun() : undefined;
  return await loadFrom(source, options, run && ((subset): string => run.digits[subset] ?? "none"));
}

/** Digits that were chosen once, for a whole run. */
export interface PinnedDigits {
  /** The value of `DIGIT_RECOGNIZER_DATA` that finds them. */
  readonly location: string;
  /** The subsets that the source has. */
  readonly sources: Partial<Record<Subset, DataSource>>;
}

/**
 * Chooses digits as {@linkcode loadDigits} does, once for a run that loads them several times, and
 * checks that what the run reads is whole.
 *
 * @param subsets What the run reads.
 * @throws {InputError} If there are no such digits, or they are damaged.
 */
export async function pinDigits(
  subsets: readonly Subset[],
  options: Omit<LoadOptions, "subset"> = {},
): Promise<PinnedDigits> {
  const source = await defaultSource(options);
  const sources: Partial<Record<Subset, DataSource>> = {};
  for (const subset of new Set([...subsets, ...source.subsets])) {
    sources[subset] = subsets.includes(subset)
      ? (await loadFrom(source, { ...options, subset })).source
      : describeSource(source, subset, (await source.open(subset)).sha256);
  }
  return { location: source.location, sources };
}

function describeSource(source: Source, subset: Subset, sha256: string): DataSource {
  return { kind: source.kind, description: source.describe(subset), sha256 };
}

/**
 * Loads a subset of a source, from the cache if that is whole.
 *
 * @param expected The SHA-256 that a subset must have; default: any.
 * @throws {InputError} If the digits are damaged, or not those that were expected.
 */
export async function loadFrom(
  source: Source,
  options: Omit<LoadOptions, "data"> = {},
  expected?: (subset: Subset) => string,
): Promise<Dataset> {
  const { subset = "train", cache = CACHE_FOLDER, onProgress = () => {} } = options;
  const { sha256, parse } = await source.open(subset);
  if (expected !== undefined && expected(subset) !== sha256) {
    throw new InputError(
      `The ${subset} digits (${source.describe(subset)}) are not those that this run began with: ` +
        "their files have changed. Run the report again.",
    );
  }
  const dataSource = describeSource(source, subset, sha256);
  const { description } = dataSource;
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
  const dataset = { ...digits, source: dataSource };
  if (dataset.labels !== undefined && subset === "train" && !hasKaggleCounts(dataset.labels)) {
    onProgress(`${datasetSize(dataset)} digits: not Kaggle's full 42,000, so figures will differ.`);
  }
  return dataset;
}
