/**
 * Where digits come from: Kaggle's files, MNIST's, or drawn ones, as one `Dataset`.
 * @module
 */
export type { CachedDigits } from "lib/dataset/cache.ts";
export type { DownloadLimits, FetchOptions } from "lib/dataset/download.ts";
export type { Environment, KaggleOptions } from "lib/dataset/kaggle.ts";
export {
  CACHE_FOLDER,
  loadDigits,
  loadFrom,
  type LoadOptions,
  pinDigits,
  type PinnedDigits,
} from "lib/dataset/load.ts";
export { MNIST_SOURCE_SHA256, type MnistOptions } from "lib/dataset/mnist_mirrors.ts";
export {
  hasKaggleCounts,
  KAGGLE_CLASS_COUNTS,
  labelCounts,
  REPORT_SUPPORTS,
} from "lib/dataset/report_shape.ts";
export {
  type ResolveOptions,
  resolveSource,
  SOURCE_NAMES,
  type SourceName,
} from "lib/dataset/resolve.ts";
export { type OpenSubset, type Source, SYNTHETIC } from "lib/dataset/source.ts";
export {
  CLASSES,
  type Dataset,
  datasetSize,
  type Digits,
  IMAGE_SIZE,
  PIXELS,
  type Subset,
} from "lib/digits.ts";
