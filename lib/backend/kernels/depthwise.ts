import { backend_util, type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "lib/backend/backend.ts";
import type { KernelArgs } from "lib/backend/kernel_table.ts";
import { type ConvAttrs, convolution, type Shape4D } from "lib/backend/kernels/activation.ts";
import {
  cutUnits,
  type FastKernel,
  hasWindows,
  isFloat,
  sizeOf,
} from "lib/backend/kernels/common.ts";
import { type Pair, windowArgs, type Windows, windowsOf } from "lib/backend/kernels/convolution.ts";
import { DeferredInputGradient } from "lib/backend/kernels/deferred.ts";
import { sumInto, sumPieces } from "lib/backend/fusion/launch.ts";

interface DepthwiseAttrs extends Omit<ConvAttrs, "dilations"> {
  dilations: ConvAttrs["dilations"] | null;
}

/** The convolution, or `undefined` if the inherited kernel has to run or refuse it. */
function depthwiseInfo(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attrs: DepthwiseAttrs,
): backend_util.Conv2DInfo | undefined {
  const { strides, pad, dataFormat, dimRoundingMode } = attrs;
  const dilations = attrs.dilations ?? 1;
  if (dataFormat === "NCHW" || !backend_util.eitherStridesOrDilationsAreOne(strides, dilations)) {
    return undefined;
  }
  const info = backend_util.computeConv2DInfo(
    inputShape as Shape4D,
    filterShape as Shape4D,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    true,
  );
  const lengths = [...info.inShape, ...info.filterShape];
  return hasWindows(info) && lengths.every((n) => n > 0) ? info : undefined;
}

/** The convolution that dy is the gradient of; tfjs has none for dilated ones. */
function gradientInfo(
  inputShape: readonly number[],
  filterShape: readonly number[],
  dy: TensorInfo,
  attrs: DepthwiseAttrs,
): backend_util.Conv2DInfo | undefined {
  const info = depthwiseInfo(inputShape, filterShape, attrs);
  return info && info.dilationHeight === 1 && info.dilationWidth === 1 &&
      util.arraysEqual(dy.shape, info.outShape)
    ? info
    : undefined;
}

/** Where a filter's taps fall on images. */
interface DepthwiseWindows extends Windows {
  /** Results per channel. */
  readonly multiplier: number;
  /** Stride of the image's pixels, with zeros between them. */
  readonly steps: Pair;
}

function depthwiseWindows(info: backend_util.Conv2DInfo, x: number): DepthwiseWindows {
  const multiplier = info.outChannels / info.inChannels;
  return { ...windowsOf(info, x), multiplier, steps: [1, 1] };
}

/** Floats of a strip of rows with its padding: with filter and results it stays in the second-level cache. */
const STRIP_FLOATS = 65536;
const PIECES = 16;

/**
 * Pixels of this many floats would map to the same few lines of the first-level cache; in strips they are a
 * line further apart.
 */
const POWER_OF_TWO = 256;
const LINE_FLOATS = 16;

/** What the kernels of assembly/depthwise.ts share. */
type StripArgs = Omit<KernelArgs<"depthwiseFilterGrad">, "dy" | "out">;

/** Work on images that are cut into strips. */
interface Job {
  readonly pieces: number;
  /** Runs a kernel with the arguments that all share and scratch for all threads. */
  give(run: (args: StripArgs) => void): void;
}

// deno-lint-ignore explicit-function-return-type -- the kernels' table says what it has to be
function stripArgs(w: DepthwiseWindows) {
  const { rows: outHeight, columns: outWidth, ...windows } = windowArgs(w);
  const [stepHeight, stepWidth] = w.steps;
  return { ...windows, outHeight, outWidth, multiplier: w.multiplier, stepHeight, stepWidth };
}

/** Cuts the images into strips. */
function prepare(backend: SimdBackend, windows: DepthwiseWindows): Job {
  const { images, size: image, channels, multiplier, results, kernel, strides } = windows;
  const { dilations, padding, steps } = windows;
  const [height, width] = [0, 1].map((i) =>
    (results[i]! - 1) * strides[i]! + (kernel[i]! - 1) * dilations[i]! + 1
  ) as [number, number];
  const pixelFloats = channels * multiplier;
  const pitch = pixelFloats % POWER_OF_TWO === 0 ? pixelFloats + LINE_FLOATS : pixelFloats;
  const needsCopy = padding.some((n) => n !== 0) || steps.some((n) => n !== 1) ||
    pitch !== channels || height > image[0] || width > image[1];
  const rowFloats = width * pitch;
  const halo = (kernel[0] - 1) * dilations[0] + 1;
  const fitting = Math.floor((STRIP_FLOATS / rowFloats - halo) / strides[0]) + 1;
  const strips = cutUnits(results[0], Math.ceil(results[0] / Math.max(1, fitting)));
  const rows = (strips.size - 1) * strides[0] + halo;
  const { pieces, size } = cutUnits(images * strips.pieces, PIECES);
  return {
    pieces,
    give(run): void {
      const floats = rows * rowFloats;
      using scratch = needsCopy
        ? backend.scratch(floats * backend.threads.count, image)
        : undefined;
      run({
        ...stripArgs(windows),
        strips: images * strips.pieces,
        stripsPerImage: strips.pieces,
        stripRows: strips.size,
        stripsPerPiece: size,
        stripWidth: needsCopy ? width : image[1],
        stripPixel: pitch * 4,
        scratch: scratch?.at ?? 0,
        scratchBytes: floats * 4,
      });
    },
  };
}

function forward(
  backend: SimdBackend,
  x: TensorInfo,
  filter: TensorInfo,
  bias: TensorInfo | undefined,
  relu: boolean,
  attrs: DepthwiseAttrs,
): TensorInfo | undefined {
  const info = depthwiseInfo(x.shape, filter.shape, attrs);
  if (!info || (bias && sizeOf(bias.shape) !== info.outChannels)) return undefined;
  const out = backend.output(info.outShape);
  const windows = depthwiseWindows(info, backend.address(x));
  const job = prepare(backend, windows);
  job.give((args) => {
    backend.threads.run("depthwise", job.pieces, {
      ...args,
      filter: backend.address(filter),
      tapStride: info.outChannels * 4,
      dilationHeight: info.dilationHeight,
      dilationWidth: info.dilationWidth,
      bias: bias ? backend.address(bias) : 0,
      relu: relu ? 1 : 0,
      out: out.at,
    });
  });
  return out;
}

export const depthwiseConv2dNative: FastKernel = convolution(forward);

/** The gradient of x: a convolution of dy, dilated by the strides, with the flipped filter. */
export const depthwiseConv2dNativeBackpropInput: FastKernel = (
  { inputs: { dy, filter }, backend, attrs },
) => {
  if (!dy || !filter || !isFloat(dy, filter)) return undefined;
  const options = attrs as unknown as DepthwiseAttrs;
  const info = gradientInfo(options.inputShape, filter.shape, dy, options);
  if (!info) return undefined;
  const gradient = backend.arenaData(dy), weights = backend.arenaData(filter);
  return backend.deferredOutput(
    new DeferredInputGradient(info.inShape, [gradient, weights], (out) => {
      inputGradient(backend, info, { dy: gradient.at, filter: weights.at, out });
    }),
  );
};

function inputGradient(
  backend: SimdBackend,
  info: backend_util.Conv2DInfo,
  { dy, filter, out }: { dy: number; filter: number; out: number },
): void {
  const { filterHeight, filterWidth, inChannels, outChannels } = info;
  const multiplier = outChannels / inChannels;
  // The parts from a channel's several results are adjacent; their sum is its gradient.
  using shares = multiplier === 1
    ? undefined
    : backend.scratch(sizeOf(info.inShape) * multiplier, info.inShape);
  const lastTap = (filterHeight * filterWidth - 1) * outChannels * 4;
  const job = prepare(backend, {
    x: dy,
    images: info.batchSize,
    size: [info.outHeight, info.outWidth],
    channels: outChannels,
    multiplier: 1,
    results: [info.inHeight, info.inWidth],
    kernel: [filterHeight, filterWidth],
    strides: [1, 1],
    dilations: [1, 1],
    padding: [filterHeight - 1 - info.padInfo.top, filterWidth - 1 - info.padInfo.left],
    steps: [info.strideHeight, info.strideWidth],
  });
  job.give((args) => {
    backend.threads.run("depthwise", job.pieces, {
      ...args,
      filter: filter + lastTap,
      tapStride: -outChannels * 4,
      dilationHeight: 1,
      dilationWidth: 1,
      bias: 0,
      relu: 0,
      out: shares?.at ?? out,
    });
  });
  if (shares) {
    const rows = sizeOf(info.inShape);
    sumInto(backend, {
      shape: [rows, multiplier],
      isJoined: [false, true],
      from: shares.at,
      to: out,
    });
  }
}

export const depthwiseConv2dNativeBackpropFilter: FastKernel = (
  { inputs: { x, dy }, backend, attrs },
) => {
  if (!x || !dy || !isFloat(x, dy)) return undefined;
  const options = attrs as unknown as DepthwiseAttrs;
  const info = gradientInfo(x.shape, options.filterShape, dy, options);
  if (!info) return undefined;
  const out = backend.output(info.filterShape);
  const { pieces, give } = prepare(backend, depthwiseWindows(info, backend.address(x)));
  const values = sizeOf(info.filterShape);
  sumPieces(backend, { out: out.at, pieces, values, purpose: info.filterShape }, (partial) => {
    give((args) => {
      backend.threads.run("depthwiseFilterGrad", pieces, {
        ...args,
        dy: backend.address(dy),
        out: partial,
      });
    });
  });
  return out;
};
