/**
 * Tensors that remain expressions until their values are needed.
 *
 * Elementwise ops only record what to compute, so a chain of them, with a reduction at its end, becomes one pass
 * over memory. What is cheap to compute is computed twice rather than stored.
 * @module
 */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { ArenaData, type Deferred, type SimdBackend } from "lib/backend/backend.ts";
import type { Join } from "lib/backend/fusion/compile.ts";
import type * as expressions from "lib/backend/fusion/expression.ts";
import { costOf, type Expression, scalar, scalarsOf } from "lib/backend/fusion/expression.ts";
import { launchMap, launchReduction, type Part, rowMajor } from "lib/backend/fusion/launch.ts";
import { sizeOf } from "lib/backend/kernels/common.ts";

/** With more leaves, operands are computed on their own. */
const MOST_LEAVES = 8;
/** With more instructions, operands are computed on their own. */
const MOST_COST = 250;
/** With more scalars, operands are computed on their own: scalars are a job's arguments. */
const MOST_SCALARS = 24;
/** What takes more instructions is not computed a second time. */
const CHEAP = 10;
/**
 * Longest chain of pending expressions; a longer one is computed. A moving average that nobody reads would
 * otherwise keep the values of every step.
 */
const MOST_DEPTH = 3;
/** Most results of a pass. */
const MOST_OUTPUTS = 8;

type Leaf = expressions.Leaf<ArenaData>;

/** Releases what is held, once. */
class Holder {
  #held: readonly Leaf[];

  constructor(readonly leaves: readonly Leaf[]) {
    this.#held = leaves;
    for (const { data } of leaves) data.hold();
  }

  release(): void {
    const held = this.#held;
    this.#held = [];
    for (const { data } of held) data.release();
  }
}

/** Values given by an expression of others. */
class LazyValues implements Deferred {
  readonly #holder: Holder;
  /** How many expressions this one is part of. */
  uses = 0;
  /** Length of the chain of pending expressions, this one included. */
  readonly depth: number;
  /** Where the values go, once they have a tensor. */
  data: ArenaData | undefined;

  constructor(
    readonly backend: SimdBackend,
    readonly shape: readonly number[],
    readonly expression: Expression,
    leaves: readonly Leaf[],
    /** Other tensors' expressions that this one has become. */
    readonly inlined: readonly LazyValues[] = [],
  ) {
    // Computing one may dispose another.
    this.#holder = new Holder(leaves);
    let below = 0;
    for (const { data } of leaves) {
      const depth = pendingValues(data)?.depth ?? 0;
      if (depth < MOST_DEPTH) below = Math.max(below, depth);
      else data.at;
    }
    this.depth = below + 1;
  }

  get leaves(): readonly Leaf[] {
    return this.#holder.leaves;
  }

  /** Writes the values, along with those of costly parts that a gradient may still ask for. */
  compute(at: number): void {
    // Operands may be computed from those parts.
    for (const { data } of this.leaves) data.at;
    const others = this.inlined.filter((one) => one.isKept).slice(0, MOST_OUTPUTS - 1);
    const strides = rowMajor(this.shape);
    launchMap(this.backend, this.shape, this.leaves, [
      { expression: this.expression, at, strides },
      ...others.map(({ expression, data }) => ({ expression, at: data!.reserve(), strides })),
    ]);
    for (const one of [this, ...others]) one.release();
  }

  /** True if a second use would store it. */
  get isKept(): boolean {
    const { data, expression } = this;
    return data !== undefined && !data.isComputed && !data.isFreed && costOf(expression) > CHEAP;
  }

  release(): void {
    this.#holder.release();
  }
}

/** Pending reductions of each backend, which may share a pass. */
const waiting = new WeakMap<SimdBackend, Set<LazyReduction>>();

/** An expression reduced along dimensions. */
class LazyReduction implements Deferred {
  readonly #holder: Holder;
  readonly #key: string;
  /** Where the result goes, once it has a tensor. */
  data: ArenaData | undefined;

