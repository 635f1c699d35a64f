import { IMAGE_SIZE } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";
import {
  FILL_MODES,
  type FillMode,
  transformImage,
  type TransformParameters,
} from "lib/preprocessing/affine.ts";
import {
  checkInterpolation,
  type ImageShape,
  type Interpolation,
} from "lib/preprocessing/interpolation.ts";
import { takeRows } from "lib/preprocessing/split.ts";
import { RandomState } from "lib/random.ts";

/** Options of {@linkcode ImageDataGenerator}; names, meaning and defaults are Keras's. */
export interface ImageDataGeneratorOptions {
  /** Rotate by up to so many degrees, either way. Default: 0. */
  readonly rotationRange?: number;
  /**
   * Shift along one axis: below 1 by up to this share of the image; a whole number k by less than k
   * whole pixels; another number by up to so many pixels; a list by one of its values (shares, if all
   * are below 1). Either way each. Default: 0.
   */
  readonly widthShiftRange?: number | readonly number[];
  /** Shift along the other axis, likewise. Default: 0. */
  readonly heightShiftRange?: number | readonly number[];
  /** Shear by up to so many degrees, either way. Default: 0. */
  readonly shearRange?: number;
  /**
   * Zoom each axis by a factor between the two numbers; `z` stands for `[1 - z, 1 + z]`. Factors
   * below 1 enlarge. Default: 0.
   */
  readonly zoomRange?: number | readonly [low: number, high: number];
  /** What lies beyond the rim. Default: `nearest`. */
  readonly fillMode?: FillMode;
  /** The value beyond the rim for `fillMode: "constant"`. Default: 0. */
  readonly cval?: number;
  /** Between pixels. Default: `bilinear`, Keras's. Keras has no `bicubic`. */
  readonly interpolation?: Interpolation;
  /** Mirror left and right, one time in two. Default: false. */
  readonly horizontalFlip?: boolean;
  /** Mirror top and bottom, one time in two. Default: false. */
  readonly verticalFlip?: boolean;
  /** Multiply every value by this after all else. Default: none. */
  readonly rescale?: number;
}

/** Options of {@linkcode ImageDataGenerator.flow}. */
export interface FlowOptions {
  /** Where random numbers come from. A number is Keras's `seed`: batch k starts from `seed + k`. */
  readonly seed: number | RandomState;
  /** Images in a batch. Default: 32. */
  readonly batchSize?: number;
  /** Take the images in a new random order in each epoch. Default: true. */
  readonly shuffle?: boolean;
  /** Shape of one image. Default: `[28, 28, 1]`. */
  readonly shape?: ImageShape;
}

/** Some transformed images with what belongs to them. */
export interface ImageBatch<Y> {
  /** `[b, height, width, channels]` */
  readonly x: Float32Array<ArrayBuffer>;
  /** The rows of `y` that belong to these images. */
  readonly y: Y;
}

const DIGIT_SHAPE: ImageShape = [IMAGE_SIZE, IMAGE_SIZE, 1];

/**
 * Keras's `ImageDataGenerator`: random rotations, shifts, shears, zooms and flips of images, with the
 * very parameters that Keras draws from NumPy's stream for the same seed, and its pixels (bilinear
 * interpolation, `interpolation_order=1`).
 *
 * As in Keras 3, `widthShiftRange` shifts up and down and `heightShiftRange` sideways: Keras swaps
 * the axes once more than it should. With equal ranges it makes no difference.
 *
 * @example Slightly turned digits
 * ```ts
 * import { ImageDataGenerator } from "lib/preprocessing/mod.ts";
 * import { assertEquals } from "lib/assert.ts";
 *
 * const generator = new ImageDataGenerator({ rotationRange: 10, zoomRange: 0.1 });
 * const images = new Float32Array(100 * 28 * 28);
 * const labels = new Uint8Array(100);
 * const flow = generator.flow(images, labels, { batchSize: 64, seed: 42 });
 * const sizes = [...flow.epoch()].map(({ y }) => y.length);
 * assertEquals(sizes, [64, 36]);
 * ```
 */
export class ImageDataGenerator {
  /** What the generator was told, with the defaults for the rest. */
  readonly options: Required<ImageDataGeneratorOptions>;
  readonly #zoomRange: readonly [low: number, high: number];

