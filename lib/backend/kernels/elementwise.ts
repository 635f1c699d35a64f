import { backend_util, type TensorInfo, util } from "@tensorflow/tfjs-core";
import * as x from "lib/backend/fusion/expression.ts";
import type { Expression } from "lib/backend/fusion/expression.ts";
import { elementwise as lazily, show } from "lib/backend/fusion/lazy.ts";
import { type FastKernel, isFloat, sizeOf } from "lib/backend/kernels/common.ts";
import {
  DeferredConvolution,
  DeferredStep,
  DeferredSum,
  DeferredUnpooling,
  pending,
} from "lib/backend/kernels/deferred.ts";

type Unary = (a: Expression, ...parameters: Expression[]) => Expression;
type Binary = (a: Expression, b: Expression) => Expression;

/** Ops with one operand, by tfjs's names. */
const UNARY: Readonly<Record<string, Unary>> = {
  Abs: x.abs,
  Ceil: x.ceil,
  Exp: x.exp,
  Floor: x.floor,
  Log: x.log,
  Neg: x.neg,
  Reciprocal: (a) => x.div(1, a),
  Relu: x.relu,
  Relu6: (a) => x.min(x.relu(a), 6),
  Round: x.round,
  Rsqrt: (a) => x.div(1, x.sqrt(a)),
  Sigmoid: x.sigmoid,
  Sign: x.sign,
  Sqrt: x.sqrt,
  Square: x.square,
  Tanh: x.tanh,
};

/** Those with parameters, and the names of these among tfjs's attributes. */
const PARAMETRIC: Readonly<Record<string, readonly [Unary, ...string[]]>> = {
  ClipByValue: [(a, low, high) => x.min(x.max(a, low!), high!), "clipValueMin", "clipValueMax"],
  LeakyRelu: [(a, alpha) => x.choose(x.lt(a, 0), x.mul(a, alpha!), a), "alpha"],
  Step: [(a, alpha) => x.step(a, alpha!), "alpha"],
};

const BINARY: Readonly<Record<string, Binary>> = {
  Add: x.add,
  Sub: x.sub,
  Multiply: x.mul,
  RealDiv: x.div,
  Maximum: x.max,
  Minimum: x.min,
  SquaredDifference: (a, b) => x.square(x.sub(a, b)),
};

const COMPARISON: Readonly<Record<string, Binary>> = {
  Equal: x.equal,
  Greater: x.greater,
  GreaterEqual: x.greaterEqual,
  Less: x.less,
  LessEqual: x.lessEqual,
  NotEqual: x.notEqual,
};

const LOGICAL: Readonly<Record<string, Binary>> = { LogicalAnd: x.min, LogicalOr: x.max };

function isLogical(...tensors: TensorInfo[]): boolean {
  return tensors.every(({ dtype, shape }) => dtype === "bool" && shape.every((n) => n > 0));
}

function unary(op: Unary, names: readonly string[] = []): FastKernel {
  return ({ inputs: { x: a }, backend, attrs }) => {
    if (!a || !isFloat(a)) return undefined;
    const parameters = names.map((name) => x.scalar(attrs[name] as number));
    return lazily(backend, a.shape, [a], (a) => op(a!, ...parameters));
  };
}

function binary(
  op: Binary,
  fits: (...tensors: TensorInfo[]) => boolean = isFloat,
  dtype: "float32" | "bool" = "float32",
): FastKernel {
  return ({ inputs: { a, b }, backend }) => {
    if (!a || !b || !fits(a, b)) return undefined;
    const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
    return lazily(backend, shape, [a, b], (a, b) => op(a!, b!), dtype);
  };
}

const logicalNot: FastKernel = ({ inputs: { x: a }, backend }) =>
  a && isLogical(a) ? lazily(backend, a.shape, [a], (a) => x.sub(1, a!), "bool") : undefined;

