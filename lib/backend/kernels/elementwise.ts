import { backend_util, type TensorInfo } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "lib/backend/backend.ts";
import { float, Kernel, type KernelId } from "lib/backend/pool.ts";
import {
  cut,
  cutRows,
  cutUnits,
  type FastKernel,
  isFloat,
  sizeOf,
} from "lib/backend/kernels/common.ts";
import {
  DeferredConvolution,
  DeferredStep,
  DeferredUnpooling,
  pending,
} from "lib/backend/kernels/deferred.ts";
import { runUnary, SCALE, UNARY } from "lib/backend/kernels/unary.ts";

/** Operations by their numbers in assembly/elementwise.ts. */
const BINARY = { Add: 0, Sub: 1, Multiply: 2, RealDiv: 3, Maximum: 4, Minimum: 5 } as const;
/** `a` where `b` is above zero, else 0. */
const RELU_GRAD = 6;

/** True if b's values are repeated along a's leading dimensions, as those of a bias are. */
function repeats(a: readonly number[], b: readonly number[]): boolean {
  const first = b.findIndex((n) => n !== 1);
  const core = first < 0 ? [] : b.slice(first);
  return core.length <= a.length && b.length <= a.length &&
    core.every((n, i) => n === a[a.length - core.length + i]);
}

/** True if b has one value for each of a's rows. */
function isPerRow(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && b.at(-1) === 1 && b.slice(0, -1).every((n, i) => n === a[i]);
}

function binary(op: number): FastKernel {
  const commutes = op === BINARY.Add || op === BINARY.Multiply;
  return ({ inputs, backend }) => {
    let { a, b } = inputs;
    if (!a || !b || !isFloat(a, b)) return undefined;
    let aSize = sizeOf(a.shape), bSize = sizeOf(b.shape);
    const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const size = sizeOf(shape);
    if (commutes && aSize < bSize) [a, b, aSize, bSize] = [b, a, bSize, aSize];
    let period = 0;
    if (aSize === size && bSize < size && bSize > 1) {
      const byRow = isPerRow(a.shape, b.shape);
      if (!byRow && !repeats(a.shape, b.shape)) return undefined;
      if (byRow || bSize % 4 !== 0) {
        const out = backend.output(shape);
        const rows = byRow ? bSize : size / bSize;
        const { pieces, size: part } = cutRows(rows, size / rows);
        backend.pool.run(Kernel.binaryRows, pieces, [
          backend.address(a),
          backend.address(b),
          out.at,
          op,
          rows,
          size / rows,
          part,
          byRow ? 1 : 0,
        ]);
        return out;
      }
      period = bSize;
    } else if ((aSize !== size && aSize !== 1) || (bSize !== size && bSize !== 1)) return undefined;
    const out = backend.output(shape);
    runBinary(
      backend,
      op,
      backend.address(a),
      backend.address(b),
      out.at,
      size,
      [aSize > 1, bSize > 1],
      period,
    );
    return out;
  };
}

function runBinary(
  backend: SimdBackend,
  op: number,
  a: number,
  b: number,
  out: number,
  size: number,
  [aIsArray, bIsArray]: readonly [boolean, boolean],
  period: number,
): void {
  const { pieces, size: part } = cut(size);
  backend.pool.run(Kernel.binary, pieces, [
    a,
    b,
    out,
    op,
    size,
    part,
    aIsArray ? 1 : 0,
    bIsArray ? 1 : 0,
    period,
  ]);
}

/** A bias that is added to a convolution waits with it. */
const addBinary = binary(BINARY.Add);
const add: FastKernel = (call) => {
  const { inputs: { a, b }, backend } = call;
  if (a && b && isFloat(a, b)) {
    const conv = pending(backend, a, DeferredConvolution);
    if (
      conv && !conv.deferred.bias && !conv.deferred.relu && b.shape.length === 1 &&
      b.shape[0] === a.shape[3]
    ) {
      return backend.deferredOutput(conv.deferred.withBias(backend.arenaData(b)));
    }
  }
  return addBinary(call);
};

