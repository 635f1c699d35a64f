import { backend_util, type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "lib/backend/backend.ts";
import { cutUnits, type FastKernel, hasWindows, isFloat } from "lib/backend/kernels/common.ts";
import { DeferredConvolution, DeferredUnpooling, pending } from "lib/backend/kernels/deferred.ts";

type Shape4D = [number, number, number, number];

interface PoolAttrs {
  filterSize: [number, number] | number;
  strides: [number, number] | number;
  pad: "valid" | "same" | number | backend_util.ExplicitPadding;
  dimRoundingMode?: "floor" | "round" | "ceil" | undefined;
}

function poolInfo(x: TensorInfo, attrs: PoolAttrs): backend_util.Conv2DInfo {
  return backend_util.computePool2DInfo(
    x.shape as Shape4D,
    attrs.filterSize,
    attrs.strides,
    1,
    attrs.pad,
    attrs.dimRoundingMode,
  );
}

// deno-lint-ignore explicit-function-return-type -- the kernels' table says what it has to be
function poolArgs(info: backend_util.Conv2DInfo, unitsPerPiece: number) {
  return {
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    outHeight: info.outHeight,
    outWidth: info.outWidth,
    windowHeight: info.filterHeight,
    windowWidth: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    top: info.padInfo.top,
    left: info.padInfo.left,
    images: info.batchSize,
    unitsPerPiece,
  };
}

/** Pieces of a kernel. */
const PIECES = 16;

/** True for adjacent 2x2 windows without padding. */
function isHalving(
  { filterHeight, filterWidth, strideHeight, strideWidth, padInfo }: backend_util.Conv2DInfo,
): boolean {
  return filterHeight === 2 && filterWidth === 2 && strideHeight === 2 && strideWidth === 2 &&
    padInfo.top === 0 && padInfo.left === 0 && padInfo.bottom === 0 && padInfo.right === 0;
}

/**
 * The pooling that dy is the gradient of. tfjs does not say here which way the forward pass rounded the number
 * of windows, but dy's shape does; `undefined` if dy fits no pooling of x.
 */
function gradientInfo(
  dy: TensorInfo,
  x: TensorInfo,
  attrs: PoolAttrs,
): backend_util.Conv2DInfo | undefined {
  const roundings = attrs.pad === "same" || attrs.pad === "valid"
    ? [undefined]
    : (["floor", "ceil", "round"] as const);
  return roundings
    .map((dimRoundingMode) => poolInfo(x, { ...attrs, dimRoundingMode }))
    .find(({ outShape }) => util.arraysEqual(dy.shape, outShape));
}

/**
 * True for a window of one pixel that keeps the shape: in tfjs that leaves x as it is, whatever strides and
 * padding say.
 */
function isIdentity(info: backend_util.Conv2DInfo): boolean {
  return info.filterHeight === 1 && info.filterWidth === 1 &&
    util.arraysEqual(info.inShape, info.outShape);
}

/** Queues a kernel that runs over the rows of the result. */
function pool(
  kernel: "maxPool" | "avgPool",
  backend: SimdBackend,
  info: backend_util.Conv2DInfo,
  x: number,
  out: number,
): void {
  const { pieces, size } = cutUnits(info.batchSize * info.outHeight, PIECES);
  backend.threads.run(kernel, pieces, { ...poolArgs(info, size), x, out });
}

export const maxPool: FastKernel = ({ inputs: { x }, backend, attrs }) => {
  if (!x || !isFloat(x)) return undefined;
  const info = poolInfo(x, attrs as unknown as PoolAttrs);
  if (!hasWindows(info) || isIdentity(info)) return undefined;
  const out = backend.output(info.outShape);
  const conv = isHalving(info) && pending(backend, x, DeferredConvolution);
  if (conv && !conv.deferred.mask) {
    conv.deferred.computePooled(backend, out.at);
    return out;
  }
  pool("maxPool", backend, info, backend.address(x), out.at);
  return out;
};

export const maxPoolGrad: FastKernel = ({ inputs: { dy, input }, backend, attrs }) => {
  if (!dy || !input || !isFloat(dy, input)) return undefined;
  const info = gradientInfo(dy, input, attrs as unknown as PoolAttrs);
  if (!info) return undefined;
  const conv = isHalving(info) && pending(backend, input, DeferredConvolution);
  if (conv && conv.deferred.mask) {
    return backend.deferredOutput(
      new DeferredUnpooling(backend, backend.arenaData(dy), conv, !conv.deferred.relu),
    );
  }
  const out = backend.output(input.shape);
  const { pieces, size } = cutUnits(info.batchSize, PIECES);
  backend.threads.run("maxPoolGrad", pieces, {
    ...poolArgs(info, size),
    x: backend.address(input),
    dy: backend.address(dy),
    out: out.at,
  });
  return out;
};

export const avgPool: FastKernel = ({ inputs: { x }, backend, attrs }) => {
  if (!x || !isFloat(x)) return undefined;
  const info = poolInfo(x, attrs as unknown as PoolAttrs);
  if (!hasWindows(info) || isIdentity(info)) return undefined;
  const out = backend.output(info.outShape);
  pool("avgPool", backend, info, backend.address(x), out.at);
  return out;
};

export const avgPoolGrad: FastKernel = ({ inputs: { dy, input }, backend, attrs }) => {
  if (!dy || !input || !isFloat(dy, input)) return undefined;
  const info = gradientInfo(dy, input, attrs as unknown as PoolAttrs);
  if (!info) return undefined;
  const out = backend.output(input.shape);
  const { pieces, size } = cutUnits(info.batchSize * info.inHeight, PIECES);
  backend.threads.run("avgPoolGrad", pieces, {
    ...poolArgs(info, size),
    dy: backend.address(dy),
    out: out.at,
  });
  return out;
};
