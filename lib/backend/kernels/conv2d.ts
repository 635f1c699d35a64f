import { backend_util, type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "lib/backend/backend.ts";
import { Kernel } from "lib/backend/pool.ts";
import { convolution } from "lib/backend/kernels/activation.ts";
import {
  cutUnits,
  type FastKernel,
  hasWindows,
  isFloat,
  sizeOf,
  sumPieces,
} from "lib/backend/kernels/common.ts";
import {
  DeferredConvolution,
  DeferredUnpooling,
  pending,
  type RunConvolution,
} from "lib/backend/kernels/deferred.ts";
import {
  BLOCK_ROWS,
  type LeftHand,
  leftHandArgs,
  multiplyRows,
  packPanels,
} from "lib/backend/kernels/matmul.ts";
import {
  type ForwardAddresses,
  suitsWinograd,
  winogradFilterGrad,
  winogradForward,
  winogradInput,
} from "lib/backend/kernels/winograd.ts";

type ConvInfo = backend_util.Conv2DInfo;
type Shape4D = [number, number, number, number];

interface ConvAttrs {
  strides: [number, number] | number;
  pad: "valid" | "same" | number | backend_util.ExplicitPadding;
  dataFormat: "NHWC" | "NCHW";
  dilations: [number, number] | number;
  dimRoundingMode?: "floor" | "round" | "ceil";
  inputShape: Shape4D;
  filterShape: Shape4D;
  activation?: string;
  leakyreluAlpha?: number;
}

/** Images of any height and width in memory: `[n, height, width, channels]`. */
interface Images {
  at: number;
  height: number;
  width: number;
  channels: number;
}

/** Images with room around and between their pixels, in scratch memory that the caller frees. */
function spread(
  backend: SimdBackend,
  x: Images,
  batch: number,
  height: number,
  width: number,
  offset: readonly [number, number],
  step: readonly [number, number],
): Images {
  const at = backend.scratch(batch * height * width * x.channels, [
    batch,
    height,
    width,
    x.channels,
  ]);
  const { pieces, size } = cutUnits(batch, 16);
  backend.pool.run(Kernel.pad, pieces, [
    x.at,
    at,
    x.height,
    x.width,
    x.channels,
    height,
    width,
    ...offset,
    ...step,
    batch,
    size,
  ]);
  return { at, height, width, channels: x.channels };
}

/** The input of a convolution with its padding made real; `at` differs from x's where scratch was taken. */
function padded(backend: SimdBackend, x: number, info: ConvInfo): Images {
  const images = {
    at: x,
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
  };
  const { top, left } = info.padInfo;
  const height = (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight;
  const width = (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth;
  // With a pad in pixels tfjs takes the filter for square, and windows may reach beyond the image.
  const fits = height <= info.inHeight && width <= info.inWidth;
  if (top === 0 && left === 0 && fits) return images;
  return spread(
    backend,
    images,
    info.batchSize,
    Math.max(height, info.inHeight + top),
    Math.max(width, info.inWidth + left),
    [top, left],
    [1, 1],
  );
}

/** The pixels of unpadded images as the rows of a product. */
function leftHand(
  x: Images,
  info: {
    batchSize: number;
    outHeight: number;
    outWidth: number;
    filterHeight: number;
    filterWidth: number;
    strides: readonly [number, number];
    dilations: readonly [number, number];
  },
): LeftHand {
  const { height, width, channels } = x;
  const { filterHeight, filterWidth, strides, dilations } = info;
  const [dilationHeight, dilationWidth] = dilations;
  const dense = dilationWidth === 1;
  return {
    at: x.at,
    rows: info.batchSize * info.outHeight * info.outWidth,
    outWidth: info.outWidth,
    outPixels: info.outHeight * info.outWidth,
    imageStride: height * width * channels,
    rowStride: strides[0] * width * channels,
    columnStride: strides[1] * channels,
    segments: [filterHeight, dense ? 1 : filterWidth],
    segmentStrides: [
      dilationHeight * width * channels,
      dense ? filterWidth * channels : dilationWidth * channels,
    ],
    length: dense ? filterWidth * channels : channels,
  };
}

/** A convolution that is run when somebody asks for it; together with what follows it, if it can be. */
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
        filter: weights.at,
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
    filter: backend.address(filter),
    bias: bias ? backend.address(bias) : 0,
    relu,
    out: out.at,
    pooled: 0,
    mask: 0,
  });
  return out;
}

