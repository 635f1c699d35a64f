import { IMAGE_SIZE, PIXELS } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";
import {
  checkInterpolation,
  type ImageShape,
  type Interpolation,
  interpolator,
} from "lib/preprocessing/interpolation.ts";
import { RandomState } from "lib/random.ts";

/** Options of {@linkcode ElasticTransform}, with Simard's names. */
export interface ElasticTransformOptions {
  /** Scales the displacements, 0 or more. With `sigma` 4, 34 was the best on MNIST in the paper. */
  readonly alpha: number;
  /** Width of the Gaussian that smooths them, in pixels, above 0. */
  readonly sigma: number;
  /** Between pixels. Default: `bilinear`, as in the paper. */
  readonly interpolation?: Interpolation;
}

const SHAPE: ImageShape = [IMAGE_SIZE, IMAGE_SIZE, 1];

/**
 * Elastic distortion (Simard, Steinkraus and Platt, 2003): each pixel's place is moved by random
 * numbers, uniform in -1..1, that are smoothed by a Gaussian and scaled, so that strokes bend as in
 * another person's hand. Beyond the rim is 0.
 *
 * The paper smooths a number for each pixel. Here the numbers lie `sigma` apart, weighted so that away
 * from the rim the displacements' variance and covariance are the paper's (for `sigma` 4, to a
 * thousandth), for a twelfth of the random numbers and a fifth of the arithmetic.
 */
export class ElasticTransform {
  /**
   * An augmentation with these options.
   *
   * @throws {InputError} If an option makes no sense.
   */
  constructor(readonly options: ElasticTransformOptions) {
    const { alpha, sigma, interpolation = "bilinear" } = options;
    if (!(alpha >= 0 && alpha < Infinity)) {
      throw new InputError(`\`alpha\` is ${alpha}; expected a number from 0 on.`);
    }
    if (!(sigma > 0 && sigma < Infinity)) {
      throw new InputError(`\`sigma\` is ${sigma}; expected a number above 0.`);
    }
    checkInterpolation(interpolation);
    this.#points = Math.ceil((IMAGE_SIZE - 1) / sigma) + 1;
    this.#smoothing = smoothingMatrix(sigma, this.#points);
  }

  /** Random numbers in a row. */
  readonly #points: number;
  /** `[28, points]` */
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
    const interpolate = interpolator(image, SHAPE, this.options.interpolation ?? "bilinear");
    const last = IMAGE_SIZE - 1;
    for (let i = 0, pixel = 0; i < IMAGE_SIZE; i++) {
      for (let j = 0; j < IMAGE_SIZE; j++, pixel++) {
        const row = i + rows[pixel]!;
        const column = j + columns[pixel]!;
        const isInside = row >= 0 && row <= last && column >= 0 && column <= last;
        if (isInside) interpolate(row, column, out, pixel);
      }
    }
    return out;
  }

  /** A smooth random field, `[28, 28]`, in pixels. */
  #displacements(random: RandomState): Float64Array {
    const points = this.#points;
    const { alpha } = this.options;
    const noise = new Float64Array(points * points);
    for (let i = 0; i < noise.length; i++) noise[i] = random.uniform(-alpha, alpha);
    const smoothing = this.#smoothing;
    return timesTransposed(timesTransposed(smoothing, noise, points), smoothing, points);
  }
}

/**
 * `[28, points]`: a product with it smooths a column of numbers that lie `sigma` apart, the middle
 * one in the image's middle. The sum of its squared weights is that of a Gaussian's weights for each
 * pixel that add up to 1.
 */
function smoothingMatrix(sigma: number, points: number): Float64Array {
  const scale = 1 / Math.sqrt(2 * Math.PI * sigma);
  return Float64Array.from({ length: IMAGE_SIZE * points }, (_, at) => {
    const [pixel, point] = [Math.floor(at / points), at % points];
    const place = (IMAGE_SIZE - 1) / 2 + (point - (points - 1) / 2) * sigma;
    return scale * Math.exp(-0.5 * ((pixel - place) / sigma) ** 2);
  });
}

/** The product of `a`, `[m, inner]`, and the transpose of `b`, `[n, inner]`. */
function timesTransposed(a: Float64Array, b: Float64Array, inner: number): Float64Array {
  const [m, n] = [a.length / inner, b.length / inner];
  const product = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += a[i * inner + k]! * b[j * inner + k]!;
      product[i * n + j] = sum;
    }
  }
  return product;
}
