/**
 * Runs compiled expressions on the threads.
 * @module
 */
import { ArenaData, type SimdBackend } from "lib/backend/backend.ts";
import {
  compileProgram,
  type Join,
  Layout,
  type Loop,
  Program,
  WORD,
} from "lib/backend/fusion/compile.ts";
import type { Expression, Leaf } from "lib/backend/fusion/expression.ts";
import { cut, cutRows, GRAIN, sizeOf } from "lib/backend/kernels/common.ts";
import { MAX_PAGES } from "lib/backend/memory.ts";
import { float, Kernel } from "lib/backend/thread_pool.ts";

/** A result of a pass. */
export interface Part {
  readonly expression: Expression;
  readonly join?: Join;
  /** Where it is written. */
  readonly at: number;
  /** Strides, for values that are not reduced. */
  readonly strides?: readonly number[];
  /** True if other values follow in the block: nothing may be written past its last value. */
  readonly isInside?: boolean;
}

interface Compiled {
  readonly number: number;
  readonly code: number;
  readonly bytes: number;
  readonly layout: Layout;
}

/** Compiled programs by key; their code stays in the backend's memory. */
const compiled = new WeakMap<SimdBackend, Map<string, Compiled>>();

function codeOf(backend: SimdBackend, program: Program): Compiled {
  let programs = compiled.get(backend);
  if (!programs) compiled.set(backend, programs = new Map());
  let found = programs.get(program.key);
  if (!found) {
    const bytes = compileProgram(program, MAX_PAGES);
    found = {
      number: programs.size,
      code: backend.keep(bytes),
      bytes: bytes.length,
      layout: new Layout(program),
    };
    programs.set(program.key, found);
  }
  return found;
}

/** Merges dimensions that are contiguous everywhere, and drops those of size one. */
function collapse(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  isJoined?: readonly boolean[],
): { sizes: number[]; strides: number[][]; isJoined: boolean[] } {
  const sizes: number[] = [], joined: boolean[] = [];
  const result: number[][] = strides.map(() => []);
  shape.forEach((n, d) => {
    if (n === 1) return;
    const last = sizes.length - 1;
    const fits = last >= 0 && joined[last] === (isJoined?.[d] ?? false) &&
      strides.every((one, i) => result[i]![last] === one[d]! * n);
    if (fits) {
      sizes[last]! *= n;
      strides.forEach((one, i) => result[i]![last] = one[d]!);
    } else {
      sizes.push(n);
      joined.push(isJoined?.[d] ?? false);
      strides.forEach((one, i) => result[i]!.push(one[d]!));
    }
  });
  if (sizes.length === 0) {
    sizes.push(1);
    joined.push(false);
    for (const one of result) one.push(1);
  }
  return { sizes, strides: result, isJoined: joined };
}

/** Values that a pass reads, and the leaves that represent them. */
interface Read {
  readonly of: readonly Leaf[];
  readonly at: number;
  readonly strides: readonly number[];
}

/** Merges leaves that read the same. Asks for their addresses, which may compute them. */
function readsOf(leaves: readonly Leaf[]): Read[] {
  const reads: { of: Leaf[]; at: number; strides: readonly number[] }[] = [];
  for (const leaf of leaves) {
    const at = leaf.data.at + 4 * leaf.offset;
    const same = reads.find((read) =>
      read.at === at && read.strides.every((stride, d) => stride === leaf.strides[d])
    );
    if (same) same.of.push(leaf);
    else reads.push({ of: [leaf], at, strides: leaf.strides });
  }
  return reads;
}

/** Strides of values in row-major order. */
export function rowMajor(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = stride;
    stride *= shape[d]!;
  }
  return strides;
}

/** How a pass is cut into pieces, and what each of them holds. */
interface Cut {
  readonly pieces: number;
  readonly perPiece: number;
  readonly rowsPerGroup?: number;
}

