import { backend_util, type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { ArenaData, SimdBackend } from "lib/backend/backend.ts";
import { sumPieces } from "lib/backend/fusion/launch.ts";
import { type ConvAttrs, convolution, type Shape4D } from "lib/backend/kernels/activation.ts";
import {
  cutUnits,
  type FastKernel,
  hasWindows,
  isFloat,
  sizeOf,
} from "lib/backend/kernels/common.ts";
import {
  DeferredConvolution,
  DeferredInputGradient,
  DeferredUnpooling,
  pending,
  type RunConvolution,
} from "lib/backend/kernels/deferred.ts";
import {
  convolve,
  type Pair,
  panelsFor,
  type RightHand,
  sumOfProducts,
  windowsOf,
} from "lib/backend/kernels/convolution.ts";
import {
  type ForwardAddresses,
  suitsWinograd,
  winogradFilterGrad,
  winogradForward,
  winogradInput,
} from "lib/backend/kernels/winograd.ts";

type ConvInfo = backend_util.Conv2DInfo;

/** A deferred convolution: it runs when its values are needed, fused with what follows it where possible. */
function forward(
  backend: SimdBackend,
  x: TensorInfo,
  filter: TensorInfo,
  bias: TensorInfo | undefined,
  relu: boolean,
  attrs: ConvAttrs,
): TensorInfo | undefined {
  if (attrs.dataFormat === "NCHW") return undefined;
  const info = backend_util.computeConv2DInfo(
    x.shape as Shape4D,
    filter.shape as Shape4D,
    attrs.strides,
    attrs.dilations,
    attrs.pad,
    attrs.dimRoundingMode,
    false,
  );
  if (!hasWindows(info)) return undefined;
  if (bias && sizeOf(bias.shape) !== info.outChannels) return undefined;
  if (info.outChannels % 4 === 0) {
    const images = backend.arenaData(x), weights = backend.arenaData(filter);
    const run: RunConvolution = (target, bias, relu) => {
      const args = {
        x: images.at,
        filter: weights,
        bias: bias?.at ?? 0,
        relu,
        out: 0,
        pooled: 0,
        mask: 0,
        ...target,
      };
      if (suitsWinograd(info)) winogradForward(backend, info, args);
      else directForward(backend, info, args);
    };
    return backend.deferredOutput(
      new DeferredConvolution(
        info.outShape,
        [images, weights],
        run,
        bias && backend.arenaData(bias),
        relu,
      ),
    );
  }
  const out = backend.output(info.outShape);
  directForward(backend, info, {
    x: backend.address(x),
    filter: backend.arenaData(filter),
    bias: bias ? backend.address(bias) : 0,
    relu,
    out: out.at,
    pooled: 0,
    mask: 0,
  });
  return out;
}

/** True for what the one-channel kernels do: a 3x3 filter with stride one. */
function isSmall(info: ConvInfo): boolean {
  return info.inChannels === 1 && info.outChannels % 4 === 0 &&
    info.filterHeight === 3 && info.filterWidth === 3 &&
    info.strideHeight === 1 && info.strideWidth === 1 &&
    info.dilationHeight === 1 && info.dilationWidth === 1;
}

// deno-lint-ignore explicit-function-return-type -- the kernels' table says what it has to be
function oneChannelArgs(info: ConvInfo) {
  return {
    height: info.inHeight,
    width: info.inWidth,
    outChannels: info.outChannels,
    pooledHeight: info.outHeight >> 1,
    pooledWidth: info.outWidth >> 1,
    images: info.batchSize,
  };
}

/** Pieces of a kernel that processes image by image. */
const PIECES = 16;

function directForward(
  backend: SimdBackend,
  info: ConvInfo,
  { x, filter, bias, relu, out, pooled, mask }: ForwardAddresses,
): void {
  const n = info.outChannels;
  const { top, left } = info.padInfo;
  if (pooled !== 0 && isSmall(info) && top === 0 && left === 0) {
    const { pieces, size } = cutUnits(info.batchSize, PIECES);
    backend.threads.run("oneChannelPooled", pieces, {
      ...oneChannelArgs(info),
      x,
      filter: filter.at,
      bias,
      relu: relu ? 1 : 0,
      imagesPerPiece: size,
      pooled,
      mask,
    });
    return;
  }
  const panels = panelsFor(backend, [{
    data: filter,
    rows: info.filterHeight * info.filterWidth * info.inChannels,
    rowStride: n,
    columns: n,
    columnStride: 1,
  }]);
  convolve(backend, windowsOf(info, x), panels, {
    outSize: [info.outHeight, info.outWidth],
    outChannels: n,
    bias,
    relu,
    out,
    pooled,
    mask,
  });
}

export const conv2D: FastKernel = convolution(forward);

/** The convolution that dy is the gradient of; `undefined` if dy has another shape. */
function gradientInfo(
  inputShape: Shape4D,
  filterShape: Shape4D,
  dy: TensorInfo,
  { strides, pad, dimRoundingMode }: ConvAttrs,
): ConvInfo | undefined {
  const info = backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
    false,
  );
  // conv2dTranspose takes any x; rows and columns beyond the gradient's are ignored.
  return util.arraysEqual(dy.shape, info.outShape) ? info : undefined;
}

