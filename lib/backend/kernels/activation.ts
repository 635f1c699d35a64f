import { type backend_util, getKernel, type TensorInfo } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "lib/backend/backend.ts";
import { type FastKernel, isFloat } from "lib/backend/kernels/common.ts";

const KERNEL_OF: Readonly<Record<string, string>> = {
  relu6: "Relu6",
  elu: "Elu",
  sigmoid: "Sigmoid",
  leakyrelu: "LeakyRelu",
  prelu: "Prelu",
};

/** True if a product's kernel applies the activation itself; others take a separate pass. */
export function isBuiltIn(activation: string): boolean {
  return activation === "linear" || activation === "relu";
}

/** Replaces a product with its activation. */
export function activate(
  backend: SimdBackend,
  x: TensorInfo,
  activation: string,
  alpha: TensorInfo | undefined,
  leakyreluAlpha: number | undefined,
): TensorInfo {
  // The backend has all of cpu's kernels, with some replaced; the inherited ones do here.
  const kernel = getKernel(KERNEL_OF[activation]!, "cpu");
  const result = kernel.kernelFunc({
    inputs: alpha ? { x, alpha } : { x },
    backend,
    attrs: { alpha: leakyreluAlpha as number },
  }) as TensorInfo;
  backend.disposeIntermediateTensorInfo(x);
  return result;
}

/** The shape of images or of a filter. */
export type Shape4D = [number, number, number, number];

/** What tfjs calls a convolution with. */
export interface ConvAttrs {
  strides: [number, number] | number;
  pad: "valid" | "same" | number | backend_util.ExplicitPadding;
  dataFormat?: "NHWC" | "NCHW";
  dilations: [number, number] | number;
  dimRoundingMode?: "floor" | "round" | "ceil";
  inputShape: Shape4D;
  filterShape: Shape4D;
  activation?: string;
  leakyreluAlpha?: number;
}

/** A convolution with optional bias and ReLU. */
type Convolve<Attrs> = (
  backend: SimdBackend,
  x: TensorInfo,
  filter: TensorInfo,
  bias: TensorInfo | undefined,
  relu: boolean,
  attrs: Attrs,
) => TensorInfo | undefined;

/** The kernel of a convolution: fused with bias and activation, or plain. */
export function convolution<Attrs extends { activation?: string; leakyreluAlpha?: number }>(
  convolve: Convolve<Attrs>,
): FastKernel {
  return ({ inputs, backend, attrs }) => {
    const { x, filter, bias, preluActivationWeights } = inputs;
    if (!x || !filter || !isFloat(x, filter, bias, preluActivationWeights)) return undefined;
    const options = attrs as unknown as Attrs;
    const { activation = "linear", leakyreluAlpha } = options;
    const result = convolve(backend, x, filter, bias, activation === "relu", options);
    if (result === undefined || isBuiltIn(activation)) return result;
    return activate(backend, result, activation, preluActivationWeights, leakyreluAlpha);
  };
}
