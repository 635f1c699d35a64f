/**
 * From raw digits to what a model is trained with: scaling, one-hot labels, the split into training
 * and validation rows, and augmentation.
 * @module
 */
export type { FillMode, TransformParameters } from "lib/preprocessing/affine.ts";
export {
  ElasticTransform,
  type ElasticTransformOptions,
} from "lib/preprocessing/elastic_transform.ts";
export {
  type FlowOptions,
  type ImageBatch,
  ImageDataGenerator,
  type ImageDataGeneratorOptions,
  type ImageIterator,
} from "lib/preprocessing/image_data_generator.ts";
export type { ImageShape, Interpolation } from "lib/preprocessing/interpolation.ts";
export { minMaxScale, toCategorical } from "lib/preprocessing/scale.ts";
export {
  type Split,
  type SplitOptions,
  takeRows,
  trainTestSplit,
} from "lib/preprocessing/split.ts";
