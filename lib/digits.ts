/** What a digit is: sizes, and the types that all parts share. @module */
/** Side of a digit's square image, in pixels. */
export const IMAGE_SIZE = 28;
/** Pixels of one image. */
export const PIXELS: number = IMAGE_SIZE * IMAGE_SIZE;
/** Number of classes: the digits 0 to 9. */
export const CLASSES = 10;

/** `train`: the digits with labels. `test`: the digits to be predicted. */
export type Subset = "train" | "test";

/** Where digits came from. Everything that shows a figure says which. */
export interface DataSource {
  /** `kaggle`: Kaggle's Digit Recognizer files. `mnist`: the idx files, in the report's shape. `synthetic`: drawn by this project. */
  readonly kind: "kaggle" | "mnist" | "synthetic";
  /** One line for people, such as `Kaggle Digit Recognizer (digit-recognizer.zip)`. Never an absolute path. */
  readonly description: string;
  /** SHA-256 (hex) of the source's bytes, or of the generator's version and seed: part of a model's fingerprint. */
  readonly sha256: string;
}

/** Grey values, with labels where they are known. */
export interface Digits {
  /** Grey values 0 (background) to 255 (ink), row by row: `[n, 28, 28]`. */
  readonly images: Uint8Array;
  /** The digits 0 to 9: `[n]`. Absent for the digits to be predicted. */
  readonly labels?: Uint8Array;
}

/** Images of digits, and where they came from. */
export interface Dataset extends Digits {
  /** Where they came from. */
  readonly source: DataSource;
  /**
   * Rows `start` (included) to `end` (excluded) are MNIST's own 10,000 test digits, on which the
   * literature reports. Only in the test subset of an `mnist` source.
   */
  readonly t10kRows?: { readonly start: number; readonly end: number };
}

/** A dataset whose labels are known: all that are there to train with. */
export interface LabelledDataset extends Dataset {
  /** The digits 0 to 9: `[n]`. */
  readonly labels: Uint8Array;
}

/** Number of images in a dataset. */
export function datasetSize(dataset: Digits): number {
  return dataset.images.length / PIXELS;
}