  /**
   * A generator with these ranges; without any, images stay as they are.
   *
   * @throws {InputError} If a range is negative or no number, or the fill mode unknown.
   */
  constructor(options: ImageDataGeneratorOptions = {}) {
    this.options = {
      rotationRange: 0,
      widthShiftRange: 0,
      heightShiftRange: 0,
      shearRange: 0,
      zoomRange: 0,
      fillMode: "nearest",
      cval: 0,
      interpolation: "bilinear",
      horizontalFlip: false,
      verticalFlip: false,
      rescale: 1,
      ...options,
    };
    const { zoomRange, fillMode, interpolation } = this.options;
    checkRanges(this.options);
    if (!FILL_MODES.includes(fillMode)) {
      throw new InputError(
        `\`fillMode\` is ${fillMode}; expected one of ${FILL_MODES.join(", ")}.`,
      );
    }
    checkInterpolation(interpolation);
    this.#zoomRange = typeof zoomRange === "number" ? [1 - zoomRange, 1 + zoomRange] : zoomRange;
  }

  /**
   * Draws the parameters of one transformation (Keras's `get_random_transform`).
   *
   * @param seed Where to start the stream of random numbers, or a stream to go on with.
   */
  getRandomTransform(
    seed: number | RandomState,
    shape: ImageShape = DIGIT_SHAPE,
  ): TransformParameters {
    const random = seed instanceof RandomState ? seed : new RandomState(seed);
    const { rotationRange, heightShiftRange, widthShiftRange, shearRange } = this.options;
    const [zoomLow, zoomHigh] = this.#zoomRange;
    const [height, width] = shape;
    const uniform = (range: number): number => range === 0 ? 0 : random.uniform(-range, range);
    const zoom = (): number =>
      zoomLow === 1 && zoomHigh === 1 ? 1 : random.uniform(zoomLow, zoomHigh);
    // The order of the draws is part of the meaning, and both flips are always drawn.
    const theta = uniform(rotationRange);
    const tx = drawShift(heightShiftRange, height, random);
    const ty = drawShift(widthShiftRange, width, random);
    const shear = uniform(shearRange);
    const zx = zoom();
    const zy = zoom();
    const left = random.randomSample() < 0.5;
    const up = random.randomSample() < 0.5;
    return {
      theta,
      tx,
      ty,
      shear,
      zx,
      zy,
      flipHorizontal: left && this.options.horizontalFlip,
      flipVertical: up && this.options.verticalFlip,
    };
  }

  /**
   * Transforms one image (Keras's `apply_transform`).
   *
   * @param x `[height, width, channels]`, row by row.
   * @param out Where to write the result, of the same length.
   * @returns `out`
   */
  applyTransform(
    x: Float32Array | Uint8Array,
    parameters: TransformParameters,
    shape: ImageShape = DIGIT_SHAPE,
    out: Float32Array<ArrayBuffer> = new Float32Array(x.length),
  ): Float32Array<ArrayBuffer> {
    const { fillMode, cval, interpolation } = this.options;
    transformImage(x, out, shape, parameters, fillMode, cval, interpolation);
    return out;
  }

  /** Transforms one image at random (Keras's `random_transform`). */
  randomTransform(
    x: Float32Array | Uint8Array,
    seed: number | RandomState,
    shape: ImageShape = DIGIT_SHAPE,
  ): Float32Array<ArrayBuffer> {
    return this.applyTransform(x, this.getRandomTransform(seed, shape), shape);
  }

  /** Applies `rescale`, in place. */
  standardize(x: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
    const rescale = Math.fround(this.options.rescale);
    if (rescale !== 1) { for (let i = 0; i < x.length; i++) x[i]! *= rescale; }
    return x;
  }

  /**
   * Batches of randomly transformed images.
   *
   * @param x `[n, height, width, channels]`, row by row.
   * @param y What belongs to each image, `[n, ...]`: labels or one-hot rows.
   * @throws {InputError} If `x` does not hold whole images, or `y` not the same for each of them.
   */
  flow<Y extends Uint8Array | Float32Array>(
    x: Float32Array | Uint8Array,
    y: Y,
    options: FlowOptions,
  ): ImageIterator<Y> {
    return new ImageIterator(this, x, y, options);
  }
}

/**
 * Goes through images in batches without end, epoch after epoch, as Keras's iterator does under
 * `next()`.
 */
