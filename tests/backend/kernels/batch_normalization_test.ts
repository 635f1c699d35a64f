import * as tf from "@tensorflow/tfjs";
import { agree, type Case } from "./agree.ts";
import { tensor } from "../variants.ts";

type Config = Parameters<typeof tf.layers.batchNormalization>[0];

/** Outputs in training and afterwards in prediction, gradients, moving averages after two steps. */
function results(config: Config, input: () => tf.Tensor): tf.Tensor[] {
  const layer = tf.layers.batchNormalization(config);
  const x = input();
  tf.dispose(layer.apply(x) as tf.Tensor);
  layer.setWeights(layer.getWeights().map(({ shape }, i) => tensor(shape, i + 2).add(1.5)));
  const apply = (x: tf.Tensor, training: boolean): tf.Tensor =>
    layer.apply(x, { training }) as tf.Tensor;
  // With ReLU behind it, as in most networks, and the input used a second time.
  const loss = (x: tf.Tensor): tf.Scalar =>
    tf.sum(tf.relu(apply(x, true)).add(x).mul(tensor(x.shape, 7)));
  const weights = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const { grads } = tf.variableGrads(() => loss(x), weights);
  const all = [
    tf.grad(loss)(x),
    ...weights.map(({ name }) => grads[name]!),
    apply(x, true),
    apply(x, false),
    ...layer.getWeights().map((weight) => weight.clone()),
  ];
  layer.dispose();
  return all;
}

const cases: Case[] = [];
for (
  const [shape, config] of [
    [[5, 7], {}],
    [[2, 3, 4], { epsilon: 0.1 }],
    [[3, 5, 6, 1], { momentum: 0.5 }],
    [[3, 5, 6, 3], {}],
    [[16, 12, 12, 16], {}],
    [[4, 9, 9, 24], {}],
    [[8, 14, 14, 32], {}],
    [[5, 14, 14, 67], {}],
    [[3, 8, 8, 300], {}],
    [[1, 6], {}],
  ] as [number[], Config][]
) {
  cases.push([`[${shape}], ${JSON.stringify(config)}`, () => results(config, () => tensor(shape))]);
}
cases.push(
  // TensorFlow.js does this itself, and finds no gradient.
  ["of another dimension", () => {
    const layer = tf.layers.batchNormalization({ axis: 1 });
    const y = layer.apply(tensor([3, 5, 6, 4]), { training: true }) as tf.Tensor;
    layer.dispose();
    return y;
  }],
  ["far from zero", () => results({}, () => tensor([8, 12, 12, 16]).add(1000))],
  ["the same everywhere", () => results({}, () => tf.fill([4, 3, 3, 8], 7.3))],
  [
    "with what is no number",
    () => results({}, () => tf.concat([tensor([4, 6]), tf.fill([4, 1], NaN)], 1)),
  ],
  [
    "of a convolution",
    () =>
      results({}, () =>
        tf.conv2d(
          tensor([4, 9, 9, 16]) as tf.Tensor4D,
          tensor([3, 3, 16, 16], 2) as tf.Tensor4D,
          1,
          "same",
        )),
  ],
);

agree("batch normalisation layers", cases);
