/**
 * Layers of `tf.layers` that are computed with fewer ops than TensorFlow.js writes them with.
 * @module
 */
import {
  backend as currentBackend,
  engine,
  mul,
  serialization,
  type Tensor,
  tidy,
} from "@tensorflow/tfjs-core";
import { SimdBackend } from "lib/backend/backend.ts";
import * as x from "lib/backend/fusion/expression.ts";
import { elementwise } from "lib/backend/fusion/lazy.ts";
import { uniform } from "lib/backend/kernels/uniform.ts";

interface Layer {
  call(inputs: Tensor | Tensor[], kwargs: CallOptions): Tensor | Tensor[];
  invokeCallHook(inputs: Tensor | Tensor[], kwargs: CallOptions): void;
}

interface CallOptions {
  readonly training?: boolean;
}

/** A layer's output; undefined where TensorFlow.js's own way is to be taken. */
type Call<L extends Layer> = (
  layer: L,
  backend: SimdBackend,
  input: Tensor,
  kwargs: CallOptions,
) => Tensor | Tensor[] | undefined;

interface Dropout extends Layer {
  readonly rate: number;
  readonly seed?: number | string;
  getNoiseShape(input: Tensor): number[] | undefined;
}

/** As `tf.dropout`, whose mask is drawn value by value in JavaScript. */
const dropout: Call<Dropout> = (layer, backend, input, { training }) => {
  const { rate, seed } = layer;
  if (!training || rate <= 0 || rate >= 1 || input.dtype !== "float32") return undefined;
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

/** By the names that layers register under, with those that inherit from them. */
const LAYERS: Readonly<Record<string, Call<never>>> = { Dropout: dropout };

function replace(target: Layer, own: Call<Layer>): void {
  const original = target.call;
  target.call = function (inputs, kwargs): Tensor | Tensor[] {
    const backend = currentBackend();
    return tidy(() => {
      const input = [inputs].flat();
      const isPlain = backend instanceof SimdBackend && input.length === 1;
      const result = isPlain ? own(this, backend, input[0]!, kwargs ?? {}) : undefined;
      if (result === undefined) return original.call(this, inputs, kwargs);
      this.invokeCallHook(inputs, kwargs);
      return result;
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
