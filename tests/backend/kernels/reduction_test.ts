import * as tf from "@tensorflow/tfjs";
import { agree, type Case } from "./agree.ts";
import { tensor } from "../variants.ts";

const reductionCases: Case[] = [];
for (
  const [shape, axis] of [
    [[5, 3], 0],
    [[5, 16], [0]],
    [[2, 3, 4, 5], [0, 1, 2]],
    [[2, 3, 4, 5], [1, 3]],
    [[300, 200], 0],
    [[3, 4], 1],
    [[3, 4], undefined],
  ] as [number[], number | number[] | undefined][]
) {
  reductionCases.push([`sum [${shape}] over ${axis}`, () => tf.sum(tensor(shape), axis)]);
  reductionCases.push([
    `kept sum [${shape}] over ${axis}`,
    () => tf.sum(tensor(shape), axis, true),
  ]);
  reductionCases.push([
    `mean [${shape}] over ${axis}, its gradient, and kept`,
    () => [
      tf.mean(tensor(shape), axis),
      tf.grad((x) => tf.mean(x.square(), axis))(tensor(shape)),
      tf.mean(tensor(shape), axis, true),
    ],
  ]);
}

for (
  const [shape, reps] of [
    [[3], [2]],
    [[4], [5]],
    [[1, 1, 8], [3, 2, 1]],
    [[1, 3, 2], [4, 2, 1]],
    [[2, 3], [2, 2]],
    [[1, 400], [200, 1]],
    [[1, 1], [2, 3]],
    [[], []],
  ] as [number[], number[]][]
) {
  reductionCases.push([`tile [${shape}] by [${reps}]`, () => tf.tile(tensor(shape), reps)]);
}
for (const shape of [[6, 5], [4, 3, 2, 8], [7, 9, 9, 32]]) {
  const of = (seed: number): tf.Tensor => tensor(shape.slice(-1), seed);
  const norm = (x: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor): tf.Tensor =>
    tf.batchNorm(x, mean, variance.square(), of(4), of(5), 1e-3);
  reductionCases.push([
    `batchNorm [${shape}] and its gradients`,
    () => [
      norm(tensor(shape), of(2), of(3)),
      ...tf.grads(norm)([tensor(shape), of(2), of(3)], tensor(shape, 6)),
    ],
  ]);
  reductionCases.push([
    `batchNorm [${shape}] without scale and offset, and of whole tensors`,
    () => [
      tf.batchNorm(tensor(shape), of(2), of(3).square()),
      tf.batchNorm(tensor(shape), tensor(shape, 2), tensor(shape, 3).square()),
      tf.batchNorm(tensor(shape), of(2).slice(0, 1), of(3).square().slice(0, 1)),
    ],
  ]);
}

agree("reductions", reductionCases);
