import type { KernelFunc } from "@tensorflow/tfjs-core";
import { fusedBatchNorm } from "lib/backend/kernels/batch_norm.ts";
import { before, type FastKernel } from "lib/backend/kernels/common.ts";
import { conv2D, conv2DBackpropFilter, conv2DBackpropInput } from "lib/backend/kernels/conv2d.ts";
import {
  depthwiseConv2dNative,
  depthwiseConv2dNativeBackpropFilter,
  depthwiseConv2dNativeBackpropInput,
} from "lib/backend/kernels/depthwise.ts";
import { elementwise } from "lib/backend/kernels/elementwise.ts";
import { batchMatMul, fusedMatMul } from "lib/backend/kernels/matmul.ts";
import { avgPool, avgPoolGrad, maxPool, maxPoolGrad } from "lib/backend/kernels/pooling.ts";
import { max, mean, min, product, softmax, sum } from "lib/backend/kernels/reduction.ts";
import { unsortedSegmentSum } from "lib/backend/kernels/segment_sum.ts";
import {
  concat,
  fill,
  pack,
  pad,
  reverse,
  slice,
  splitV,
  tile,
  transpose,
  unpack,
} from "lib/backend/kernels/views.ts";

const FAST: Readonly<Record<string, FastKernel>> = {
  ...elementwise,
  AvgPool: avgPool,
  AvgPoolGrad: avgPoolGrad,
  BatchMatMul: batchMatMul,
  Concat: concat,
  Conv2D: conv2D,
  Conv2DBackpropFilter: conv2DBackpropFilter,
  Conv2DBackpropInput: conv2DBackpropInput,
  DepthwiseConv2dNative: depthwiseConv2dNative,
  DepthwiseConv2dNativeBackpropFilter: depthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseConv2dNativeBackpropInput,
  Fill: fill,
  FusedBatchNorm: fusedBatchNorm,
  FusedConv2D: conv2D,
  FusedDepthwiseConv2D: depthwiseConv2dNative,
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGrad,
  Max: max,
  Mean: mean,
  Min: min,
  Pack: pack,
  PadV2: pad,
  Prod: product,
  Reverse: reverse,
  Slice: slice,
  Softmax: softmax,
  SplitV: splitV,
  Sum: sum,
  Tile: tile,
  Transpose: transpose,
  Unpack: unpack,
  UnsortedSegmentSum: unsortedSegmentSum,
  _FusedMatMul: fusedMatMul,
};

/** The kernels that this backend has of its own, by tfjs's names, each in front of the one of `cpu`. */
export const KERNELS: Readonly<Record<string, (inherited: KernelFunc) => KernelFunc>> = Object
  .fromEntries(Object.entries(FAST).map(([name, fast]) => [name, before(fast)]));
