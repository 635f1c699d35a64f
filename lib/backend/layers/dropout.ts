import { engine, mul, type Tensor } from "@tensorflow/tfjs-core";
import * as x from "lib/backend/fusion/expression.ts";
import { elementwise } from "lib/backend/fusion/lazy.ts";
import { isFloat } from "lib/backend/kernels/common.ts";
import { uniform } from "lib/backend/kernels/uniform.ts";
import type { Call, CallOptions, Layer } from "lib/backend/layers/layer.ts";

interface Dropout extends Layer {
  readonly rate: number;
  readonly seed?: number | string;
  getNoiseShape(input: Tensor): number[] | undefined;
  invokeCallHook(input: Tensor, kwargs: CallOptions): void;
}

/** As `tf.dropout`, whose mask is drawn value by value in JavaScript. */
export const dropout: Call<Dropout> = (layer, backend, input, kwargs) => {
  const { rate, seed } = layer;
  if (!kwargs.training || rate <= 0 || rate >= 1 || !isFloat(input)) return undefined;
  layer.invokeCallHook(input, kwargs);
  const shape = layer.getNoiseShape(input) ?? input.shape;
  const random = uniform(backend, shape, seed ?? undefined);
  const keep = x.scalar(1 - rate);
  const mask = elementwise(
    backend,
    shape,
    [random],
    (random) => x.div(x.floor(x.add(random!, keep)), keep),
  );
  backend.disposeIntermediateTensorInfo(random);
  return mul(input, engine().makeTensorFromTensorInfo(mask, backend));
};