/** True for what the kernels for one channel do: a 3x3 filter that moves by one. */
function isSmall(info: ConvInfo): boolean {
  return info.inChannels === 1 && info.outChannels % 4 === 0 &&
    info.filterHeight === 3 && info.filterWidth === 3 &&
    info.strideHeight === 1 && info.strideWidth === 1 &&
    info.dilationHeight === 1 && info.dilationWidth === 1;
}

/** Pieces of a kernel that goes image by image. */
const PIECES = 16;

/** Rows of a pooled convolution's result at a time: their pixels fill whole blocks of 6. */
const ROWS = 6;

function directForward(
  backend: SimdBackend,
  info: ConvInfo,
  { x, filter, bias, relu, out, pooled, mask }: ForwardAddresses,
): void {
  const n = info.outChannels;
  if (pooled !== 0 && isSmall(info)) {
    const images = padded(backend, x, info);
    const { pieces, size } = cutUnits(info.batchSize, PIECES);
    backend.pool.run(Kernel.oneChannelPooled, pieces, [
      images.at,
      filter,
      bias,
      relu ? 1 : 0,
      images.height,
      images.width,
      n,
      info.outHeight >> 1,
      info.outWidth >> 1,
      info.batchSize,
      size,
      pooled,
      mask,
    ]);
    if (images.at !== x) backend.giveBack(images.at);
    return;
  }
  const panels = packPanels(backend, {
    at: filter,
    batch: 1,
    batchStride: 0,
    taps: 1,
    tapStride: 0,
    rows: info.filterHeight * info.filterWidth * info.inChannels,
    rowStride: n,
    columns: n,
    columnStride: 1,
  }, info.filterShape);
  const images = padded(backend, x, info);
  const left = leftHand(images, {
    ...info,
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
  });
  if (pooled === 0) multiplyRows(backend, left, panels, n, out, bias, relu);
  else {
    const bytes = ROWS * info.outWidth * n * 4;
    const scratch = backend.scratch(bytes / 4 * backend.pool.threads, info.outShape);
    const { pieces, size } = cutUnits(info.batchSize, PIECES);
    backend.pool.run(Kernel.convolveFused, pieces, [
      ...leftHandArgs(left, panels, n, 0, bias, relu),
      info.batchSize,
      size,
      ROWS,
      scratch,
      bytes,
      pooled,
      mask,
    ]);
    backend.giveBack(scratch);
  }
  backend.giveBack(panels);
  if (images.at !== x) backend.giveBack(images.at);
}

export const conv2D: FastKernel = convolution(forward);

/** The convolution whose gradient dy is, or `undefined` where dy has another shape. */
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
  // conv2dTranspose takes any x; the rows and columns beyond those of the gradient do not count.
  return util.arraysEqual(dy.shape, info.outShape) ? info : undefined;
}

/** The gradient of x: a convolution of dy, spread by the strides, with the filter turned round. */
export const conv2DBackpropInput: FastKernel = ({ inputs: { dy, filter }, backend, attrs }) => {
  if (!dy || !filter || !isFloat(dy, filter)) return undefined;
  const options = attrs as unknown as ConvAttrs;
  if (options.dataFormat === "NCHW" || options.inputShape.some((n) => n === 0)) return undefined;
  const info = gradientInfo(options.inputShape, filter.shape as Shape4D, dy, options);
  if (!info) return undefined;
  const { filterHeight, filterWidth, inHeight, inWidth, inChannels, outChannels } = info;
  const out = backend.output(options.inputShape);
  if (suitsWinograd(info)) {
    winogradInput(backend, info, {
      ...gradientOf(backend, dy, pending(backend, dy, DeferredUnpooling)?.deferred),
      filter: backend.address(filter),
      out: out.at,
    });
    return out;
  }
  const taps = filterHeight * filterWidth;
  const panels = packPanels(backend, {
    at: backend.address(filter) + (taps - 1) * inChannels * outChannels * 4,
    batch: 1,
    batchStride: 0,
    taps,
    tapStride: -inChannels * outChannels,
    rows: outChannels,
    rowStride: 1,
    columns: inChannels,
    columnStride: outChannels,
  }, filter.shape);
  const images = spread(
    backend,
    {
      at: backend.address(dy),
      height: info.outHeight,
      width: info.outWidth,
      channels: outChannels,
    },
    info.batchSize,
    inHeight + filterHeight - 1,
    inWidth + filterWidth - 1,
    [filterHeight - 1 - info.padInfo.top, filterWidth - 1 - info.padInfo.left],
    [info.strideHeight, info.strideWidth],
  );
  const left = leftHand(images, {
    batchSize: info.batchSize,
    outHeight: inHeight,
    outWidth: inWidth,
    filterHeight,
    filterWidth,
    strides: [1, 1],
    dilations: [1, 1],
  });
  multiplyRows(backend, left, panels, inChannels, out.at, 0, false);
  backend.giveBack(panels);
  backend.giveBack(images.at);
  return out;
};

