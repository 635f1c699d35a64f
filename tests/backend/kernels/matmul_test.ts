import * as tf from "@tensorflow/tfjs";
import { agree, type Case } from "./agree.ts";
import { tensor } from "../variants.ts";

const matMulCases: Case[] = [];
// Any number of rows and columns beside the blocks of 6 and 8, any depth beside those of 4.
const rest = Array.from({ length: 12 }, (_, i) => [[i + 1, 11 + i, 5 + i], [i + 1, i + 1, 16 - i]])
  .flat() as [number, number, number][];
for (const [m, k, n] of [...rest, [1, 1, 1], [64, 33, 130]] as const) {
  for (
    const [transposeA, transposeB] of [[false, false], [false, true], [true, false], [true, true]]
  ) {
    matMulCases.push([
      `matMul ${m}x${k}x${n} ${transposeA ? "T" : "N"}${transposeB ? "T" : "N"}`,
      () =>
        tf.matMul(
          tensor(transposeA ? [k, m] : [m, k]),
          tensor(transposeB ? [n, k] : [k, n], 2),
          transposeA!,
          transposeB!,
        ),
    ]);
  }
}

// The dense layers of the report's network, at its batch sizes.
for (const batch of [64, 128]) {
  for (const [k, n] of [[1600, 128], [128, 10]] as const) {
    matMulCases.push([
      `dense layer of ${k} to ${n}, batch ${batch}, and its gradients`,
      () => {
        const product = (x: tf.Tensor, w: tf.Tensor): tf.Tensor => tf.matMul(x, w);
        const { value, grads } = tf.valueAndGrads(product)(
          [tensor([batch, k]), tensor([k, n], 2)],
          tensor([batch, n], 3),
        );
        return [value, ...grads];
      },
    ]);
  }
}

for (const [m, k, n] of [[5, 7, 9], [40, 33, 130], [300, 20, 24]] as const) {
  matMulCases.push([
    `gradients of weights [${k}, ${n}] that are used three times, ${m} rows`,
    () => {
      const net = (w: tf.Tensor, v: tf.Tensor): tf.Tensor => {
        let h: tf.Tensor = tf.zeros([m, n]);
        for (let i = 1; i <= 3; i++) {
          h = tf.tanh(tf.add(tf.matMul(tensor([m, k], i), w), tf.matMul(h, v)));
        }
        return h;
      };
      const weights = [tensor([k, n], 5).div(4), tensor([n, n], 6).div(9)];
      return tf.grads(net)(weights, tensor([m, n], 7));
    },
  ]);
}

agree("matrix products", matMulCases);