/** The gradient of ReLU, which tfjs writes as `dy * step(x)`. */
const multiplyBinary = binary(BINARY.Multiply);
const multiply: FastKernel = (call) => {
  const { inputs: { a, b }, backend } = call;
  if (a && b && isFloat(a, b) && sizeOf(a.shape) === sizeOf(b.shape)) {
    const step = pending(backend, b, DeferredStep);
    if (step) {
      const through = pending(backend, a, DeferredUnpooling)?.deferred.throughRelu(step.deferred);
      if (through) return backend.deferredOutput(through);
      const out = backend.output(a.shape);
      const sign = step.deferred.sign.at;
      runBinary(backend, RELU_GRAD, backend.address(a), sign, out.at, step.size, [true, true], 0);
      return out;
    }
  }
  return multiplyBinary(call);
};

function unary(op: number): FastKernel {
  return ({ inputs: { x }, backend, attrs }) => {
    if (!x || !isFloat(x)) return undefined;
    const out = backend.output(x.shape);
    const { alpha = 0, clipValueMin, clipValueMax = 0 } = (attrs ?? {}) as Record<string, number>;
    runUnary(backend, op, backend.address(x), out.at, sizeOf(x.shape), [
      clipValueMin ?? alpha,
      clipValueMax,
    ]);
    return out;
  };
}

/** ReLU of a convolution waits with it. */
const reluUnary = unary(UNARY.Relu);
const relu: FastKernel = (call) => {
  const { inputs: { x }, backend } = call;
  const conv = x && pending(backend, x, DeferredConvolution);
  if (!conv || conv.deferred.relu) return reluUnary(call);
  const out = backend.deferredOutput(conv.deferred.withRelu(conv));
  conv.deferred.activated = backend.arenaData(out);
  return out;
};

/** The step function of a convolution waits for the gradient that it will be multiplied by. */
const stepUnary = unary(UNARY.Step);
const step: FastKernel = (call) => {
  const { inputs: { x }, backend, attrs } = call;
  const conv = x && attrs["alpha"] === 0 && pending(backend, x, DeferredConvolution);
  return conv ? backend.deferredOutput(new DeferredStep(backend, conv)) : stepUnary(call);
};

/** Sums or means over leading dimensions, as the gradient of a bias has them, or over the last one. */
function reduction(isMean: boolean): FastKernel {
  return ({ inputs: { x }, backend, attrs }) => {
    if (!x || !isFloat(x)) return undefined;
    const { axis, keepDims } = attrs as { axis: number | number[] | null; keepDims: boolean };
    const rank = x.shape.length;
    const axes = axis === null || axis === undefined
      ? x.shape.map((_, i) => i)
      : [axis].flat().map((a) => a < 0 ? a + rank : a).sort((p, q) => p - q);
    const isLast = axes.length === 1 && axes[0] === rank - 1;
    const areFirst = axes.length > 0 && axes.length < rank && axes.every((a, i) => a === i);
    if (!isLast && !areFirst) return undefined;
    const kept = x.shape.map((n, i) => axes.includes(i) ? 1 : n);
    const out = backend.output(keepDims ? kept : kept.filter((_, i) => !axes.includes(i)));
    if (isLast) runRows(backend, Kernel.sumColumns, x, out.at);
    else sumFirst(backend, x, axes.length, out.at);
    if (isMean) {
      const size = sizeOf(kept);
      runUnary(backend, SCALE, out.at, out.at, size, [size / sizeOf(x.shape), 0]);
    }
    return out;
  };
}

/** Sums over the first dimensions. */
function sumFirst(backend: SimdBackend, x: TensorInfo, dimensions: number, out: number): void {
  const n = sizeOf(x.shape.slice(dimensions));
  const rows = sizeOf(x.shape) / n;
  const unpooling = x.shape.length === 4 && dimensions === 3 && n % 4 === 0 &&
    pending(backend, x, DeferredUnpooling);
  if (unpooling) {
    sumUnpooled(backend, unpooling.deferred, out);
    return;
  }
  const { pieces, size } = cutRows(rows, n);
  if (pieces === 1) {
    backend.pool.run(Kernel.sumRows, 1, [backend.address(x), out, rows, n, rows]);
  } else {
    const partial = backend.scratch(pieces * n, x.shape);
    backend.pool.run(Kernel.sumRows, pieces, [backend.address(x), partial, rows, n, size]);
    backend.pool.run(Kernel.sumRows, 1, [partial, out, pieces, n, pieces]);
    backend.giveBack(partial);
  }
}

