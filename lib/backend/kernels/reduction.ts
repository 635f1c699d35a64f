import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "lib/backend/backend.ts";
import type { Join } from "lib/backend/fusion/compile.ts";
import * as x from "lib/backend/fusion/expression.ts";
import { elementwise, reduce } from "lib/backend/fusion/lazy.ts";
import { cutUnits, type FastKernel, isFloat, sizeOf } from "lib/backend/kernels/common.ts";
import { sumPieces } from "lib/backend/fusion/launch.ts";
import { DeferredUnpooling, pending } from "lib/backend/kernels/deferred.ts";

function joinAlong(
  backend: SimdBackend,
  a: TensorInfo,
  join: Join,
  axis: number | readonly number[] | null | undefined,
  keepDims: boolean,
): TensorInfo {
  const rank = a.shape.length;
  const axes = axis === null || axis === undefined
    ? a.shape.map((_, d) => d)
    : [axis].flat().map((d) => d < 0 ? d + rank : d);
  const isJoined = a.shape.map((_, d) => axes.includes(d));
  const shape = keepDims
    ? a.shape.map((n, d) => isJoined[d] ? 1 : n)
    : a.shape.filter((_, d) => !isJoined[d]);
  const unpooling = join === "sum" && rank === 4 && !isJoined[3] && axes.length === 3 &&
    a.shape[3]! % 4 === 0 && pending(backend, a, DeferredUnpooling);
  if (unpooling) {
    const out = backend.output(shape);
    sumUnpooled(backend, unpooling.deferred, out.at);
    return out;
  }
  return reduce(backend, { shape, from: a.shape, isJoined, join }, [a], (a) => a!);
}

/** The kernel of a reduction; attributes name axes `axis`, `reductionIndices` or not at all. */
function reduction(join: Join, isMean = false): FastKernel {
  return ({ inputs: { x: a }, backend, attrs }) => {
    if (!a || !isFloat(a)) return undefined;
    const { axis, reductionIndices, keepDims } = attrs as {
      axis?: number | number[] | null;
      reductionIndices?: number | number[];
      keepDims?: boolean;
    };
    const joined = joinAlong(backend, a, join, axis ?? reductionIndices, keepDims ?? false);
    if (!isMean) return joined;
    const share: x.Expression = {
      kind: "scalar",
      value: sizeOf(joined.shape) / sizeOf(a.shape),
    };
    const mean = elementwise(backend, joined.shape, [joined], (sum) => x.mul(sum!, share));
    backend.disposeIntermediateTensorInfo(joined);
    return mean;
  };
}

export const max: FastKernel = reduction("max");
export const mean: FastKernel = reduction("sum", true);
export const min: FastKernel = reduction("min");
export const product: FastKernel = reduction("product");
export const sum: FastKernel = reduction("sum");

/** Softmax over the last dimension. */
export const softmax: FastKernel = ({ inputs: { logits }, backend, attrs }) => {
  if (!logits || !isFloat(logits) || logits.shape.length === 0) return undefined;
  const dim = attrs["dim"] as number;
  if (dim !== -1 && dim !== logits.shape.length - 1) return undefined;
  const { shape } = logits;
  const top = joinAlong(backend, logits, "max", -1, true);
  const powers = elementwise(backend, shape, [logits, top], (a, top) => x.exp(x.sub(a!, top!)));
  const total = joinAlong(backend, powers, "sum", -1, true);
  const out = elementwise(backend, shape, [powers, total], (e, total) => x.div(e!, total!));
  for (const tensor of [top, powers, total]) backend.disposeIntermediateTensorInfo(tensor);
  return out;
};

/** Sums a deferred gradient over all but the channels. */
function sumUnpooled(backend: SimdBackend, unpooling: DeferredUnpooling, out: number): void {
  const { dy, mask, passedRelu } = unpooling;
  const n = unpooling.shape.at(-1)!;
  const rows = dy.size / n;
  const { pieces, size } = cutUnits(rows, 16);
  sumPieces(backend, { out, pieces, values: n, purpose: dy.shape }, (partial) => {
    backend.threads.run("sumUnpooled", pieces, {
      dy: dy.at,
      out: partial,
      rows,
      channels: n,
      rowsPerGroup: size,
      mask: mask.at,
      passedRelu: passedRelu ? 1 : 0,
    });
  });
}
