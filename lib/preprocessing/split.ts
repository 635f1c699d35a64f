import { InputError } from "lib/errors.ts";
import { RandomState } from "lib/random.ts";

/** Options of {@linkcode trainTestSplit}; names and meaning are scikit-learn's. */
export interface SplitOptions {
  /**
   * Rows to test with: below 1 a share of all rows (rounded up), from 1 on a number of rows.
   * Default: what `trainSize` leaves, or 0.25.
   */
  readonly testSize?: number;
  /**
   * Rows to train with: below 1 a share of all rows (rounded down), from 1 on a number of rows.
   * Default: what `testSize` leaves.
   */
  readonly trainSize?: number;
  /** Seed of the shuffle, from 0 to 2^32 - 1. Needed unless `shuffle` is false. */
  readonly randomState?: number;
  /** Put the rows into random order before they are split. Default: true. */
  readonly shuffle?: boolean;
  /** A class for each row, `[n]`: both parts then hold the classes in the same proportions. */
  readonly stratify?: ArrayLike<number>;
}

/** Row numbers of the two parts, in the order in which the rows are to be taken. */
export interface Split {
  /** Rows to train with. */
  readonly trainRows: Int32Array<ArrayBuffer>;
  /** Rows to validate with. */
  readonly testRows: Int32Array<ArrayBuffer>;
}

/**
 * Splits `n` rows into a part to train with and a part to test with: scikit-learn's
 * `train_test_split`, giving its very rows in its very order for the same sizes and `randomState`.
 *
 * @example The split of the written report
 * ```ts
 * import { trainTestSplit } from "lib/preprocessing/mod.ts";
 * import { assertEquals } from "lib/assert.ts";
 *
 * const { trainRows, testRows } = trainTestSplit(10, { testSize: 0.2, randomState: 42 });
 * assertEquals([...testRows], [8, 1]);
 * assertEquals([...trainRows], [5, 0, 7, 2, 9, 4, 3, 6]);
 * ```
 *
 * @throws {InputError} Where scikit-learn raises `ValueError`: a size out of range, a part that would
 * be empty, a class with one row only, a part with fewer rows than there are classes. And where no
 * `randomState` is given: a split that cannot be made again is of no use here.
 */
export function trainTestSplit(n: number, options: SplitOptions): Split {
  const { shuffle = true, stratify, randomState } = options;
  const { trainCount, testCount } = partSizes(n, options);
  if (!shuffle) {
    if (stratify) throw new InputError("`stratify` needs `shuffle: true`.");
    const rows = Int32Array.from({ length: trainCount + testCount }, (_, row) => row);
    return { trainRows: rows.slice(0, trainCount), testRows: rows.slice(trainCount) };
  }
  if (randomState === undefined) {
    throw new InputError("`randomState` is missing; give a seed, or `shuffle: false`.");
  }
  const random = new RandomState(randomState);
  if (stratify) {
    if (stratify.length !== n) {
      throw new InputError(`\`stratify\` has ${stratify.length} classes for ${n} rows.`);
    }
    return stratifiedSplit(stratify, trainCount, testCount, random);
  }
  const rows = random.permutation(n);
  const testRows = rows.slice(0, testCount);
  return { trainRows: rows.slice(testCount, testCount + trainCount), testRows };
}

function partSizes(
  n: number,
  options: SplitOptions,
): { trainCount: number; testCount: number } {
  const { trainSize } = options;
  const testSize = options.testSize ?? (trainSize === undefined ? 0.25 : undefined);
  for (const [name, size] of [["testSize", testSize], ["trainSize", trainSize]] as const) {
    if (size === undefined) continue;
    const isShare = size > 0 && size < 1;
    const isCount = Number.isInteger(size) && size > 0 && size < n;
    if (!isShare && !isCount) {
      throw new InputError(
        `\`${name}\` is ${size}; expected a share between 0 and 1, or a number of rows below ${n}.`,
      );
    }
  }
  if (testSize !== undefined && trainSize !== undefined && testSize < 1 && trainSize < 1) {
    if (testSize + trainSize > 1) {
      throw new InputError(
        `\`testSize\` and \`trainSize\` sum to ${testSize + trainSize}, above 1.`,
      );
    }
  }
  const count = (size: number, round: (share: number) => number): number =>
    size < 1 ? round(size * n) : size;
  const testAsked = testSize === undefined ? undefined : count(testSize, Math.ceil);
  const trainAsked = trainSize === undefined ? undefined : count(trainSize, Math.floor);
  const testCount = testAsked ?? n - trainAsked!;
  const trainCount = trainAsked ?? n - testCount;
  if (trainCount + testCount > n) {
    throw new InputError(
      `\`trainSize\` and \`testSize\` ask for ${trainCount} + ${testCount} rows; there are ${n}.`,
    );
  }
  if (trainCount === 0) {
    throw new InputError(`Of ${n} rows none would be left to train with; reduce \`testSize\`.`);
  }
  return { trainCount, testCount };
}