/** The gradient of the filter: pixels of x, transposed, times dy. */
export const conv2DBackpropFilter: FastKernel = ({ inputs: { x, dy }, backend, attrs }) => {
  if (!x || !dy || !isFloat(x, dy)) return undefined;
  const options = attrs as unknown as ConvAttrs;
  if (options.dataFormat === "NCHW" || options.filterShape.some((n) => n === 0)) return undefined;
  const info = gradientInfo(x.shape as Shape4D, options.filterShape, dy, options);
  if (!info) return undefined;
  const { batchSize, filterWidth, inChannels, outChannels, outHeight, outWidth } = info;
  const k = info.filterHeight * filterWidth * inChannels;
  const out = backend.output(options.filterShape);
  const unpooling = pending(backend, dy, DeferredUnpooling)?.deferred;
  if (suitsWinograd(info)) {
    winogradFilterGrad(backend, info, {
      x: backend.address(x),
      ...gradientOf(backend, dy, unpooling),
      out: out.at,
    });
    return out;
  }
  const images = padded(backend, backend.address(x), info);
  const sums = { out: out.at, values: k * outChannels, purpose: options.filterShape };
  if (unpooling && isSmall(info)) {
    const { pieces, size } = cutUnits(batchSize, PIECES);
    sumPieces(backend, { ...sums, pieces }, (partial) => {
      backend.pool.run(Kernel.oneChannelFilterGrad, pieces, [
        images.at,
        unpooling.dy.at,
        unpooling.mask.at,
        unpooling.passedRelu ? 1 : 0,
        images.height,
        images.width,
        outChannels,
        outHeight >> 1,
        outWidth >> 1,
        batchSize,
        size,
        partial,
      ]);
    });
    if (images.at !== backend.address(x)) backend.giveBack(images.at);
    return out;
  }
  const panels = packPanels(backend, {
    at: backend.address(dy),
    batch: batchSize,
    batchStride: outHeight * outWidth * outChannels,
    taps: 1,
    tapStride: 0,
    rows: outHeight * outWidth,
    rowStride: outChannels,
    columns: outChannels,
    columnStride: 1,
  }, dy.shape);
  const groups = cutUnits(batchSize, 8);
  const tiles = cutUnits(Math.ceil(k / BLOCK_ROWS), Math.ceil(PIECES / groups.pieces));
  const rowFloats = images.width * inChannels;
  sumPieces(backend, { ...sums, pieces: groups.pieces }, (partial) => {
    backend.pool.run(Kernel.columnsTimesPanels, groups.pieces * tiles.pieces, [
      images.at,
      panels,
      partial,
      k,
      outChannels,
      outHeight,
      outWidth,
      images.height * rowFloats * 4,
      info.strideHeight * rowFloats * 4,
      info.strideWidth * inChannels * 4,
      filterWidth * inChannels,
      rowFloats,
      batchSize,
      groups.size,
      groups.pieces,
      tiles.size,
    ]);
  });
  backend.giveBack(panels);
  if (images.at !== backend.address(x)) backend.giveBack(images.at);
  return out;
};

/** A gradient as Winograd's kernels take it: dense, or that of a pooling with its mask. */
function gradientOf(
  backend: SimdBackend,
  dy: TensorInfo,
  unpooling: DeferredUnpooling | undefined,
): { dy: number; mask: number } {
  // They read the mask as it is behind ReLU.
  return unpooling && unpooling.passedRelu
    ? { dy: unpooling.dy.at, mask: unpooling.mask.at }
    : { dy: backend.address(dy), mask: 0 };
}
