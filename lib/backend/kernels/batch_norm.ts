import { float, Kernel } from "lib/backend/pool.ts";
import { cutRows, type FastKernel, isFloat, sizeOf } from "lib/backend/kernels/common.ts";

/** The same values over and over, as the gradient of batch normalisation has them. */
export const tile: FastKernel = ({ inputs: { x }, backend, attrs }) => {
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
export const fusedBatchNorm: FastKernel = ({ inputs, backend, attrs }) => {
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
