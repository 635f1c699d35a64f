import {
  add,
  customGrad,
  engine,
  matMul,
  reshape,
  reverse,
  slice,
  type Tensor,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import { elementwise } from "lib/backend/fusion/lazy.ts";
import { isFloat } from "lib/backend/kernels/common.ts";
import { lstm, lstmGradient, lstmWeightsGradient } from "lib/backend/kernels/lstm.ts";
import type { Call, Layer } from "lib/backend/layers/layer.ts";

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
export const longShortTermMemory: Call<Recurrent> = (
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
