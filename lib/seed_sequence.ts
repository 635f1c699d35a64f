import { InputError } from "lib/errors.ts";

const POOL_SIZE = 4;
const XSHIFT = 16;

/** One of NumPy's two hashes: scrambles a word with a constant that changes from call to call. */
function hasher(constant: number, multiplier: number): (value: number) => number {
  let c = constant;
  return (value) => {
    const mixed = value ^ c;
    c = Math.imul(c, multiplier);
    const product = Math.imul(mixed, c);
    return (product ^ (product >>> XSHIFT)) >>> 0;
  };
}

function mix(x: number, y: number): number {
  const difference = Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y);
  return (difference ^ (difference >>> XSHIFT)) >>> 0;
}

/**
 * NumPy's `numpy.random.SeedSequence(entropy)`: turns one seed into the states of any number of
 * generators whose streams are independent for all practical purposes, which `seed + 1` does not.
 *
 * The algorithm is O'Neill's `seed_seq_fe128`, as NumPy has it; NumPy keeps its results fixed.
 *
 * @example Two independent streams from one seed
 * ```ts
 * import { RandomState } from "lib/random.ts";
 * import { SeedSequence } from "lib/seed_sequence.ts";
 *
 * const [weights, order] = new SeedSequence(42).spawn(2).map((seed) => new RandomState(seed));
 * ```
 */
export class SeedSequence {
  readonly #entropy: number;
  readonly #spawnKey: readonly number[];
  readonly #pool: readonly number[];

  /**
   * A sequence from a seed.
   *
   * @param entropy The seed, a whole number from 0 to 2^32 - 1; otherwise an {@linkcode InputError}
   * is thrown.
   * @param spawnKey The place in the tree of spawned sequences; empty at the root.
   */
  constructor(entropy: number, spawnKey: readonly number[] = []) {
    if (!Number.isInteger(entropy) || entropy < 0 || entropy > 0xffffffff) {
      throw new InputError(`The seed is ${entropy}; expected a whole number from 0 to 2^32 - 1.`);
    }
    this.#entropy = entropy;
    this.#spawnKey = spawnKey;
    // A spawned sequence's key comes after a whole pool of entropy, so it cannot be taken for entropy.
    const words = [entropy, ...Array<number>(POOL_SIZE - 1).fill(0), ...spawnKey];
    const hash = hasher(0x43b0d7e5, 0x931e8875);
    const pool = words.slice(0, POOL_SIZE).map(hash);
    for (let from = 0; from < POOL_SIZE; from++) {
      for (let to = 0; to < POOL_SIZE; to++) {
        if (from !== to) pool[to] = mix(pool[to]!, hash(pool[from]!));
      }
    }
    for (const word of words.slice(POOL_SIZE)) {
      for (let to = 0; to < POOL_SIZE; to++) pool[to] = mix(pool[to]!, hash(word));
    }
    this.#pool = pool;
  }

  /** `generate_state(n)`: n words of 32 bits to start a generator with. */
  generateState(n: number): Uint32Array {
    const hash = hasher(0x8b51f9dd, 0x58f38ded);
    return Uint32Array.from({ length: n }, (_, i) => hash(this.#pool[i % POOL_SIZE]!));
  }

  /** The first `n` children, as `spawn(n)` gives them when it is called once. */
  spawn(n: number): SeedSequence[] {
    return Array.from(
      { length: n },
      (_, i) => new SeedSequence(this.#entropy, [...this.#spawnKey, i]),
    );
  }
}
