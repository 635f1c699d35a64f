/** Expressions that are computed in one pass, and tensors that are strides of others. */
import * as tf from "@tensorflow/tfjs";
import { agree, type Case, image } from "./agree.ts";
import { tensor } from "../variants.ts";

const x = (): tf.Tensor4D => image([2, 5, 4, 6]);
const channel = (seed: number): tf.Tensor1D => tensor([6], seed) as tf.Tensor1D;

/** Batch normalisation as layers do it in training, then ReLU and a sum. */
function normalized(x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const y = tf.batchNorm(
    x,
    mean as tf.Tensor1D,
    variance as tf.Tensor1D,
    offset as tf.Tensor1D,
    scale as tf.Tensor1D,
  );
  return tf.add(tf.relu(y), x);
}

const LARGE = [8, 28, 28, 6], WIDE = [16, 20, 20, 24];

const cases: Case[] = [
  ["views of views", () => {
    const turned = tf.transpose(x(), [0, 2, 1, 3]);
    const part = tf.slice(turned, [0, 1, 2, 1], [2, 2, 3, 4]);
    return [part, tf.reverse(part, [1, 3]), tf.square(tf.reverse(turned, 3)), tf.add(part, 1)];
  }],
  ["parts and wholes", () => {
    const parts = tf.split(x(), [1, 3, 2], 3);
    const rows = tf.unstack(x(), 1);
    return [
      ...parts,
      tf.concat([parts[2]!, parts[0]!], 3),
      tf.stack(rows, 0),
      tf.stack(rows, 3),
      tf.pad(x(), [[0, 1], [2, 0], [0, 0], [1, 2]], 7),
      tf.tile(x(), [2, 1, 3, 1]),
    ];
  }],
  ["what is padded is one run of values, less than a vector", () => [
    ...[1, 2, 3, 5].map((n) => tf.pad(tensor([n]), [[2, 9]], 7)),
    tf.pad(tensor([1, 1, 1, 1]), [[0, 0], [1, 1], [1, 1], [0, 0]]),
    ...tf.grads((a: tf.Tensor) => tf.slice(a, [1], [2]))([tensor([9])], tensor([2], 2)),
  ]],
  ["expressions are joined in one pass", () => {
    const parts = (n: number): tf.Tensor[] => [2, 3, 4].map((i) => tf.tanh(tf.mul(tensor([n]), i)));
    const columns = [2, 3].map((i) => tf.exp(tensor([700, 3], i)));
    return [
      ...[1, 3, 5, 8].map((n) => tf.concat(parts(n))),
      ...[1, 3, 5, 8].map((n) => tf.stack(parts(n))),
      tf.stack(parts(7), 1),
      tf.concat(columns, 1),
      tf.concat(columns, 0),
      tf.concat(Array.from({ length: 9 }, (_, i) => tf.sigmoid(tensor([2, 3], i))), 1),
    ];
  }],
  ["gradients through views", () =>
    tf.grads((a: tf.Tensor, b: tf.Tensor) => {
      const [left, right] = tf.split(a, 2, 3);
      return tf.mul(
        tf.concat([tf.tanh(left!), tf.sigmoid(right!)], 3),
        tf.transpose(b, [0, 2, 1, 3]),
      );
    })([x(), image([2, 4, 5, 6], 2)])],
  ["a view outlives what it shows", () => {
    const whole = tf.exp(x());
    const part = tf.slice(whole, [0, 1, 0, 2], [1, 2, 3, 2]);
    whole.dispose();
    return part;
  }],
  ["chains that repeat operands along any dimension", () => {
    const column = tensor([2, 1, 4, 1], 2), row = tensor([5, 1, 6], 3);
    return [
      tf.div(tf.sub(x(), column), tf.add(tf.abs(row), 1)),
      tf.where(tf.logicalAnd(tf.greater(x(), 0), tf.less(x(), column)), x(), tf.zerosLike(x())),
      tf.sum(tf.mul(x(), column), [0, 2]),
      tf.max(tf.sub(x(), row), [1, 3]),
      tf.logicalNot(tf.greaterEqual(x(), row)).cast("float32"),
    ];
  }],
  ["long chains", () => {
    let y: tf.Tensor = x();
    for (let i = 1; i <= 30; i++) y = tf.add(tf.mul(y, 0.9), tensor([2, 5, 4, 6], i));
    return y;
  }],
  [
    "numbers that differ, more than a job has room for, in jobs that wait for each other",
    () =>
      [1, 2, 3, 4].flatMap((k) => {
        let y = tensor([30_000], k);
        for (let i = 0; i < 120; i++) y = tf.mul(tf.add(y, i / 50 + k), 0.9);
        return [y, tf.max(y), tf.min(tf.neg(y))];
      }),
  ],
  ["reductions together, of many numbers that differ", () => {
    const a = tensor([40, 50]);
    return [1, 2, 3, 4, 5, 6].map((k) => {
      let y: tf.Tensor = a;
      for (let i = 0; i < 11; i++) y = tf.add(y, i / 9 + k);
      return tf.sum(y, 0);
    });
  }],
  ...[LARGE, WIDE, [2, 5, 4, 6]].map((shape): Case => [
    `batch normalisation in training [${shape}]`,
    () => {
      const channels = [tensor([shape[3]!], 2), tensor([shape[3]!], 3)];
      return [
        normalized(tensor(shape), channels[0]!, channels[1]!),
        ...tf.grads(normalized)([tensor(shape), ...channels], tensor(shape, 4)),
      ];
    },
  ]),
  ["sums of few rows and many columns", () => tf.sum(tensor([7, 9000]), 0)],
  ["reductions over every set of dimensions", () =>
    Array.from({ length: 15 }, (_, set) => {
      const axes = [0, 1, 2, 3].filter((d) => (set + 1) >> d & 1);
      return [tf.sum(x(), axes), tf.min(tf.square(x()), axes), tf.prod(tf.add(x(), 1), axes)];
    }).flat()],
  [
    "inference with batch normalisation",
    () => tf.batchNorm4d(x(), channel(1), tf.abs(channel(2)) as tf.Tensor1D),
  ],
];

agree("fused expressions", cases);
