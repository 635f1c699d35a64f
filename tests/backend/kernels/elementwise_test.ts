import * as tf from "@tensorflow/tfjs";
import { agree, type Case } from "./agree.ts";
import { tensor } from "../variants.ts";

const elementwiseCases: Case[] = [];
for (const name of ["add", "sub", "mul", "div", "maximum", "minimum"] as const) {
  for (
    const [a, b] of [
      [[7], [7]],
      [[3, 5], []],
      [[], [3, 5]],
      [[2, 3, 8], [8]],
      [[8], [2, 3, 8]],
      [[2, 3, 8], [1, 3, 8]],
      [[2, 3, 8], [2, 3, 1]],
      [[2, 1, 8], [1, 3, 1]],
      [[5, 3], [3]],
      [[5, 10], [5, 1]],
      [[5, 1], [5, 10]],
      [[5, 10], [10]],
      [[2, 5, 10], [2, 5, 1]],
      [[2, 5, 10], [5, 1]],
      [[1, 1, 4], [4]],
      [[1], [1, 1]],
      [[40, 1000], [1000]],
    ] as [number[], number[]][]
  ) {
    elementwiseCases.push([
      `${name} [${a}] and [${b}]`,
      () => tf[name](tensor(a), tensor(b, 2)),
    ]);
  }
}
for (
  const [name, fn] of Object.entries({
    relu: tf.relu,
    step: tf.step,
    "step with alpha": (x: tf.Tensor) => tf.step(x, 0.25),
    square: tf.square,
    sqrt: (x: tf.Tensor) => tf.sqrt(tf.abs(x)),
    neg: tf.neg,
    abs: tf.abs,
    exp: (x: tf.Tensor) => tf.exp(x.mul(30)),
    log: (x: tf.Tensor) => tf.log(tf.abs(x)),
    sigmoid: (x: tf.Tensor) => tf.sigmoid(x.mul(10)),
    tanh: (x: tf.Tensor) => tf.tanh(x.mul(2)),
    clip: (x: tf.Tensor) => tf.clipByValue(x, -0.25, 0.5),
    floor: (x: tf.Tensor) => tf.floor(x.mul(3)),
    rsqrt: (x: tf.Tensor) => tf.rsqrt(tf.abs(x)),
  })
) {
  for (const shape of [[], [1], [6], [3, 7], [40, 1001]]) {
    elementwiseCases.push([`${name} [${shape}]`, () => fn(tensor(shape))]);
  }
  elementwiseCases.push([
    `${name} of special values`,
    () => fn(tf.tensor1d([NaN, Infinity, -Infinity, 0, -1, 1e-40, 100, -100, 88.5, -87])),
  ]);
}

agree("elementwise ops", elementwiseCases);