export class ImageIterator<Y extends Uint8Array | Float32Array> {
  /** Batches in an epoch. */
  readonly length: number;
  readonly #generator: ImageDataGenerator;
  readonly #x: Float32Array | Uint8Array;
  readonly #y: Y;
  readonly #options: Required<FlowOptions>;
  readonly #random: RandomState;
  readonly #images: number;
  #order: Int32Array;
  #batchIndex = 0;
  #totalBatchesSeen = 0;

  /** Called by {@linkcode ImageDataGenerator.flow}. */
  constructor(
    generator: ImageDataGenerator,
    x: Float32Array | Uint8Array,
    y: Y,
    { seed, batchSize = 32, shuffle = true, shape = DIGIT_SHAPE }: FlowOptions,
  ) {
    const images = x.length / (shape[0] * shape[1] * shape[2]);
    if (!Number.isInteger(images) || images === 0) {
      throw new InputError(`${x.length} values are no images of ${shape.join(" x ")}.`);
    }
    if (y.length === 0 || y.length % images !== 0) {
      throw new InputError(`\`y\` has ${y.length} values for ${images} images.`);
    }
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw new InputError(`\`batchSize\` is ${batchSize}; expected a whole number from 1 on.`);
    }
    this.length = Math.ceil(images / batchSize);
    this.#generator = generator;
    this.#x = x;
    this.#y = y;
    this.#options = { seed, batchSize, shuffle, shape };
    this.#random = seed instanceof RandomState ? seed : new RandomState(seed);
    this.#images = images;
    this.#order = Int32Array.from({ length: images }, (_, row) => row);
  }

  /** The next batch; after an epoch's last one, which may be smaller, comes the first of the next epoch. */
  nextBatch(): ImageBatch<Y> {
    const { seed, batchSize, shuffle, shape } = this.#options;
    if (typeof seed === "number") this.#random.seed(seed + this.#totalBatchesSeen);
    if (this.#batchIndex === 0 && shuffle) this.#order = this.#random.permutation(this.#images);
    const start = this.#batchIndex * batchSize;
    const rows = this.#order.subarray(start, start + batchSize);
    this.#batchIndex = (this.#batchIndex + 1) % this.length;
    this.#totalBatchesSeen++;

    const size = this.#x.length / this.#images;
    const x = new Float32Array(rows.length * size);
    for (const [i, row] of rows.entries()) {
      const parameters = this.#generator.getRandomTransform(this.#random, shape);
      const image = this.#x.subarray(row * size, (row + 1) * size);
      this.#generator.applyTransform(
        image,
        parameters,
        shape,
        x.subarray(i * size, (i + 1) * size),
      );
    }
    this.#generator.standardize(x);
    return { x, y: takeRows(this.#y, rows, this.#y.length / this.#images) };
  }

  /** As many batches as make an epoch. */
  *epoch(): Generator<ImageBatch<Y>, void, void> {
    for (let batch = 0; batch < this.length; batch++) yield this.nextBatch();
  }
}

const RANGES = [
  "rotationRange",
  "widthShiftRange",
  "heightShiftRange",
  "shearRange",
  "zoomRange",
] as const;

function checkRanges(options: Required<ImageDataGeneratorOptions>): void {
  for (const name of RANGES) {
    const range = options[name];
    const isRange = typeof range === "number"
      ? Number.isFinite(range) && range >= 0
      : range.every(Number.isFinite) && (name !== "zoomRange" || range.length === 2);
    if (!isRange) {
      throw new InputError(
        `\`${name}\` is ${JSON.stringify(range)}; expected a number from 0 on` +
          ` or, for shifts and zoom, a list.`,
      );
    }
  }
}

/** A shift in pixels along an axis of the given size; the ways of Keras that the options describe. */
function drawShift(
  range: number | readonly number[],
  size: number,
  random: RandomState,
): number {
  const isList = typeof range !== "number";
  if (isList ? range.length === 0 : range === 0) return 0;
  const largest = isList ? Math.max(...range) : range;
  const unit = largest < 1 ? size : 1;
  if (!isList && !Number.isInteger(range)) return random.uniform(-range, range) * unit;
  const distance = isList ? range[random.randint(0, range.length)]! : random.randint(0, range);
  return distance * (random.randint(0, 2) === 0 ? -1 : 1) * unit;
}
