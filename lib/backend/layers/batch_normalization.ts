import {
  customGrad,
  engine,
  type Tensor,
  type TensorInfo,
  type Variable,
} from "@tensorflow/tfjs-core";
import type { SimdBackend } from "lib/backend/backend.ts";
import { assign } from "lib/backend/fusion/assign.ts";
import * as x from "lib/backend/fusion/expression.ts";
import { computeInto, elementwise, reduce, show, viewOf } from "lib/backend/fusion/lazy.ts";
import { isFloat } from "lib/backend/kernels/common.ts";
import type { Call, Layer } from "lib/backend/layers/layer.ts";

type Expression = x.Expression;
type Weight = { read(): Tensor };

interface BatchNormalization extends Layer {
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly gamma?: Weight;
  readonly beta?: Weight;
  readonly movingMean: Weight;
  readonly movingVariance: Weight;
}

/** Sums for each of the last dimension; those that are made of the same tensors are summed in one pass. */
function sumOf(
  backend: SimdBackend,
  from: readonly number[],
  tensors: readonly TensorInfo[],
  build: (...operands: Expression[]) => Expression,
): Tensor {
  const last = from.length - 1;
  const kind = {
    shape: [from[last]!],
    from,
    isJoined: from.map((_, d) => d < last),
    join: "sum",
  } as const;
  return engine().makeTensorFromTensorInfo(reduce(backend, kind, tensors, build), backend);
}

/**
 * A batch's own mean and variance in one pass over it, where TensorFlow.js takes two and some thirty ops for each
 * layer and its gradient.
 */
export const batchNormalization: Call<BatchNormalization> = (
  layer,
  backend,
  input,
  { training },
) => {
  const { shape, rank } = input;
  const channels = shape.at(-1)!;
  const { gamma, beta, epsilon } = layer;
  const isLast = layer.axis === -1 || layer.axis === rank - 1;
  if (!training || !gamma || !beta || !isLast || rank < 2 || !isFloat(input)) return undefined;
  const n = x.scalar(input.size / channels);
  const decay = x.scalar(1 - layer.momentum);
  const ofChannels = (): TensorInfo & { readonly at: number } => backend.output([channels]);
  const tensor = (info: TensorInfo): Tensor => engine().makeTensorFromTensorInfo(info, backend);

  const op = customGrad((...args) => {
    const [input, gamma, beta, save] = args as [
      Tensor,
      Tensor,
      Tensor,
      (tensors: Tensor[]) => void,
    ];
    // From the first example's values on, so that squares of a mean far from zero cancel nothing.
    const { data, offset, strides } = viewOf(backend, input);
    const first = tensor(show(backend, [channels], data, offset, [strides.at(-1)!]));
    const apart = (a: Expression, first: Expression): Expression => x.sub(a, first);
    const sum = sumOf(backend, shape, [input, first], (a, b) => apart(a!, b!));
    const squares = sumOf(backend, shape, [input, first], (a, b) => x.square(apart(a!, b!)));
    const [mean, root, factor] = [ofChannels(), ofChannels(), ofChannels()];
    const averages = [layer.movingMean, layer.movingVariance].map((one) => one.read() as Variable);
    assign(backend, averages, [first, sum, squares, gamma], (...operands) => {
      const [oldMean, oldVariance, first, sum, squares, gamma] = operands as [
        Expression,
        Expression,
        Expression,
        Expression,
        Expression,
        Expression,
      ];
      const shift = x.div(sum, n);
      const mean = x.add(first, shift);
      const variance = x.max(x.sub(x.div(squares, n), x.square(shift)), 0);
      const root = x.div(1, x.sqrt(x.add(variance, x.scalar(epsilon))));
      const next = (old: Expression, now: Expression): Expression =>
        x.sub(old, x.mul(x.sub(old, now), decay));
      return [
        next(oldMean, mean),
        next(oldVariance, variance),
        mean,
        root,
        x.mul(root, gamma),
      ];
    }, [mean, root, factor]);
    const kept = [mean, root, factor].map(tensor);
    save([input, ...kept]);
    return {
      value: tensor(
        elementwise(
          backend,
          shape,
          [input, mean, factor, beta],
          (a, mean, factor, beta) => x.add(x.mul(x.sub(a!, mean!), factor!), beta!),
        ),
      ),
      gradFunc: (dy, saved) => gradients(backend, dy as Tensor, saved as Tensor[]),
    };
  });
  return op(input, gamma.read(), beta.read());
};

/** Of the input, the scale and the offset. */
function gradients(backend: SimdBackend, dy: Tensor, saved: readonly Tensor[]): Tensor[] {
  const [input, mean, root, factor] = saved as [Tensor, Tensor, Tensor, Tensor];
  const { shape } = dy;
  const channels = shape.at(-1)!;
  const n = x.scalar(dy.size / channels);
  const sum = sumOf(backend, shape, [dy], (dy) => dy!);
  /** Of dy and the normalised values. */
  const product = sumOf(
    backend,
    shape,
    [dy, input, mean, root],
    (dy, a, mean, root) => x.mul(dy!, x.mul(x.sub(a!, mean!), root!)),
  );
  // dx is factor * dy - slope * (x - mean) - offset
  const slope = backend.output([channels]), offset = backend.output([channels]);
  computeInto(
    backend,
    [channels],
    [sum, product, root, factor],
    [slope, offset],
    (...operands) => {
      const [sum, product, root, factor] = operands as [
        Expression,
        Expression,
        Expression,
        Expression,
      ];
      const share = x.div(factor, n);
      return [x.mul(share, x.mul(product, root)), x.mul(share, sum)];
    },
  );
  const dx = elementwise(
    backend,
    shape,
    [dy, factor, input, mean, slope, offset],
    (dy, factor, a, mean, slope, offset) =>
      x.sub(x.sub(x.mul(dy!, factor!), x.mul(x.sub(a!, mean!), slope!)), offset!),
  );
  for (const one of [slope, offset]) backend.disposeIntermediateTensorInfo(one);
  return [engine().makeTensorFromTensorInfo(dx, backend), product, sum];
}
