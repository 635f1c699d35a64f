import * as tf from "@tensorflow/tfjs";
import { agree, type Case } from "./agree.ts";
import { tensor } from "../variants.ts";

type Config = Parameters<typeof tf.layers.lstm>[0] & Parameters<typeof tf.layers.gru>[0];

/** Gives a layer weights that follow from their shapes. */
function setWeights(layer: tf.layers.Layer, scale = 0.5): void {
  layer.setWeights(layer.getWeights().map(({ shape }, i) => tensor(shape, i + 2).mul(scale)));
}

/** A layer that was built for an input, with such weights. */
function built<L extends tf.layers.Layer>(layer: L, x: tf.Tensor, scale?: number): L {
  tf.dispose(layer.apply(x) as tf.Tensor);
  setWeights(layer, scale);
  return layer;
}

/** The outputs of a layer, and gradients of its input and its weights. */
function results(make: () => tf.layers.Layer, shape: number[], scale?: number): tf.Tensor[] {
  const x = tensor(shape).mul(2);
  const layer = built(make(), x, scale);
  const output = (x: tf.Tensor): tf.Tensor[] => [layer.apply(x) as tf.Tensor[]].flat();
  const outputs = output(x);
  const loss = (x: tf.Tensor): tf.Scalar =>
    tf.addN(output(x).map((y, i) => tf.sum(y.mul(tensor(y.shape, i + 7))))) as tf.Scalar;
  const weights = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const { grads } = tf.variableGrads(() => loss(x), weights);
  const all = [...outputs, tf.grad(loss)(x), ...weights.map(({ name }) => grads[name]!)];
  layer.dispose();
  return all;
}

const soft = { recurrentActivation: "sigmoid", recurrentInitializer: "zeros" } as const;

const cases: Case[] = [];
for (
  const [config, shape, scale] of [
    [{ units: 8, ...soft }, [1, 2, 1]],
    [{ units: 8, ...soft }, [5, 4, 3]],
    [{ units: 4, ...soft }, [3, 3, 2]],
    // A last panel that is not whole, several pieces, the last of few rows.
    [{ units: 20, ...soft }, [37, 5, 7]],
    [{ units: 12, ...soft, useBias: false }, [17, 3, 4]],
    [{ units: 16, recurrentInitializer: "zeros" }, [16, 6, 5]],
    [{ units: 8, ...soft, returnSequences: true }, [18, 5, 3]],
    [{ units: 12, recurrentInitializer: "zeros", returnSequences: true }, [3, 5, 3]],
    [{ units: 8, ...soft, goBackwards: true }, [3, 5, 3]],
    [{ units: 8, ...soft, goBackwards: true, returnSequences: true }, [3, 5, 3]],
    // Gates that are open or shut.
    [{ units: 8, ...soft }, [5, 4, 3], 5],
    [{ units: 8, recurrentInitializer: "zeros" }, [5, 4, 3], 9],
    // What TensorFlow.js does itself.
    [{ units: 6, ...soft }, [3, 4, 3]],
    [{ units: 8, ...soft, activation: "relu" }, [3, 4, 3]],
    [{ units: 8, recurrentActivation: "tanh", recurrentInitializer: "zeros" }, [3, 4, 3]],
    [{ units: 8, ...soft, returnState: true }, [3, 4, 3]],
  ] as [Config, number[], number?][]
) {
  for (const kind of ["lstm", "gru"] as const) {
    cases.push([
      `${kind} ${JSON.stringify(config)} of [${shape}], weights ${scale ?? 0.5}`,
      () => results(() => tf.layers[kind](config), shape, scale),
    ]);
  }
}
cases.push(
  ["an LSTM in both directions", () =>
    results(
      () =>
        tf.layers.bidirectional({
          layer: tf.layers.lstm({ units: 8, ...soft, returnSequences: true }) as never,
          mergeMode: "concat",
        }),
      [3, 4, 5],
    )],
  ["an LSTM with a state to start from", () => {
    const x = tensor([3, 4, 5]);
    const layer = built(tf.layers.lstm({ units: 8, ...soft }), x);
    const initialState = [tensor([3, 8], 8), tensor([3, 8], 9)];
    const y = layer.apply(x, { initialState }) as tf.Tensor;
    layer.dispose();
    return y;
  }],
  ["an LSTM that keeps its state", () => {
    const layer = tf.layers.lstm({ units: 8, ...soft, stateful: true });
    const x = tensor([3, 4, 5]);
    const model = tf.sequential({
      layers: [tf.layers.inputLayer({ batchInputShape: [3, 4, 5] }), layer],
    });
    setWeights(layer);
    return [model.predict(x) as tf.Tensor, model.predict(x) as tf.Tensor];
  }],
  ["an LSTM behind a mask", () => {
    const model = tf.sequential({
      layers: [
        tf.layers.masking({ maskValue: 0, inputShape: [4, 5] }),
        tf.layers.lstm({ units: 8, ...soft }),
      ],
    });
    setWeights(model.layers[1]!);
    const x = tensor([3, 4, 5]).mul(tf.tensor3d([1, 1, 0, 1], [1, 4, 1]));
    return model.predict(x) as tf.Tensor;
  }],
  ["an LSTM of what is no number", () => {
    const x = tensor([3, 4, 5]);
    const layer = built(tf.layers.lstm({ units: 8, ...soft }), x);
    const y = layer.apply(tf.concat([x, tf.fill([1, 4, 5], NaN)])) as tf.Tensor;
    layer.dispose();
    return y;
  }],
);

agree("recurrent layers", cases);
