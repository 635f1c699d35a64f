/**
 * Gradients as expressions, where TensorFlow.js calls an op for each operation and makes tensors of ones as large as
 * the input. They are used where they are not differentiated in turn; elsewhere TensorFlow.js's own are.
 * @module
 */
import {
  backend as currentBackend,
  broadcastTo,
  div,
  engine,
  getGradient,
  type GradFunc,
  registerGradient,
  reshape,
  type Tensor,
  type TensorInfo,
  unregisterGradient,
  util,
} from "@tensorflow/tfjs-core";
import { SimdBackend } from "lib/backend/backend.ts";
import * as x from "lib/backend/fusion/expression.ts";
import { elementwise, reduce } from "lib/backend/fusion/lazy.ts";
import { isFloat } from "lib/backend/kernels/common.ts";

type Expression = x.Expression;
type Attributes = Parameters<GradFunc>[2];

/** The gradients of an op's inputs; undefined where TensorFlow.js's own are to be taken. */
type Gradients = (
  backend: SimdBackend,
  dy: Tensor,
  saved: readonly (Tensor | undefined)[],
  attrs: Attributes,
) => Readonly<Record<string, () => TensorInfo>> | undefined;

const sameShape = (...tensors: readonly Tensor[]): boolean =>
  tensors.every(({ shape }) => util.arraysEqual(shape, tensors[0]!.shape));

/** Gradient of an op of one operand that saves its result. */
function ofResult(gradient: (dy: Expression, y: Expression) => Expression): Gradients {
  return (backend, dy, [y]) => ({
    x: () => elementwise(backend, dy.shape, [dy, y!], gradient),
  });
}

/** The same values as another tensor's. */
function share(backend: SimdBackend, { dataId, shape, dtype }: Tensor): TensorInfo {
  backend.incRef(dataId);
  return { dataId, shape, dtype };
}

const add: Gradients = (backend, dy, [a, b]) =>
  sameShape(dy, a!, b!) ? { a: () => share(backend, dy), b: () => share(backend, dy) } : undefined;

const multiply: Gradients = (backend, dy, [a, b]) => {
  if (!sameShape(dy, a!, b!)) return undefined;
  const times = (other: Tensor) => (): TensorInfo =>
    elementwise(backend, dy.shape, [dy, other], x.mul);
  return { a: times(b!), b: times(a!) };
};

/** Normalisation of the last dimension. */
const batchNorm: Gradients = (backend, dy, [a, mean, variance, scale], attrs) => {
  const channels = dy.shape.at(-1)!;
  const given = [mean!, variance!, ...scale ? [scale] : []];
  if (given.some(({ shape }) => shape.length !== 1 || shape[0] !== channels)) return undefined;
  const tensor = (info: TensorInfo): Tensor => engine().makeTensorFromTensorInfo(info, backend);
  const ofChannels = (
    tensors: readonly TensorInfo[],
    build: (...operands: Expression[]) => Expression,
  ): TensorInfo => elementwise(backend, [channels], tensors, build);
  const epsilon = x.scalar(attrs["varianceEpsilon"] as number);
  const root = tensor(ofChannels([variance!], (v) => x.div(1, x.sqrt(x.add(v!, epsilon)))));
  const factor = scale ? tensor(ofChannels([root, scale], x.mul)) : root;
  const sumOf = (tensors: readonly Tensor[], build: (...operands: Expression[]) => Expression) =>
    tensor(reduce(
      backend,
      {
        shape: [channels],
        from: dy.shape,
        isJoined: dy.shape.map((_, d) => d < dy.shape.length - 1),
        join: "sum",
      },
      tensors,
      build,
    ));
  const sum = sumOf([dy], (dy) => dy!);
  /** Of dy and the normalised values. */
  const product = sumOf(
    [dy, a!, mean!, root],
    (dy, a, mean, root) => x.mul(dy!, x.mul(x.sub(a!, mean!), root!)),
  );
  return {
    x: () => elementwise(backend, dy.shape, [dy, factor], x.mul),
    mean: () => ofChannels([sum, factor], (sum, factor) => x.neg(x.mul(sum!, factor!))),
    variance: () =>
      ofChannels(
        [product, root, factor],
        (product, root, factor) => x.mul(x.mul(product!, x.mul(root!, factor!)), -0.5),
      ),
    scale: () => share(backend, product),
    offset: () => share(backend, sum),
  };
};

const GRADIENTS: Readonly<Record<string, Gradients>> = {
  Add: add,
  FusedBatchNorm: batchNorm,
  Multiply: multiply,
  Sigmoid: ofResult((dy, y) => x.mul(dy, x.mul(y, x.sub(1, y)))),
  Tanh: ofResult((dy, y) => x.mul(x.sub(1, x.square(y)), dy)),
};

/** Installs a gradient in front of TensorFlow.js's own. */
function prefer(kernelName: string, gradients: Gradients): void {
  const original = getGradient(kernelName);
  if (!original) return;
  unregisterGradient(kernelName);
  registerGradient({
    ...original,
    gradFunc: (dy, saved, attrs) => {
      const backend = currentBackend();
      const isPlain = backend instanceof SimdBackend && !engine().isTapeOn() &&
        isFloat(dy as Tensor, ...saved);
      const own = isPlain ? gradients(backend, dy as Tensor, saved, attrs) : undefined;
      if (!own) return original.gradFunc(dy, saved, attrs);
      return Object.fromEntries(
        Object.entries(own).map(([input, gradient]) => [
          input,
          () => engine().makeTensorFromTensorInfo(gradient(), backend as SimdBackend),
        ]),
      ) as ReturnType<GradFunc>;
    },
  });
}

/** Repeats a value by strides, which stores nothing, where TensorFlow.js multiplies by ones. */
function repeat(kernelName: "Sum" | "Mean"): void {
  // A program that only predicts may not have loaded any.
  if (getGradient(kernelName)) unregisterGradient(kernelName);
  registerGradient({
    kernelName,
    inputsToSave: ["x"],
    gradFunc: (dy, [x], attrs) => {
      const { shape } = x!;
      const axes = util.parseAxisParam(attrs["axis"] as number[], shape);
      const kept = shape.map((n, d) => axes.includes(d) ? 1 : n);
      const size = util.sizeFromShape(shape) / util.sizeFromShape(kept);
      return {
        x: (): Tensor => {
          const each = reshape(dy as Tensor, kept);
          return broadcastTo(kernelName === "Mean" ? div(each, size) : each, shape as never);
        },
      };
    },
  });
}

let areReplaced = false;

/** Replaces gradients on this backend; others keep theirs. */
export function replaceGradients(): void {
  if (areReplaced) return;
  areReplaced = true;
  repeat("Sum");
  repeat("Mean");
  for (const [kernelName, gradients] of Object.entries(GRADIENTS)) prefer(kernelName, gradients);
}
