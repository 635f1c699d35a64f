import * as x from "lib/backend/fusion/expression.ts";
import { elementwise } from "lib/backend/fusion/lazy.ts";
import { type FastKernel, isFloat, sizeOf } from "lib/backend/kernels/common.ts";

/** Batch normalisation with a mean, variance, offset and scale for each channel of the last dimension. */
export const fusedBatchNorm: FastKernel = ({ inputs, backend, attrs }) => {
  const { x: a, mean, variance, offset, scale } = inputs;
  if (!a || !mean || !variance || !isFloat(a, mean, variance, offset, scale)) return undefined;
  const n = a.shape.at(-1)!;
  const given = [mean, variance, offset, scale].filter((tensor) => tensor !== undefined);
  // tfjs broadcasts shorter ones.
  if (given.some(({ shape }) => shape.at(-1) !== n || sizeOf(shape) !== n)) return undefined;
  const epsilon = x.scalar((attrs as { varianceEpsilon: number }).varianceEpsilon);
  const factors = elementwise(
    backend,
    [n],
    scale ? [variance, scale] : [variance],
    (variance, scale) => x.div(scale ?? 1, x.sqrt(x.add(variance!, epsilon))),
  );
  const out = elementwise(
    backend,
    a.shape,
    [a, mean, factors, ...offset ? [offset] : []],
    (a, mean, factors, offset) => {
      const scaled = x.mul(x.sub(a!, mean!), factors!);
      return offset ? x.add(scaled, offset) : scaled;
    },
  );
  backend.disposeIntermediateTensorInfo(factors);
  return out;
};