/** Queues a pass. Strides of reads and parts are those of `sizes`. */
function launch(
  backend: SimdBackend,
  loop: Loop,
  sizes: readonly number[],
  reads: readonly Read[],
  parts: readonly Part[],
  cut: Cut,
): void {
  const program = new Program(loop, sizes.length - 1, parts, reads);
  give(backend, program, codeOf(backend, program), sizes, reads, parts, cut);
}

/** Queues a pass that is compiled. */
function give(
  backend: SimdBackend,
  { scalars }: Program,
  { number, code, bytes, layout }: Compiled,
  sizes: readonly number[],
  reads: readonly Pick<Read, "at" | "strides">[],
  parts: readonly Pick<Part, "at" | "strides">[],
  { pieces, perPiece, rowsPerGroup = 1 }: Cut,
): void {
  const outer = sizes.length - 1;
  const args = new Array<number>(layout.words).fill(0);
  args[WORD.number] = number;
  args[WORD.code] = code;
  args[WORD.codeBytes] = bytes;
  args[WORD.n] = sizes[outer]!;
  args[WORD.rows] = sizeOf(sizes.slice(0, outer));
  args[WORD.perPiece] = perPiece;
  args[WORD.rowsPerGroup] = rowsPerGroup;
  for (let d = 1; d < outer; d++) args[layout.extents + d - 1] = sizes[d]!;
  reads.forEach(({ at, strides }, i) => {
    args[layout.leaves + i] = at;
    args[layout.innerStrides + i] = 4 * strides[outer]!;
    for (let d = 0; d < outer; d++) args[layout.leafStrides + i * outer + d] = 4 * strides[d]!;
  });
  parts.forEach(({ at, strides }, i) => {
    args[layout.outputs + i] = at;
    if (!strides) return;
    for (let d = 0; d < outer; d++) args[layout.outputStrides + i * outer + d] = 4 * strides[d]!;
  });
  scalars.forEach(({ value }, i) => args[layout.scalars + i] = float(value));
  backend.threads.run(Kernel.fused, pieces, args);
}

const ADJACENT = [1];

/**
 * A pass over values that lie side by side, to be given for several tensors.
 *
 * @param leaves Stand for the values that are read.
 * @returns Queues it for `n` values: where those are that are read, and where results go.
 */
export function flatPass(
  backend: SimdBackend,
  leaves: readonly Leaf[],
  expressions: readonly Expression[],
): (n: number, from: readonly number[], to: readonly number[]) => void {
  const parts = expressions.map((expression) => ({ expression }));
  const reads = leaves.map((leaf) => ({ of: [leaf], strides: ADJACENT }));
  const program = new Program("flat", 0, parts, reads);
  const compiled = codeOf(backend, program);
  return (n, from, to) => {
    const { pieces, size } = cut(n);
    give(
      backend,
      program,
      compiled,
      [n],
      from.map((at) => ({ at, strides: ADJACENT })),
      to.map((at) => ({ at })),
      { pieces, perPiece: size },
    );
  };
}

/** Rounded up to whole cache lines. */
const wholeLines = (floats: number): number => Math.ceil(floats / 16) * 16;

/** Rows with fewer values are processed several at a time, */
const NARROW = 32;
/** so that a row has at least this many, */
const WIDE = 64;
/** if there are at least this many rows. */
const MANY_VALUES = 8192;

/**
 * Treats several narrow rows as one, since they fill vectors badly: `[rows, n]` becomes `[rows / k, k * n]`. What is
 * the same in every row is repeated `k` times.
 * The repeated values are kept with them, for the next pass.
 *
 * @returns How many rows became one; 1 if that is impossible.
 */