/** The same values over and over, as the gradient of batch normalisation has them. */
const tile: FastKernel = ({ inputs: { x }, backend, attrs }) => {
  if (!x || !isFloat(x)) return undefined;
  const { reps } = attrs as { reps: number[] };
  // Only the first dimension with more than one value, and those before it, can be repeated as a whole.
  const first = x.shape.findIndex((n) => n !== 1);
  const isWhole = first < 0 || reps.every((n, i) => n === 1 || i <= first);
  if (reps.length !== x.shape.length || !isWhole || reps.includes(0)) return undefined;
  const out = backend.output(x.shape.map((n, i) => n * reps[i]!));
  const times = sizeOf(reps), n = sizeOf(x.shape);
  const { pieces, size } = cutRows(times, n);
  backend.pool.run(Kernel.repeat, pieces, [backend.address(x), out.at, n, times, size]);
  return out;
};

/** Batch normalisation with one mean, variance, offset and scale for each of the last dimension. */
const fusedBatchNorm: FastKernel = ({ inputs, backend, attrs }) => {
  const { x, mean, variance, offset, scale } = inputs;
  if (!x || !mean || !variance || !isFloat(x, mean, variance, offset, scale)) return undefined;
  const n = x.shape.at(-1)!;
  const given = [mean, variance, offset, scale].filter((tensor) => tensor !== undefined);
  // tfjs repeats shorter ones.
  if (given.some(({ shape }) => shape.at(-1) !== n || sizeOf(shape) !== n)) return undefined;
  const rows = sizeOf(x.shape) / n;
  const out = backend.output(x.shape);
  const factors = backend.scratch(n, mean.shape);
  const { pieces, size } = cutRows(rows, n);
  backend.pool.run(Kernel.batchNormFactors, 1, [
    backend.address(variance),
    scale ? backend.address(scale) : 0,
    factors,
    n,
    float((attrs as { varianceEpsilon: number }).varianceEpsilon),
  ]);
  backend.pool.run(Kernel.batchNorm, pieces, [
    backend.address(x),
    backend.address(mean),
    factors,
    offset ? backend.address(offset) : 0,
    out.at,
    rows,
    n,
    size,
  ]);
  backend.giveBack(factors);
  return out;
};

/** Softmax over the last dimension. */
const softmax: FastKernel = ({ inputs: { logits }, backend, attrs }) => {
  if (!logits || !isFloat(logits) || logits.shape.length === 0) return undefined;
  const dim = attrs["dim"] as number;
  if (dim !== -1 && dim !== logits.shape.length - 1) return undefined;
  const out = backend.output(logits.shape);
  runRows(backend, Kernel.softmax, logits, out.at);
  return out;
};

/** Runs a kernel that works on rows of the last dimension. */
function runRows(backend: SimdBackend, kernel: KernelId, x: TensorInfo, out: number): void {
  const n = x.shape.at(-1)!;
  const rows = sizeOf(x.shape) / n;
  const { pieces, size } = cutUnits(rows, rows * n > 16384 ? 16 : 1);
  backend.pool.run(kernel, pieces, [backend.address(x), out, rows, n, size]);
}

/** Sums a deferred gradient over all but the channels. */
function sumUnpooled(backend: SimdBackend, unpooling: DeferredUnpooling, out: number): void {
  const { dy, mask, passedRelu } = unpooling;
  const n = unpooling.shape.at(-1)!;
  const rows = dy.size / n;
  const { pieces, size } = cutUnits(rows, 16);
  const partial = backend.scratch(pieces * n, dy.shape);
  backend.pool.run(Kernel.sumUnpooled, pieces, [
    dy.at,
    partial,
    rows,
    n,
    size,
    mask.at,
    passedRelu ? 1 : 0,
  ]);
  backend.pool.run(Kernel.sumRows, 1, [partial, out, pieces, n, pieces]);
  backend.giveBack(partial);
}

export const elementwise: Readonly<Record<string, FastKernel>> = {
  ...Object.fromEntries(Object.entries(BINARY).map(([name, op]) => [name, binary(op)])),
  ...Object.fromEntries(Object.entries(UNARY).map(([name, op]) => [name, unary(op)])),
  Add: add,
  FusedBatchNorm: fusedBatchNorm,
  Mean: reduction(true),
  Multiply: multiply,
  Relu: relu,
  Softmax: softmax,
  Step: step,
  Sum: reduction(false),
  Tile: tile,
};