/** The gradient of x: a convolution of dy, dilated by the strides, with the flipped filter. */
export const conv2DBackpropInput: FastKernel = ({ inputs: { dy, filter }, backend, attrs }) => {
  if (!dy || !filter || !isFloat(dy, filter)) return undefined;
  const options = attrs as unknown as ConvAttrs;
  if (options.dataFormat === "NCHW" || options.inputShape.some((n) => n === 0)) return undefined;
  const info = gradientInfo(options.inputShape, filter.shape as Shape4D, dy, options);
  if (!info) return undefined;
  const gradient = backend.arenaData(dy), weights = backend.arenaData(filter);
  const unpooling = pending(backend, dy, DeferredUnpooling)?.deferred;
  return backend.deferredOutput(
    new DeferredInputGradient(options.inputShape, [gradient, weights], (out) => {
      const addresses = { filter: weights, out };
      if (suitsWinograd(info)) {
        winogradInput(backend, info, { ...gradientOf(gradient, unpooling), ...addresses });
      } else directInput(backend, info, { dy: gradient.at, ...addresses });
    }),
  );
};

/**
 * With a stride, the image's pixels fall into phases that meet different taps of the filter: each is a
 * convolution of dy with those taps, flipped.
 */
function directInput(
  backend: SimdBackend,
  info: ConvInfo,
  { dy, filter, out }: { dy: number; filter: ArenaData; out: number },
): void {
  const { inChannels, outChannels } = info;
  const kernel: Pair = [info.filterHeight, info.filterWidth];
  const steps: Pair = [info.strideHeight, info.strideWidth];
  const crop: Pair = [info.padInfo.top, info.padInfo.left];
  const size: Pair = [info.inHeight, info.inWidth];
  const pair = (fn: (i: 0 | 1) => number): Pair => [fn(0), fn(1)];
  const phases = (i: 0 | 1): number[] => Array.from({ length: steps[i] }, (_, q) => q);
  const weights = phases(0).flatMap((y) =>
    phases(1).map((x): RightHand => {
      const phase: Pair = [y, x];
      const taps = pair((i) => Math.ceil((kernel[i] - phase[i]!) / steps[i]));
      const last = pair((i) => phase[i]! + steps[i] * (taps[i] - 1));
      return {
        data: filter,
        offset: (last[0] * kernel[1] + last[1]) * inChannels * outChannels,
        taps,
        tapStrides: [
          -steps[0] * kernel[1] * inChannels * outChannels,
          -steps[1] * inChannels * outChannels,
        ],
        rows: outChannels,
        rowStride: 1,
        columns: inChannels,
        columnStride: outChannels,
      };
    })
  );
  convolve(
    backend,
    {
      x: dy,
      images: info.batchSize,
      size: [info.outHeight, info.outWidth],
      channels: outChannels,
      kernel,
      strides: [1, 1],
      dilations: [1, 1],
      padding: pair((i) => Math.ceil(kernel[i] / steps[i]) - 1 - Math.floor(crop[i] / steps[i])),
      results: pair((i) =>
        Math.floor((size[i] - 1 + crop[i]) / steps[i]) - Math.floor(crop[i] / steps[i]) + 1
      ),
    },
    panelsFor(backend, weights),
    { outSize: size, outChannels: inChannels, out, steps, crop },
  );
}

/** The gradient of the filter: pixels of x, transposed, times dy. */
export const conv2DBackpropFilter: FastKernel = ({ inputs: { x, dy }, backend, attrs }) => {
  if (!x || !dy || !isFloat(x, dy)) return undefined;
  const options = attrs as unknown as ConvAttrs;
  if (options.dataFormat === "NCHW" || options.filterShape.some((n) => n === 0)) return undefined;
  const info = gradientInfo(x.shape as Shape4D, options.filterShape, dy, options);
  if (!info) return undefined;
  const out = backend.output(options.filterShape);
  const unpooling = pending(backend, dy, DeferredUnpooling)?.deferred;
  if (suitsWinograd(info)) {
    winogradFilterGrad(backend, info, {
      x: backend.address(x),
      ...gradientOf(backend.arenaData(dy), unpooling),
      out: out.at,
    });
    return out;
  }
  const { top, left } = info.padInfo;
  if (unpooling && isSmall(info) && top === 0 && left === 0) {
    const { pieces, size } = cutUnits(info.batchSize, PIECES);
    const sums = { out: out.at, pieces, values: 9 * info.outChannels };
    sumPieces(backend, { ...sums, purpose: options.filterShape }, (partial) => {
      backend.threads.run("oneChannelFilterGrad", pieces, {
        ...oneChannelArgs(info),
        x: backend.address(x),
        dy: unpooling.dy.at,
        mask: unpooling.mask.at,
        passedRelu: unpooling.passedRelu ? 1 : 0,
        imagesPerGroup: size,
        out: partial,
      });
    });
    return out;
  }
  sumOfProducts(backend, windowsOf(info, backend.address(x)), {
    dy: backend.address(dy),
    outChannels: info.outChannels,
    out: out.at,
  });
  return out;
};

/** A gradient as Winograd's kernels take it: dense, or a pooling's with its mask. */
function gradientOf(
  dy: ArenaData,
  unpooling: DeferredUnpooling | undefined,
): { dy: number; mask: number } {
  // They read the mask that includes ReLU.
  return unpooling && unpooling.passedRelu && !dy.isComputed
    ? { dy: unpooling.dy.at, mask: unpooling.mask.at }
    : { dy: dy.at, mask: 0 };
}
