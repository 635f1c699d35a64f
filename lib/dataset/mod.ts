/**
 * Where digits come from: Kaggle's files, MNIST's, or drawn ones, as one `Dataset`.
 * @module
 */
export {
  provideDigits,
  type ProvideOptions,
  SOURCE_NAMES,
  type SourceName,
} from "lib/dataset/acquire.ts";
export { labelCounts } from "lib/dataset/counts.ts";
export {
  CACHE_FOLDER,
  chooseSource,
  hasKaggleCounts,
  loadDigits,
  loadFrom,
  type LoadOptions,
  pinDigits,
  type PinnedDigits,
} from "lib/dataset/load.ts";
export { MNIST_SOURCE_SHA256 } from "lib/dataset/mnist_mirrors.ts";
export { KAGGLE_CLASS_COUNTS, REPORT_SUPPORTS } from "lib/dataset/report_shape.ts";
export { SYNTHETIC } from "lib/dataset/source.ts";
export {
  CLASSES,
  type Dataset,
  datasetSize,
  type DataSource,
  type Digits,
  IMAGE_SIZE,
  type LabelledDataset,
  PIXELS,
  type Subset,
} from "lib/digits.ts";
