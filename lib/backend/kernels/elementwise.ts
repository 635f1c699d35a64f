import { backend_util } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "lib/backend/backend.ts";
import { Kernel } from "lib/backend/pool.ts";
import { cut, cutRows, type FastKernel, isFloat, sizeOf } from "lib/backend/kernels/common.ts";
import {
  DeferredConvolution,
  DeferredStep,
  DeferredUnpooling,
  pending,
} from "lib/backend/kernels/deferred.ts";
import { runUnary, UNARY } from "lib/backend/kernels/unary.ts";

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

export const elementwise: Readonly<Record<string, FastKernel>> = {
  ...Object.fromEntries(Object.entries(BINARY).map(([name, op]) => [name, binary(op)])),
  ...Object.fromEntries(Object.entries(UNARY).map(([name, op]) => [name, unary(op)])),
  Add: add,
  Multiply: multiply,
  Relu: relu,
  Step: step,
};
