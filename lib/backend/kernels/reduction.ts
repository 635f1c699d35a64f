import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "lib/backend/backend.ts";
import { Kernel, type KernelId } from "lib/backend/pool.ts";
import {
  cutRows,
  cutUnits,
  type FastKernel,
  isFloat,
  sizeOf,
  sumPieces,
} from "lib/backend/kernels/common.ts";
import { DeferredUnpooling, pending } from "lib/backend/kernels/deferred.ts";
import { runUnary, SCALE } from "lib/backend/kernels/unary.ts";

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
  sumPieces(backend, { out, pieces, values: n, purpose: x.shape }, (partial) => {
    backend.pool.run(Kernel.sumRows, pieces, [backend.address(x), partial, rows, n, size]);
  });
}

export const sum: FastKernel = reduction(false);
export const mean: FastKernel = reduction(true);

/** Softmax over the last dimension. */
export const softmax: FastKernel = ({ inputs: { logits }, backend, attrs }) => {
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
  sumPieces(backend, { out, pieces, values: n, purpose: dy.shape }, (partial) => {
    backend.pool.run(Kernel.sumUnpooled, pieces, [
      dy.at,
      partial,
      rows,
      n,
      size,
      mask.at,
      passedRelu ? 1 : 0,
    ]);
  });
}