const select: FastKernel = ({ inputs: { condition, t, e }, backend }) => {
  if (!condition || !t || !e || !isFloat(t, e) || condition.dtype !== "bool") return undefined;
  if (condition.shape.length !== t.shape.length) return undefined;
  return lazily(backend, t.shape, [condition, t, e], (c, t, e) => x.where(c!, t!, e!));
};

const cast: FastKernel = ({ inputs: { x: a }, backend, attrs }) => {
  if (!a || a.dtype === attrs["dtype"]) return undefined;
  if (attrs["dtype"] === "float32" && isLogical(a)) return lazily(backend, a.shape, [a], (a) => a!);
  if (attrs["dtype"] === "bool" && isFloat(a)) {
    return lazily(backend, a.shape, [a], (a) => x.isTrue(a!), "bool");
  }
  return undefined;
};

/** The same number everywhere. */
function constant(value: number): FastKernel {
  return ({ inputs: { x: like }, backend }) =>
    like && isFloat(like) ? lazily(backend, like.shape, [], () => x.scalar(value)) : undefined;
}

/** A bias added to a convolution is deferred with it, and so are sums of products. */
const addLazily = binary(x.add);
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
    const [sum, other] = [a, b].map((tensor) => pending(backend, tensor, DeferredSum)?.deferred);
    if (sum && other && util.arraysEqual(a.shape, b.shape)) {
      return backend.deferredOutput(sum.plus(other));
    }
  }
  return addLazily(call);
};

/** The gradient of ReLU, which tfjs writes as `dy * step(x)`. */
const multiplyLazily = binary(x.mul);
const multiply: FastKernel = (call) => {
  const { inputs: { a, b }, backend } = call;
  if (a && b && isFloat(a, b) && sizeOf(a.shape) === sizeOf(b.shape)) {
    const step = pending(backend, b, DeferredStep);
    if (step) {
      const through = pending(backend, a, DeferredUnpooling)?.deferred.throughRelu(step.deferred);
      if (through) return backend.deferredOutput(through);
      const sign = show(backend, b.shape, step.deferred.sign);
      const result = lazily(backend, a.shape, [a, sign], (dy, y) => x.reluGradient(dy!, y!));
      backend.disposeIntermediateTensorInfo(sign);
      return result;
    }
  }
  return multiplyLazily(call);
};

/** ReLU of a convolution is deferred with it. */
const reluLazily = unary(x.relu);
const relu: FastKernel = (call) => {
  const { inputs: { x }, backend } = call;
  const conv = x && pending(backend, x, DeferredConvolution);
  if (!conv || conv.deferred.relu) return reluLazily(call);
  const out = backend.deferredOutput(conv.deferred.withRelu(conv));
  conv.deferred.activated = backend.arenaData(out);
  return out;
};

/** The step function of a convolution is deferred until it meets the gradient that it is multiplied by. */
const stepLazily = unary(...PARAMETRIC["Step"]!.slice(0, 1) as [Unary], ["alpha"]);
const step: FastKernel = (call) => {
  const { inputs: { x }, backend, attrs } = call;
  const conv = x && attrs["alpha"] === 0 && pending(backend, x, DeferredConvolution);
  return conv ? backend.deferredOutput(new DeferredStep(backend, conv)) : stepLazily(call);
};

function each<Op>(
  ops: Readonly<Record<string, Op>>,
  make: (op: Op) => FastKernel,
): Record<string, FastKernel> {
  return Object.fromEntries(Object.entries(ops).map(([name, op]) => [name, make(op)]));
}

export const elementwise: Readonly<Record<string, FastKernel>> = {
  ...each(UNARY, (op) => unary(op)),
  ...each(PARAMETRIC, ([op, ...names]) => unary(op, names)),
  ...each(BINARY, (op) => binary(op)),
  ...each(COMPARISON, (op) => binary(op, isFloat, "bool")),
  ...each(LOGICAL, (op) => binary(op, isLogical, "bool")),
  Add: add,
  Cast: cast,
  LogicalNot: logicalNot,
  Multiply: multiply,
  OnesLike: constant(1),
  Relu: relu,
  Select: select,
  Step: step,
  ZerosLike: constant(0),
};