/** scikit-learn's `StratifiedShuffleSplit`, its first split. */
function stratifiedSplit(
  labels: ArrayLike<number>,
  trainCount: number,
  testCount: number,
  random: RandomState,
): Split {
  const rowsByClass = new Map<number, number[]>();
  for (let row = 0; row < labels.length; row++) {
    const rows = rowsByClass.get(labels[row]!);
    if (rows) rows.push(row);
    else rowsByClass.set(labels[row]!, [row]);
  }
  const classes = [...rowsByClass.keys()].sort((a, b) => a - b);
  const single = classes.filter((label) => rowsByClass.get(label)!.length < 2);
  if (single.length > 0) {
    throw new InputError(`Stratifying needs two rows of each class; one only of ${single}.`);
  }
  for (const [name, count] of [["train", trainCount], ["test", testCount]] as const) {
    if (count < classes.length) {
      throw new InputError(
        `The ${name} part of ${count} rows is too small for ${classes.length} classes.`,
      );
    }
  }

  const classCounts = classes.map((label) => rowsByClass.get(label)!.length);
  const trainCounts = proportionalCounts(classCounts, trainCount, random);
  const remaining = classCounts.map((count, i) => count - trainCounts[i]!);
  const testCounts = proportionalCounts(remaining, testCount, random);

  const trainRows: number[] = [];
  const testRows: number[] = [];
  for (const [i, label] of classes.entries()) {
    const rows = rowsByClass.get(label)!;
    const order = random.permutation(rows.length);
    const testStart = trainCounts[i]!;
    for (const k of order.subarray(0, testStart)) trainRows.push(rows[k]!);
    for (const k of order.subarray(testStart, testStart + testCounts[i]!)) testRows.push(rows[k]!);
  }
  random.shuffle(trainRows);
  random.shuffle(testRows);
  return { trainRows: Int32Array.from(trainRows), testRows: Int32Array.from(testRows) };
}

/**
 * How many of `draws` fall to each class: the likeliest outcome (an approximate mode of the
 * multivariate hypergeometric distribution), ties broken at random. scikit-learn's
 * `_approximate_mode`; the order of the float operations decides what is a tie.
 */
function proportionalCounts(
  classCounts: readonly number[],
  draws: number,
  random: RandomState,
): number[] {
  const total = classCounts.reduce((sum, count) => sum + count, 0);
  const expected = classCounts.map((count) => count / total * draws);
  const counts = expected.map(Math.floor);
  const remainders = expected.map((value, i) => value - counts[i]!);
  let missing = draws - counts.reduce((sum, count) => sum + count, 0);
  const largestFirst = [...new Set(remainders)].sort((a, b) => b - a);
  for (const remainder of largestFirst) {
    if (missing === 0) break;
    const tied = [...remainders.keys()].filter((i) => remainders[i] === remainder);
    const chosen = random.permutation(tied.length).subarray(0, missing);
    for (const k of chosen) counts[tied[k]!]!++;
    missing -= chosen.length;
  }
  return counts;
}

/**
 * The given rows of an array of shape `[n, rowLength]`, in their order.
 *
 * @param rowLength Numbers in a row: 784 for images, 1 (default) for labels.
 */
export function takeRows<T extends Uint8Array | Float32Array>(
  array: T,
  rows: ArrayLike<number>,
  rowLength = 1,
): T {
  const taken = new (array.constructor as new (length: number) => T)(rows.length * rowLength);
  for (let i = 0; i < rows.length; i++) {
    const start = rows[i]! * rowLength;
    taken.set(array.subarray(start, start + rowLength), i * rowLength);
  }
  return taken;
}
