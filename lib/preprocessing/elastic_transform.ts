import { IMAGE_SIZE, PIXELS } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";
import { type ImageShape, interpolate } from "lib/preprocessing/affine.ts";
import { RandomState } from "lib/random.ts";

/** Options of {@linkcode ElasticTransform}, with Simard's names. */
export interface ElasticTransformOptions {
  /** Scales the displacements, 0 or more. With `sigma` 4, 34 was the best on MNIST in the paper. */
  readonly alpha: number;
  /** Width of the Gaussian that smooths them, in pixels, above 0. */
  readonly sigma: number;
}

const SHAPE: ImageShape = [IMAGE_SIZE, IMAGE_SIZE, 1];

/**
 * Elastic distortion (Simard, Steinkraus and Platt, 2003): each pixel's place is moved by random
 * numbers, uniform in -1..1, that are smoothed by a Gaussian and scaled, so that strokes bend as in
 * another person's hand. Linear interpolation; beyond the rim is 0.
 *
 * The same as SciPy's `gaussian_filter(field, sigma, mode="constant") * alpha` for both directions,
 * rows first, and `map_coordinates(image, ..., order=1)`.
 */
export class ElasticTransform {
  /**
   * An augmentation with these options.
   *
   * @throws {InputError} If an option makes no sense.
   */
  constructor(readonly options: ElasticTransformOptions) {
    const { alpha, sigma } = options;
    if (!(alpha >= 0 && alpha < Infinity)) {
      throw new InputError(`\`alpha\` is ${alpha}; expected a number from 0 on.`);
    }
    if (!(sigma > 0 && sigma < Infinity)) {
      throw new InputError(`\`sigma\` is ${sigma}; expected a number above 0.`);
    }
    this.#smoothing = smoothingMatrix(sigma);
  }

  readonly #smoothing: Float64Array;

  /**
   * Distorts one image at random.
   *
   * @param image `[28, 28]`
   * @param seed Where to start the stream of random numbers, or a stream to go on with.
   * @returns `[28, 28]`
   */
  randomTransform(image: Float32Array, seed: number | RandomState): Float32Array<ArrayBuffer> {
    const random = seed instanceof RandomState ? seed : new RandomState(seed);
    const rows = this.#displacements(random);
    const columns = this.#displacements(random);
    const out = new Float32Array(PIXELS);
    for (let i = 0, pixel = 0; i < IMAGE_SIZE; i++) {
      for (let j = 0; j < IMAGE_SIZE; j++, pixel++) {
        const [row, column] = [i + rows[pixel]!, j + columns[pixel]!];
        const isInside = row >= 0 && row <= IMAGE_SIZE - 1 && column >= 0 &&
          column <= IMAGE_SIZE - 1;
        if (isInside) interpolate(image, SHAPE, row, column, out, pixel);
      }
    }
    return out;
  }

  /** A smooth random field, `[28, 28]`, in pixels. */
  #displacements(random: RandomState): Float64Array {
    const noise = new Float64Array(PIXELS);
    for (let i = 0; i < PIXELS; i++) noise[i] = random.uniform(-1, 1);
    // Smoothed along the columns, transposed, twice.
    const half = productTransposed(this.#smoothing, noise);
    const field = productTransposed(this.#smoothing, half);
    return field.map((value) => this.options.alpha * value);
  }
}

/** `[28, 28]`: a product with it smooths a column; beyond the rim is 0. SciPy ends at 4 sigma. */
function smoothingMatrix(sigma: number): Float64Array {
  const radius = Math.floor(4 * sigma + 0.5);
  const weight = (distance: number): number => Math.exp(-0.5 * (distance / sigma) ** 2);
  let sum = 0;
  for (let distance = -radius; distance <= radius; distance++) sum += weight(distance);
  return Float64Array.from({ length: PIXELS }, (_, i) => {
    const distance = Math.abs(Math.floor(i / IMAGE_SIZE) - i % IMAGE_SIZE);
    return distance <= radius ? weight(distance) / sum : 0;
  });
}

/** The transpose of the product of two `[28, 28]` matrices. */
function productTransposed(a: Float64Array, b: Float64Array): Float64Array {
  const product = new Float64Array(PIXELS);
  const row = new Float64Array(IMAGE_SIZE);
  for (let i = 0; i < IMAGE_SIZE; i++) {
    row.fill(0);
    for (let k = 0; k < IMAGE_SIZE; k++) {
      const factor = a[i * IMAGE_SIZE + k]!;
      for (let j = 0; j < IMAGE_SIZE; j++) row[j]! += factor * b[k * IMAGE_SIZE + j]!;
    }
    for (let j = 0; j < IMAGE_SIZE; j++) product[j * IMAGE_SIZE + i] = row[j]!;
  }
  return product;
}