  /**
   * @param shape Of the result.
   * @param from Of the expression.
   * @param isJoined Whether each dimension of the expression is reduced.
   */
  constructor(
    readonly backend: SimdBackend,
    readonly shape: readonly number[],
    readonly from: readonly number[],
    readonly isJoined: readonly boolean[],
    readonly join: Join,
    readonly expression: Expression,
    leaves: readonly Leaf[],
  ) {
    this.#holder = new Holder(leaves);
    // So that reductions in one pass don't wait for each other.
    for (const { data } of leaves) {
      if (data.deferred instanceof LazyReduction || data.deferred instanceof LazyValues) data.at;
    }
    this.#key = `${from} ${isJoined}`;
    let all = waiting.get(backend);
    if (!all) waiting.set(backend, all = new Set());
    all.add(this);
  }

  get leaves(): readonly Leaf[] {
    return this.#holder.leaves;
  }

  /** This reduction, and those of the same kind that share something that it reads. */
  #company(): { group: LazyReduction[]; leaves: Leaf[] } {
    const group: LazyReduction[] = [this];
    let leaves = [...this.leaves];
    let scalars = scalarsOf(this.expression);
    for (const other of waiting.get(this.backend)!) {
      if (group.length === MOST_OUTPUTS) break;
      if (other === this || other.#key !== this.#key || !other.data) continue;
      const union = unite([leaves, other.leaves]);
      if (union.length > MOST_LEAVES || union.length === leaves.length + other.leaves.length) {
        continue;
      }
      scalars += scalarsOf(other.expression);
      if (scalars > MOST_SCALARS) break;
      group.push(other);
      leaves = union;
    }
    return { group, leaves };
  }

  compute(at: number): void {
    const { group, leaves } = this.#company();
    const parts: Part[] = group.map((one) => ({
      expression: one.expression,
      join: one.join,
      at: one === this ? at : one.data!.reserve(),
    }));
    launchReduction(this.backend, this.from, this.isJoined, leaves, parts);
    for (const one of group) one.release();
  }

  release(): void {
    waiting.get(this.backend)!.delete(this);
    this.#holder.release();
  }
}

function unite(lists: readonly (readonly Leaf[])[]): Leaf[] {
  const result: Leaf[] = [];
  for (const leaves of lists) {
    for (const leaf of leaves) {
      if (!result.includes(leaf)) result.push(leaf);
    }
  }
  return result;
}

/** An operand's part in an expression. */
interface Operand {
  readonly expression: Expression;
  readonly leaves: readonly Leaf[];
  /** The values whose expression it is; absent if they are only read. */
  readonly lazy?: LazyValues;
}

/** The leaves last made for these values, by which reductions see that they read the same. */
const lastLeaves = new WeakMap<ArenaData, readonly Leaf[]>();
/** An op may read the same values by two views. */
const MOST_KNOWN = 2;

function leafOperand(data: ArenaData, strides: readonly number[], offset = 0): Operand {
  const known = lastLeaves.get(data) ?? [];
  let leaf = known.find((one) => one.offset === offset && sameShape(one.strides, strides));
  if (!leaf) {
    leaf = { kind: "leaf", data, offset, strides };
    lastLeaves.set(data, [leaf, ...known.slice(0, MOST_KNOWN - 1)]);
  }
  return { expression: leaf, leaves: [leaf] };
}

/** A tensor's values with strides: its own, or those that it is a view of. */
export function viewOf(
  backend: SimdBackend,
  tensor: TensorInfo,
): { data: ArenaData; offset: number; strides: readonly number[] } {
  const data = backend.arenaData(tensor);
  const lazy = pendingValues(data);
  if (lazy?.expression.kind === "leaf") {
    const { data: base, offset, strides } = lazy.expression as Leaf;
    const reshaped = reshape(strides, lazy.shape, tensor.shape);
    if (reshaped) return { data: base, offset, strides: reshaped };
  }
  return { data, offset: 0, strides: rowMajor(tensor.shape) };
}

function pendingValues(data: ArenaData): LazyValues | undefined {
  return !data.isComputed && data.deferred instanceof LazyValues ? data.deferred : undefined;
}

