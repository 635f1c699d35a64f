import * as tf from "@tensorflow/tfjs";
import { agree, type Case } from "./agree.ts";
import { tensor } from "../variants.ts";

const segmentCases = ([[[6], 3], [[7, 5], 4], [[40, 3, 8], 9], [[5, 4], 1]] as const).map((
  [shape, segments],
): Case => {
  // Two rows have numbers of no segment.
  const ids = Array.from({ length: shape[0] }, (_, i) => (i * 5) % (segments + 2) - 1);
  return [
    `unsortedSegmentSum [${shape}] into ${segments}`,
    () =>
      tf.unsortedSegmentSum(
        tensor([...shape]),
        tf.tensor1d(ids, "int32"),
        segments,
      ),
  ];
});

const otherCases: Case[] = [
  ...segmentCases,
  ...[[10], [3, 10], [2, 3, 7], [300, 129]].map((shape): Case => [
    `softmax [${shape}]`,
    () => [
      tf.softmax(tensor(shape).mul(5)),
      tf.grad((x) => tf.softmax(x))(tensor(shape), tensor(shape, 2)),
    ],
  ]),
  [
    "integers stay integers",
    () => tf.add(tf.tensor1d([1, 2], "int32"), tf.tensor1d([3, 4], "int32")),
  ],
  ["batches of matrices", () => tf.matMul(tensor([3, 4, 5]), tensor([3, 5, 6], 2))],
  ["one matrix for a batch", () => tf.matMul(tensor([3, 4, 5]), tensor([1, 5, 6], 2))],
  ["a batch for one matrix", () => tf.matMul(tensor([1, 4, 5]), tensor([3, 5, 6], 2))],
  ["no rows", () => tf.matMul(tensor([0, 5]), tensor([5, 6], 2))],
  ["no elements", () => tf.add(tensor([0, 5]), tensor([0, 5]))],
  ["a slice outlives its source", () => {
    const whole = tf.relu(tensor([4, 8]));
    const part = whole.slice([1, 0], [2, 8]);
    whole.dispose();
    tf.relu(tf.neg(tensor([4, 8], 9)));
    return part;
  }],
  ...(["linear", "relu", "elu", "prelu", "leakyrelu"] as const).map((activation): Case => [
    `fused matMul ${activation}`,
    () =>
      tf.fused.matMul({
        a: tensor([7, 5]) as tf.Tensor2D,
        b: tensor([5, 9], 2) as tf.Tensor2D,
        bias: tensor([9], 3),
        activation,
        ...(activation === "prelu" && { preluActivationWeights: tensor([9], 4) }),
      }),
  ]),
];

agree("other ops", otherCases);
