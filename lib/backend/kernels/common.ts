import type {
  backend_util,
  KernelFunc,
  NamedAttrMap,
  NamedTensorInfoMap,
  TensorInfo,
} from "@tensorflow/tfjs-core";
import type { SimdBackend } from "lib/backend/backend.ts";

/** What tfjs calls a kernel with, here always on this backend. */
export interface KernelCall {
  inputs: NamedTensorInfoMap;
  backend: SimdBackend;
  attrs: NamedAttrMap;
}

/** A fast kernel: returns its output, or undefined to leave the work to the inherited kernel. */
export type FastKernel = (call: KernelCall) => TensorInfo | TensorInfo[] | undefined;

/** A fast kernel in front of the inherited one. */
export function before(fast: FastKernel): (inherited: KernelFunc) => KernelFunc {
  return (inherited) => (call) => fast(call as unknown as KernelCall) ?? inherited(call);
}

/** About this many floats per piece, and at most this many pieces. */
export const GRAIN = 16384;
const MOST_PIECES = 16;

/** Cuts `n` elements into pieces of equal size, a multiple of 4, that depends on `n` alone. */
export function cut(n: number): { pieces: number; size: number } {
  const wanted = Math.min(MOST_PIECES, Math.ceil(n / GRAIN));
  const size = Math.ceil(n / wanted / 4) * 4;
  return { pieces: Math.ceil(n / size), size };
}

/** Cuts `n` units into at most `wanted` pieces of equal size. */
export function cutUnits(n: number, wanted: number): { pieces: number; size: number } {
  const size = Math.max(1, Math.ceil(n / Math.max(1, Math.min(wanted, n))));
  return { pieces: Math.max(1, Math.ceil(n / size)), size };
}

/** Cuts `rows` rows of `n` values that a pass reads once; few values stay in one piece. */
export function cutRows(rows: number, n: number): { pieces: number; size: number } {
  return cutUnits(rows, rows * n > 2 * GRAIN ? MOST_PIECES : 1);
}

/** True if float32 kernels can process the values. */
export function isFloat(...tensors: (TensorInfo | undefined)[]): boolean {
  return tensors.every((t) =>
    t === undefined || (t.dtype === "float32" && t.shape.every((n) => n > 0))
  );
}

export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/**
 * True if at least one window of a convolution or pooling fits into the image. Throws an error where tfjs counts
 * below zero: it would make tensors with lengths of -1.
 */
export function hasWindows(info: backend_util.Conv2DInfo): boolean {
  const { inHeight, inWidth, outHeight, outWidth, padInfo } = info;
  if (outHeight < 0 || outWidth < 0) {
    const { effectiveFilterHeight, effectiveFilterWidth, dilationHeight, dilationWidth } = info;
    const isDilated = dilationHeight > 1 || dilationWidth > 1;
    throw new Error(
      `A window of ${effectiveFilterHeight} x ${effectiveFilterWidth} pixels` +
        (isDilated ? ` (a filter of ${info.filterHeight} x ${info.filterWidth}, dilated)` : "") +
        ` exceeds an image of ${inHeight + padInfo.top + padInfo.bottom} x ` +
        `${inWidth + padInfo.left + padInfo.right} pixels, padding included. ` +
        'Use a smaller window, a smaller dilation, or the padding "same".',
    );
  }
  return info.outShape.every((n) => n > 0);
}