/** Strides of the same values in another shape; undefined if there are none. */
function reshape(
  strides: readonly number[],
  from: readonly number[],
  to: readonly number[],
): readonly number[] | undefined {
  if (sameShape(from, to)) return strides;
  if (strides.every((stride) => stride === 0)) return to.map(() => 0);
  const whole = rowMajor(from);
  if (from.every((n, d) => n === 1 || strides[d] === whole[d])) return rowMajor(to);
  // Dimensions of size one come and go.
  const kept = from.flatMap((n, d) => n === 1 ? [] : [{ n, stride: strides[d]! }]);
  const result: number[] = [];
  for (const n of to) result.push(n === 1 ? 0 : kept[0]?.n === n ? kept.shift()!.stride : NaN);
  return kept.length === 0 && !result.some(Number.isNaN) ? result : undefined;
}

/** Strides of a tensor that is broadcast to another shape. */
function broadcast(
  strides: readonly number[],
  from: readonly number[],
  to: readonly number[],
): readonly number[] {
  const missing = to.length - from.length;
  return to.map((n, d) =>
    d < missing || (from[d - missing] === 1 && n > 1) ? 0 : strides[d - missing]!
  );
}

/** An expression in another shape; undefined if strides can't describe it. */
function reshapeOperand(
  { expression, leaves }: Operand,
  from: readonly number[],
  to: readonly number[],
): Operand | undefined {
  if (sameShape(from, to)) return { expression, leaves };
  const replaced = new Map<Expression, Expression>();
  const reshaped: Leaf[] = [];
  for (const leaf of leaves) {
    const strides = reshape(leaf.strides, from, to);
    if (!strides) return undefined;
    const other = { ...leaf, strides };
    replaced.set(leaf, other);
    reshaped.push(other);
  }
  const copy = (x: Expression): Expression => {
    if (x.kind !== "node") return replaced.get(x) ?? x;
    let y = replaced.get(x);
    if (!y) replaced.set(x, y = { ...x, args: x.args.map(copy) });
    return y;
  };
  return { expression: copy(expression), leaves: reshaped };
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, d) => n === b[d]);
}

/**
 * A tensor as an operand of an expression of a shape.
 *
 * @param isAlone If it is an expression itself, its values are computed first.
 */
function operand(
  backend: SimdBackend,
  tensor: TensorInfo,
  shape: readonly number[],
  isAlone: boolean,
): Operand {
  const stored = backend.data.get(tensor.dataId);
  if (!(stored instanceof ArenaData) && sizeOf(tensor.shape) === 1) {
    const value = Number((stored.values as ArrayLike<number>)[0]);
    return { expression: scalar(value), leaves: [] };
  }
  const data = backend.arenaData(tensor);
  const lazy = pendingValues(data);
  const own = lazy && reshapeOperand(lazy, lazy.shape, tensor.shape);
  if (lazy && own) {
    const { expression } = own;
    if (expression.kind === "scalar" || expression.kind === "literal") return own;
    if (expression.kind === "leaf") {
      const strides = broadcast(expression.strides, tensor.shape, shape);
      return leafOperand(own.leaves[0]!.data, strides, expression.offset);
    }
    const isOnce = lazy.uses === 0 || (expression.kind === "node" && expression.cost <= CHEAP);
    if (isOnce && !isAlone && sameShape(tensor.shape, shape)) return { ...own, lazy };
  }
  return leafOperand(data, broadcast(rowMajor(tensor.shape), tensor.shape, shape));
}

/** Tensors as operands of one expression. */
interface Operands {
  readonly expressions: readonly Expression[];
  readonly leaves: readonly Leaf[];
  /** Tensors whose expressions they are. */
  readonly inlined: readonly LazyValues[];
}

/** Tensors as operands, with their expressions; undefined if that is too much for one pass. */
function inOnePass(
  backend: SimdBackend,
  tensors: readonly TensorInfo[],
  shape: readonly number[],
): Operands | undefined {
  const found = tensors.map((tensor) => operand(backend, tensor, shape, false));
  const expressions = found.map(({ expression }) => expression);
  const leaves = unite(found.map((one) => one.leaves));
  if (leaves.length > MOST_LEAVES || total(expressions, costOf) > MOST_COST) return undefined;
  if (total(expressions, scalarsOf) > MOST_SCALARS) return undefined;
  const inlined = new Set<LazyValues>();
  for (const { lazy } of found) {
    if (!lazy) continue;
    lazy.uses++;
    // In another shape, the expression differs.
    if (sameShape(lazy.shape, shape)) {
      for (const one of [lazy, ...lazy.inlined]) inlined.add(one);
    }
  }
  return { expressions, leaves, inlined: [...inlined] };
}

