/**
 * Seeded random numbers: NumPy's legacy `RandomState`, draw for draw.
 * @module
 */
import { InputError } from "lib/errors.ts";
import { SeedSequence } from "lib/seed_sequence.ts";

const N = 624;
const M = 397;

/** The smallest number of the form 2^k - 1 that is at least `max`, as a 32-bit pattern. */
function bitMask(max: number): number {
  return max === 0 ? 0 : 0xffffffff >>> Math.clz32(max);
}

/**
 * NumPy's `numpy.random.RandomState(seed)`: the 32-bit Mersenne Twister MT19937 (Matsumoto and
 * Nishimura 1998) and NumPy's legacy ways of drawing from it.
 *
 * A sequence of calls gives the very numbers that the same calls give in NumPy, which keeps this
 * stream fixed for good (NEP 19). That is what makes a split the same as scikit-learn's and an
 * augmented image the same as Keras's. Normal numbers may differ in the last bit, as `log` does
 * between platforms.
 *
 * @example Usage
 * ```ts
 * import { RandomState } from "lib/random.ts";
 * import { assertEquals } from "lib/assert.ts";
 *
 * const random = new RandomState(42);
 * assertEquals([...random.permutation(10)], [8, 1, 5, 0, 7, 2, 9, 4, 3, 6]);
 * ```
 */
export class RandomState {
  readonly #state = new Uint32Array(N);
  #position = N;
  /** The second number of the last pair that {@linkcode standardNormal} made. */
  #spareNormal: number | undefined;

  /**
   * A generator at the start of its stream.
   *
   * @param seed A whole number from 0 to 2^32 - 1 (otherwise an {@linkcode InputError} is thrown), or
   * a seed sequence, as in NumPy's `RandomState(MT19937(seed_sequence))`.
   */
  constructor(seed: number | SeedSequence) {
    if (seed instanceof SeedSequence) {
      this.#state.set(seed.generateState(N));
      this.#state[0] = 0x80000000; // never all zeros
      this.#position = N - 1;
    } else {
      this.seed(seed);
    }
  }

  /** Starts the stream again from `seed`, as a new `RandomState(seed)` would. */
  seed(seed: number): void {
    if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
      throw new InputError(`The seed is ${seed}; expected a whole number from 0 to 2^32 - 1.`);
    }
    let word = seed >>> 0;
    for (let i = 0; i < N; i++) {
      this.#state[i] = word;
      word = (Math.imul(1812433253, word ^ (word >>> 30)) + i + 1) >>> 0;
    }
    this.#position = N;
    this.#spareNormal = undefined;
  }

  #regenerate(): void {
    const state = this.#state;
    for (let i = 0; i < N; i++) {
      const y = (state[i]! & 0x80000000) | (state[i + 1 < N ? i + 1 : 0]! & 0x7fffffff);
      state[i] = state[i < N - M ? i + M : i + M - N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#position = 0;
  }

  /** The next 32 bits of the stream, as a signed integer. */
  #next32(): number {
    if (this.#position === N) this.#regenerate();
    let y = this.#state[this.#position++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return y ^ (y >>> 18);
  }

  /** A whole number from 0 to `max` (included, below 2^32), by masking and rejection. */
  #interval(max: number): number {
    if (max === 0) return 0; // takes nothing from the stream
    const mask = bitMask(max);
    for (;;) {
      const value = (this.#next32() & mask) >>> 0;
      if (value <= max) return value;
    }
  }

  /** `random_sample()`: a number in [0, 1) with 53 random bits. */
  randomSample(): number {
    const high = this.#next32() >>> 5;
    const low = this.#next32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** `uniform(low, high)`: a number in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * this.randomSample();
  }

  /**
   * `randint(low, high)`: a whole number from `low` to `high - 1`.
   * Throws {@linkcode InputError} unless `0 < high - low <= 2^32`.
   */
  randint(low: number, high: number): number {
    const max = high - low - 1;
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || max < 0 || max > 0xffffffff) {
      throw new InputError(
        `randint(${low}, ${high}): expected whole numbers with low < high <= low + 2^32.`,
      );
    }
    return low + this.#interval(max);
  }

  /** `standard_normal()`: a normal number of mean 0 and deviation 1, by Marsaglia's polar method. */
  standardNormal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    let x1: number;
    let x2: number;
    let radius2: number;
    do {
      x1 = 2 * this.randomSample() - 1;
      x2 = 2 * this.randomSample() - 1;
      radius2 = x1 * x1 + x2 * x2;
    } while (radius2 >= 1 || radius2 === 0);
    const factor = Math.sqrt(-2 * Math.log(radius2) / radius2);
    this.#spareNormal = factor * x1;
    return factor * x2;
  }

  /** `normal(loc, scale)`: a normal number of mean `loc` and deviation `scale`. */
  normal(loc = 0, scale = 1): number {
    return loc + scale * this.standardNormal();
  }

  /** `permutation(n)`: the numbers 0 to n - 1 in random order. */
  permutation(n: number): Int32Array {
    const order = new Int32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    this.shuffle(order);
    return order;
  }

  /** `shuffle(array)`: puts the elements into random order, in place (Fisher-Yates from the end). */
  shuffle<T>(array: { readonly length: number; [index: number]: T }): void {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.#interval(i);
      const element = array[i]!;
      array[i] = array[j]!;
      array[j] = element;
    }
  }
}
