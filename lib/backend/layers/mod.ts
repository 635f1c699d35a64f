/**
 * Layers of `tf.layers` that are computed with fewer ops than TensorFlow.js writes them with.
 * @module
 */
import { backend as currentBackend, serialization, type Tensor, tidy } from "@tensorflow/tfjs-core";
import { SimdBackend } from "lib/backend/backend.ts";
import { batchNormalization } from "lib/backend/layers/batch_normalization.ts";
import { dropout } from "lib/backend/layers/dropout.ts";
import type { Call, Layer } from "lib/backend/layers/layer.ts";
import { gru, lstm } from "lib/backend/layers/recurrent.ts";

/** By the names that layers register under, with those that inherit from them. */
const LAYERS: Readonly<Record<string, Call<never>>> = {
  BatchNormalization: batchNormalization,
  Dropout: dropout,
  GRU: gru,
  LSTM: lstm,
};

function replace(target: Layer, own: Call<Layer>): void {
  const original = target.call;
  target.call = function (inputs, kwargs): Tensor | Tensor[] {
    const backend = currentBackend();
    return tidy(() => {
      const input = [inputs].flat();
      const isPlain = backend instanceof SimdBackend && input.length === 1;
      const result = isPlain ? own(this, backend, input[0]!, kwargs ?? {}) : undefined;
      return result ?? original.call(this, inputs, kwargs);
    });
  };
}

const replaced = new Set<string>();

/** Replaces layers on this backend, if `tf.layers` is loaded; on others they stay as they are. */
export function replaceLayers(): void {
  const { classNameMap } = serialization.SerializationMap.getMap();
  for (const [name, own] of Object.entries(LAYERS)) {
    const registered = classNameMap[name];
    if (!registered || replaced.has(name)) continue;
    replaced.add(name);
    replace(registered[0].prototype as unknown as Layer, own as Call<Layer>);
  }
}
