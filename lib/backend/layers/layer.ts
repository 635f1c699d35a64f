import type { Tensor } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "lib/backend/backend.ts";

/** What this backend uses of a layer of `tf.layers`. */
export interface Layer {
  call(inputs: Tensor | Tensor[], kwargs: CallOptions): Tensor | Tensor[];
}

export interface CallOptions {
  readonly training?: boolean;
  readonly mask?: Tensor;
  readonly initialState?: Tensor[];
}

/** A layer's output; undefined where TensorFlow.js's own way is to be taken. */
export type Call<L extends Layer> = (
  layer: L,
  backend: SimdBackend,
  input: Tensor,
  kwargs: CallOptions,
) => Tensor | Tensor[] | undefined;
