/**
 * Layers of `tf.layers` that are computed with fewer ops than TensorFlow.js writes them with.
 * @module
 */
import {
  add,
  backend as currentBackend,
  customGrad,
  engine,
  matMul,
  mul,
  reshape,
  reverse,
  serialization,
  slice,
  type Tensor,
  type TensorInfo,
  tidy,
} from "@tensorflow/tfjs-core";
import { SimdBackend } from "lib/backend/backend.ts";
import * as x from "lib/backend/fusion/expression.ts";
import { elementwise } from "lib/backend/fusion/lazy.ts";
import { isFloat } from "lib/backend/kernels/common.ts";
import { lstm, lstmGradient, lstmWeightsGradient } from "lib/backend/kernels/lstm.ts";
import { uniform } from "lib/backend/kernels/uniform.ts";

interface Layer {
  call(inputs: Tensor | Tensor[], kwargs: CallOptions): Tensor | Tensor[];
}

interface CallOptions {
  readonly training?: boolean;
  readonly mask?: Tensor;
  readonly initialState?: Tensor[];
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
  invokeCallHook(input: Tensor, kwargs: CallOptions): void;
}

/** As `tf.dropout`, whose mask is drawn value by value in JavaScript. */
const dropout: Call<Dropout> = (layer, backend, input, kwargs) => {
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

interface Activation {
  getClassName(): string;
}

interface Recurrent extends Layer {
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
  readonly stateful: boolean;
  readonly cell: {
    readonly units: number;
    readonly activation: Activation;
    readonly recurrentActivation: Activation;
    readonly dropout: number;
    readonly recurrentDropout: number;
    readonly kernel: { read(): Tensor };
    readonly recurrentKernel: { read(): Tensor };
    readonly bias: { read(): Tensor } | null;
  };
}

/** All steps in time in one op, where TensorFlow.js takes some twenty for each. */
const longShortTermMemory: Call<Recurrent> = (layer, backend, input, { mask, initialState }) => {
  const { cell } = layer;
  const { units } = cell;
  const gate = cell.recurrentActivation.getClassName();
  const isServed = cell.activation.getClassName() === "tanh" &&
    ["sigmoid", "hardSigmoid"].includes(gate) && units % 4 === 0 && input.rank === 3 &&
    cell.dropout === 0 && cell.recurrentDropout === 0 && !mask && !initialState &&
    !layer.stateful && !layer.returnState && isFloat(input);
  if (!isServed) return undefined;
  const tensor = (info: TensorInfo): Tensor => engine().makeTensorFromTensorInfo(info, backend);
  const x = layer.goBackwards ? reverse(input, 1) : input;
  const [batch, steps, features] = x.shape as [number, number, number];
  const shape = { batch, steps, units, isHard: gate === "hardSigmoid" };
  const rows = reshape(x, [batch * steps, features]);
  // The input's share of all steps at once; the op writes over it.
  const product = matMul(rows, cell.kernel.read());
  const share = reshape(
    cell.bias ? add(product, cell.bias.read()) : product,
    [batch, steps, 4 * units],
  );
  const op = customGrad((...args) => {
    const [share, weights, save] = args as [Tensor, Tensor, (tensors: Tensor[]) => void];
    const gates = tensor(elementwise(backend, share.shape, [share], (x) => x!));
    const states = lstm(backend, shape, gates, weights);
    const hidden = tensor(states.hidden), memory = tensor(states.cell);
    save([gates, hidden, memory, weights]);
    const last = slice(hidden, [0, layer.returnSequences ? 1 : steps]);
    return {
      value: layer.returnSequences ? last : reshape(last, [batch, units]),
      gradFunc: (dy, saved) => {
        const [gates, hidden, cell, weights] = saved as [Tensor, Tensor, Tensor, Tensor];
        const dGates = tensor(
          lstmGradient(backend, shape, { gates, hidden, cell }, weights, dy as Tensor),
        );
        return [dGates, tensor(lstmWeightsGradient(backend, shape, hidden, dGates))];
      },
    };
  });
  return op(share, cell.recurrentKernel.read());
};

/** By the names that layers register under, with those that inherit from them. */
const LAYERS: Readonly<Record<string, Call<never>>> = {
  Dropout: dropout,
  LSTM: longShortTermMemory,
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