const total = (all: readonly Expression[], of: (x: Expression) => number): number =>
  all.reduce((sum, x) => sum + of(x), 0);

/** Tensors as operands; their values are computed first if they are too much for one pass. */
function operands(
  backend: SimdBackend,
  tensors: readonly TensorInfo[],
  shape: readonly number[],
): Operands {
  const whole = inOnePass(backend, tensors, shape);
  if (whole) return whole;
  const found = tensors.map((tensor) => operand(backend, tensor, shape, true));
  return {
    expressions: found.map(({ expression }) => expression),
    leaves: unite(found.map((one) => one.leaves)),
    inlined: [],
  };
}

/** A tensor that is an expression of others, broadcast to its shape. */
export function elementwise(
  backend: SimdBackend,
  shape: readonly number[],
  tensors: readonly TensorInfo[],
  build: (...operands: Expression[]) => Expression,
  dtype: "float32" | "bool" = "float32",
): TensorInfo {
  const { expressions, leaves, inlined } = operands(backend, tensors, shape);
  const lazy = new LazyValues(backend, shape, build(...expressions), leaves, inlined);
  const result = backend.deferredOutput(lazy, dtype);
  lazy.data = backend.arenaData(result);
  return result;
}

/** A tensor that is a view of another's values, by strides. */
export function show(
  backend: SimdBackend,
  shape: readonly number[],
  data: ArenaData,
  offset = 0,
  strides: readonly number[] = rowMajor(shape),
): TensorInfo {
  const leaf: Leaf = { kind: "leaf", data, offset, strides };
  return backend.deferredOutput(new LazyValues(backend, shape, leaf, [leaf]), data.dtype);
}

/** A tensor that is an expression reduced. */
export function reduce(
  backend: SimdBackend,
  { shape, from, isJoined, join }: {
    /** Shape of the result. */
    shape: readonly number[];
    /** Shape of what is reduced. */
    from: readonly number[];
    /** Whether each dimension of `from` is reduced. */
    isJoined: readonly boolean[];
    join: Join;
  },
  tensors: readonly TensorInfo[],
  build: (...operands: Expression[]) => Expression,
): TensorInfo {
  const { expressions, leaves } = operands(backend, tensors, from);
  const expression = build(...expressions);
  const lazy = new LazyReduction(backend, shape, from, isJoined, join, expression, leaves);
  const result = backend.deferredOutput(lazy);
  lazy.data = backend.arenaData(result);
  return result;
}

type Place = Omit<Part, "expression" | "join">;

/** Computes expressions of tensors in one pass, each into a given place, which may be an operand's. */
export function computeInto(
  backend: SimdBackend,
  shape: readonly number[],
  tensors: readonly TensorInfo[],
  places: readonly Place[],
  build: (...operands: Expression[]) => readonly Expression[],
): void {
  launchInto(backend, shape, operands(backend, tensors, shape), places, build);
}

/** Writes tensors of a shape into given places; in one pass if they are expressions of few others. */
export function copyInto(
  backend: SimdBackend,
  shape: readonly number[],
  tensors: readonly TensorInfo[],
  places: readonly Place[],
): void {
  const whole = tensors.length <= MOST_OUTPUTS ? inOnePass(backend, tensors, shape) : undefined;
  if (whole) launchInto(backend, shape, whole, places, (...all) => all);
  else tensors.forEach((one, i) => computeInto(backend, shape, [one], [places[i]!], (x) => [x!]));
}

function launchInto(
  backend: SimdBackend,
  shape: readonly number[],
  { expressions, leaves }: Operands,
  places: readonly Place[],
  build: (...operands: Expression[]) => readonly Expression[],
): void {
  const results = build(...expressions);
  const strides = rowMajor(shape);
  const holder = new Holder(leaves);
  launchMap(
    backend,
    shape,
    leaves,
    places.map((place, i) => ({ strides, ...place, expression: results[i]! })),
  );
  holder.release();
}