function widen(
  backend: SimdBackend,
  sizes: number[],
  strides: readonly number[][],
  reads: Read[],
): number {
  const [rows, n] = sizes as [number, number];
  const fits = sizes.length === 2 && n < NARROW && rows * n >= MANY_VALUES &&
    strides.every((one) => one[1] === 1 && (one[0] === n || one[0] === 0));
  let times = Math.ceil(WIDE / n);
  while (times < WIDE && (rows % times !== 0 || times * n % 4 !== 0)) times++;
  if (!fits || rows % times !== 0) return 1;
  const isRepeated = strides.map((one) => one[0] === 0);
  if (reads.some(({ of }, i) => isRepeated[i] && !(of[0]!.data instanceof ArenaData))) return 1;
  reads.forEach((read, i) => {
    if (!isRepeated[i]) return;
    const { data, offset } = read.of[0] as Leaf<ArenaData>;
    const at = data.prepared(`${times} times ${n} from ${offset}`, times * n, (at) => {
      const leaf: Leaf = { kind: "leaf", data: read, offset: 0, strides: [0, 1] };
      launchMap(backend, [times, n], [leaf], [{ expression: leaf, at, strides: [n, 1] }]);
    });
    reads[i] = { ...read, at };
  });
  sizes[0]! /= times;
  sizes[1]! *= times;
  for (const one of strides) one[0]! *= times;
  return times;
}

/** Computes expressions of a shape in one pass. */
export function launchMap(
  backend: SimdBackend,
  shape: readonly number[],
  leaves: readonly Leaf[],
  parts: readonly (Part & { readonly strides: readonly number[] })[],
): void {
  const reads = readsOf(leaves);
  const { sizes, strides } = collapse(shape, [...reads, ...parts].map((one) => one.strides));
  // Results that are not adjacent are rows of one value each.
  if (strides.slice(reads.length).some((one) => one.at(-1) !== 1)) {
    sizes.push(1);
    for (const one of strides) one.push(1);
  }
  // A flat loop writes whole vectors, a row exactly its values.
  if (sizes.length === 1 && parts.some(({ isInside }) => isInside)) {
    sizes.unshift(1);
    for (const one of strides) one.unshift(0);
  }
  widen(backend, sizes, strides, reads);
  const isFlat = sizes.length === 1;
  const n = sizes.at(-1)!;
  const { pieces, size } = isFlat ? cut(n) : cutRows(sizeOf(sizes) / n, n);
  launch(
    backend,
    isFlat ? "flat" : "rows",
    sizes,
    reads.map((read, i) => ({ ...read, strides: strides[i]! })),
    parts.map((part, i) => ({ ...part, strides: strides[reads.length + i]! })),
    { pieces, perPiece: size },
  );
}

/** From this many rows on, several threads make partial sums, which are then added. */
const MANY_ROWS = 64;
/** How many parts fewer rows are cut into. */
const DIVISORS = [16, 12, 8, 6, 4, 3, 2, 1];

/** Sums of values in memory, `[...shape]`, along dimensions. */
export function sumInto(
  backend: SimdBackend,
  { shape, isJoined, from, to }: {
    shape: readonly number[];
    isJoined: readonly boolean[];
    from: number;
    to: number;
  },
): void {
  const leaf: Leaf = { kind: "leaf", data: { at: from }, offset: 0, strides: rowMajor(shape) };
  launchReduction(backend, shape, isJoined, [leaf], [{ expression: leaf, join: "sum", at: to }]);
}

