import {
  add,
  concat,
  customGrad,
  engine,
  matMul,
  mul,
  reshape,
  reverse,
  slice,
  type Tensor,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import { elementwise } from "lib/backend/fusion/lazy.ts";
import { isFloat } from "lib/backend/kernels/common.ts";
import {
  GATES,
  recur,
  recurGradient,
  type Recurrent,
  weightsGradient,
} from "lib/backend/kernels/recurrent.ts";
import type { Call, Layer } from "lib/backend/layers/layer.ts";

interface Activation {
  getClassName(): string;
}

interface RecurrentLayer extends Layer {
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
const recurrent = (kind: Recurrent["kind"]): Call<RecurrentLayer> =>
(
  layer,
  backend,
  input,
  { mask, initialState },
) => {
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
  const shape: Recurrent = { kind, batch, steps, units, isHard: gate === "hardSigmoid" };
  const rows = reshape(x, [batch * steps, features]);
  // The input's share of all steps at once; the op writes over it.
  const product = matMul(rows, cell.kernel.read());
  const share = reshape(
    cell.bias ? add(product, cell.bias.read()) : product,
    [batch, steps, GATES[kind] * units],
  );
  /** Of the weights for the hidden states. */
  const gradientOf = (gates: Tensor, hidden: Tensor, dGates: Tensor): Tensor => {
    const some = (states: Tensor, range: readonly [number, number]): Tensor =>
      tensor(weightsGradient(backend, shape, states, dGates, range));
    if (kind === "lstm") return some(hidden, [0, 4]);
    const reset = slice(gates, [0, 0, units], [batch, steps, units]);
    const kept = mul(reset, slice(hidden, [0, 0, 0], [batch, steps, units]));
    return concat([some(hidden, [0, 2]), some(kept, [2, 3])], 1);
  };
  const op = customGrad((...args) => {
    const [share, weights, save] = args as [Tensor, Tensor, (tensors: Tensor[]) => void];
    const own = tensor(elementwise(backend, share.shape, [share], (x) => x!));
    const states = recur(backend, shape, own, weights);
    const hidden = tensor(states.hidden);
    save([own, hidden, kind === "lstm" ? tensor(states.cell) : hidden, weights]);
    const last = slice(hidden, [0, layer.returnSequences ? 1 : steps]);
    return {
      value: layer.returnSequences ? last : reshape(last, [batch, units]),
      gradFunc: (dy, saved) => {
        const [gates, hidden, cell, weights] = saved as [Tensor, Tensor, Tensor, Tensor];
        const states = { gates, hidden, cell };
        const dGates = tensor(recurGradient(backend, shape, states, weights, dy as Tensor));
        return [dGates, gradientOf(gates, hidden, dGates)];
      },
    };
  });
  return op(share, cell.recurrentKernel.read());
};

export const lstm = recurrent("lstm");
export const gru = recurrent("gru");