/** Reduces expressions of a shape along dimensions; in one pass if these are adjacent. */
export function launchReduction(
  backend: SimdBackend,
  shape: readonly number[],
  isJoined: readonly boolean[],
  leaves: readonly Leaf[],
  parts: readonly Part[],
): void {
  const reads = readsOf(leaves);
  const { sizes, ...whole } = collapse(shape, reads.map(({ strides }) => strides), isJoined);
  const inner = sizes.at(-1)!, outer = sizes.length - 1;
  const pass = (
    loop: Loop,
    { pieces, size }: { pieces: number; size: number },
    into: readonly Part[],
    rowsPerGroup = 1,
  ): void =>
    launch(
      backend,
      loop,
      sizes,
      reads.map((read, i) => ({ ...read, strides: whole.strides[i]! })),
      into,
      { pieces, perPiece: size, rowsPerGroup },
    );

  const store = (into: readonly Part[]): void => {
    const strides = rowMajor(shape);
    launchMap(
      backend,
      shape,
      leaves,
      into.map(({ expression, at }) => ({ expression, at, strides })),
    );
  };

  if (!whole.isJoined.includes(true)) {
    store(parts);
  } else if (whole.isJoined[outer]) {
    // Along the row; the rest is reduced afterwards.
    const isFlat = outer === 0;
    const pieces = isFlat ? cut(inner) : cutRows(sizeOf(sizes) / inner, inner);
    const left = isFlat ? [pieces.pieces] : sizes.slice(0, outer);
    const isLeft = isFlat ? [true] : whole.isJoined.slice(0, outer);
    inSteps(backend, left, isLeft, parts, (into) => pass(isFlat ? "flat" : "rows", pieces, into));
  } else if (whole.isJoined[outer - 1]) {
    let start = outer - 1;
    while (start > 0 && whole.isJoined[start - 1]) start--;
    const before = sizes.slice(0, start);
    const rows = sizeOf(sizes.slice(start, outer));
    if (sizeOf(before) === 1 && rows >= MANY_ROWS) {
      const times = widen(backend, sizes, whole.strides, reads);
      const { pieces, size } = cutRows(rows / times, inner * times);
      const left = [pieces, times, inner];
      inSteps(
        backend,
        left,
        [true, true, false],
        parts,
        (into) => pass("groups", { pieces, size: 1 }, into, size),
      );
      return;
    }
    if (sizeOf(before) === 1) {
      // Few rows are cut across.
      const columns = rows * inner > 2 * GRAIN ? DIVISORS.find((n) => inner % n === 0)! : 1;
      sizes.splice(0, sizes.length, columns, ...sizes.slice(start, outer), inner / columns);
      for (const one of whole.strides) {
        one.splice(0, one.length, inner / columns * one[outer]!, ...one.slice(start));
      }
      before.splice(0, before.length, columns);
      whole.isJoined.splice(0, start, false);
    }
    const groups = sizeOf(before);
    const left = [...before, sizes.at(-1)!];
    const isLeft = [...whole.isJoined.slice(0, before.length), false];
    inSteps(
      backend,
      left,
      isLeft,
      parts,
      (into) => pass("groups", cutRows(groups, rows * sizes.at(-1)!), into, rows),
    );
  } else {
    // Kept dimensions are not adjacent: the values are stored first.
    inSteps(backend, shape, isJoined, parts, store);
  }
}

/**
 * Runs a pass whose results are `[shape]`, and reduces them further where needed.
 *
 * @param pass Writes its results to the parts that it is called with.
 */
function inSteps(
  backend: SimdBackend,
  shape: readonly number[],
  isJoined: readonly boolean[],
  parts: readonly Part[],
  pass: (into: readonly Part[]) => void,
): void {
  if (!shape.some((n, d) => n > 1 && isJoined[d])) {
    pass(parts);
    return;
  }
  const floats = wholeLines(sizeOf(shape));
  using scratch = backend.scratch(parts.length * floats, shape);
  const partial = parts.map((_, i) => scratch.at + 4 * floats * i);
  pass(parts.map((part, i) => ({ ...part, at: partial[i]! })));
  const leaves = partial.map((at): Leaf => ({
    kind: "leaf",
    data: { at },
    offset: 0,
    strides: rowMajor(shape),
  }));
  const rest = parts.map((part, i) => ({ ...part, expression: leaves[i]! }));
  launchReduction(backend, shape, isJoined, leaves, rest);
}

/**
 * Partial sums that pieces make independently, added up afterwards.
 *
 * @param out Where the `values` sums go.
 * @param give Queues the kernel that writes its sums to an address, `[pieces][values]`.
 */
export function sumPieces(
  backend: SimdBackend,
  { out, pieces, values, purpose }: {
    out: number;
    pieces: number;
    values: number;
    purpose: readonly number[];
  },
  give: (partial: number) => void,
): void {
  if (pieces === 1) {
    give(out);
    return;
  }
  using partial = backend.scratch(pieces * values, purpose);
  give(partial.at);
  const shape = [pieces, values];
  sumInto(backend, { shape, isJoined: [true, false], from: partial.at, to: out });
}
