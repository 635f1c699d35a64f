/** Every fast kernel against the backend `cpu`, in all shapes that take a way of their own. */
import * as tf from "@tensorflow/tfjs";
import { assert, assertEquals } from "lib/assert.ts";
import { tensor, valuesOn, VARIANTS } from "./variants.ts";

/**
 * Of the greatest value in the tensor, at least of 1: cpu sums in double precision, the kernels in single,
 * and Winograd's algorithm loses a digit of that.
 */
const TOLERANCE = 3e-5;

type ExplicitPadding = Parameters<typeof tf.depthwiseConv2d>[3] & object;
type Fn = () => tf.Tensor | tf.Tensor[];
/** A name, what is computed, and what `cpu` computes instead where its own way is wrong. */
type Case = readonly [name: string, fn: Fn, reference?: Fn];

const image = (shape: number[], seed = 1): tf.Tensor4D => tensor(shape, seed) as tf.Tensor4D;

/** Both gradients of a convolution of an image and a filter of these shapes. */
function gradients(
  convolve: (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.Tensor,
  x: number[],
  filter: number[],
): tf.Tensor[] {
  const f = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
    convolve(x as tf.Tensor4D, filter as tf.Tensor4D);
  const dy = tensor(f(image(x), image(filter)).shape, 4);
  return tf.grads(f)([image(x), image(filter, 2)], dy);
}

const matMulCases: Case[] = [];
for (const [m, k, n] of [[1, 1, 1], [6, 4, 8], [7, 5, 9], [13, 16, 3], [64, 33, 130]] as const) {
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

const convCases: Case[] = [];
for (
  const [x, filter, strides, pad, dilations] of [
    [[2, 5, 6, 1], [3, 3, 1, 4], 1, "valid", 1],
    [[2, 7, 6, 3], [3, 2, 3, 5], 1, "same", 1],
    [[1, 9, 9, 4], [3, 3, 4, 8], 2, "same", 1],
    [[1, 9, 8, 4], [3, 3, 4, 8], 2, "valid", 1],
    [[2, 9, 8, 3], [2, 3, 3, 8], 1, "valid", 2],
    [[2, 9, 8, 3], [3, 3, 3, 8], 1, "same", 2],
    [[3, 4, 4, 8], [1, 1, 8, 16], 1, "valid", 1],
    [[1, 6, 5, 2], [3, 3, 2, 7], 1, 2, 1],
    [[2, 6, 9, 1], [1, 3, 1, 5], 1, 0, 1],
    [[3, 13, 13, 32], [3, 3, 32, 64], 1, "valid", 1],
    [[3, 28, 28, 1], [3, 3, 1, 32], 1, "valid", 1],
    [[5, 6, 9, 16], [3, 3, 16, 24], 1, "same", 1],
    [[2, 30, 27, 16], [3, 3, 16, 16], 1, 1, 1],
    // The last rows of the filter's gradient: first and last are as far apart as six neighbours would be.
    [[2, 5, 4, 1], [2, 2, 1, 3], 1, "valid", 1],
    [[2, 5, 5, 1], [2, 1, 1, 4], 1, "valid", 1],
    [[2, 5, 2, 2], [2, 1, 2, 4], 1, "valid", 1],
    [[2, 6, 2, 2], [5, 1, 2, 3], 1, "valid", 1],
    [[2, 6, 4, 1], [5, 2, 1, 4], 1, "valid", 1],
  ] as [number[], [number, number, number, number], number, "valid" | "same" | number, number][]
) {
  const name = `conv2d [${x}] * [${filter}] stride ${strides} pad ${pad} dilation ${dilations}`;
  convCases.push([
    name,
    () => tf.conv2d(image(x), image(filter, 2), strides, pad, "NHWC", dilations),
  ]);
  for (const activation of ["linear", "relu", "elu", "sigmoid"] as const) {
    convCases.push([
      `fused ${activation} ${name}`,
      () =>
        tf.fused.conv2d({
          x: image(x),
          filter: image(filter, 2),
          strides,
          pad,
          dilations,
          bias: tensor([filter[3]], 3),
          activation,
        }),
    ]);
  }
  if (dilations === 1) {
    convCases.push([
      `gradients of ${name}`,
      () => gradients((x, filter) => tf.conv2d(x, filter, strides, pad), x, filter),
    ]);
  }
}

const depthwiseCases: Case[] = [];
for (
  const [x, filter, strides, pad, dilations = 1] of [
    [[2, 5, 6, 1], [3, 3, 1, 1], 1, "valid"],
    [[2, 7, 6, 3], [3, 3, 3, 1], 1, "same"],
    [[2, 7, 6, 4], [3, 3, 4, 1], 1, "same"],
    [[2, 8, 9, 4], [3, 3, 4, 1], 1, "valid"],
    [[3, 9, 8, 5], [3, 3, 5, 1], 2, "same"],
    [[2, 8, 11, 32], [3, 3, 32, 1], 1, "same"],
    [[2, 8, 11, 32], [3, 3, 32, 1], 2, "same"],
    [[2, 8, 11, 32], [3, 3, 32, 1], 2, "valid"],
    [[2, 8, 11, 4], [3, 3, 4, 1], 1, "same", 2],
    [[2, 8, 11, 5], [3, 2, 5, 1], 1, "valid", 2],
    [[2, 12, 7, 4], [3, 3, 4, 1], [2, 1], "same"],
    [[2, 6, 9, 5], [2, 3, 5, 1], 1, "valid"],
    [[1, 11, 10, 4], [5, 5, 4, 1], 1, "same"],
    [[2, 11, 10, 6], [5, 4, 6, 1], 2, "same"],
    [[2, 4, 3, 6], [1, 1, 6, 1], 1, "valid"],
    [[2, 2, 1, 4], [4, 2, 4, 1], 1, "valid", 2],
    [[2, 4, 3, 4], [2, 2, 4, 1], 3, "valid"],
    [[2, 7, 6, 3], [3, 3, 3, 2], 1, "same"],
    [[2, 7, 6, 1], [3, 3, 1, 8], 2, "same"],
    [[2, 7, 6, 4], [2, 2, 4, 3], 1, "valid"],
    [[2, 6, 9, 4], [1, 3, 4, 1], 1, 0],
    [[2, 5, 6, 4], [3, 3, 4, 1], 2, 1],
    [[2, 5, 6, 5], [2, 2, 5, 1], 1, 3],
    [[2, 5, 6, 5], [2, 2, 5, 1], 3, 3],
    [[2, 5, 6, 4], [3, 3, 4, 1], 1, [[0, 0], [1, 2], [0, 3], [0, 0]]],
    // Several strips an image; pixels as long as a power of two.
    [[1, 70, 40, 32], [3, 3, 32, 1], 1, "same"],
    [[1, 70, 80, 16], [3, 3, 16, 1], 2, "valid"],
    [[2, 5, 4, 256], [3, 3, 256, 1], 1, "same"],
    [[2, 5, 4, 256], [2, 3, 256, 1], 1, "valid"],
    [[17, 4, 4, 4], [3, 3, 4, 1], 1, "same"],
  ] as [
    number[],
    [number, number, number, number],
    number | [number, number],
    "valid" | "same" | number | ExplicitPadding,
    number?,
  ][]
) {
  const name = `depthwise [${x}] * [${filter}] strides ${strides} pad ${pad} dilation ${dilations}`;
  const channels = filter[2] * filter[3];
  depthwiseCases.push([
    name,
    () => tf.depthwiseConv2d(image(x), image(filter, 2), strides, pad, "NHWC", dilations),
  ]);
  for (const activation of ["linear", "relu", "elu"] as const) {
    depthwiseCases.push([
      `fused ${activation} ${name}`,
      () =>
        tf.fused.depthwiseConv2d({
          x: image(x),
          filter: image(filter, 2),
          strides,
          pad: pad as number,
          dilations,
          bias: tensor([channels], 3),
          activation,
        }),
    ]);
  }
  if (dilations === 1) {
    depthwiseCases.push([
      `gradients of ${name}`,
      () => gradients((x, filter) => tf.depthwiseConv2d(x, filter, strides, pad), x, filter),
    ]);
  }
}
depthwiseCases.push([
  "separable convolution",
  () =>
    tf.separableConv2d(
      image([2, 9, 8, 5]),
      image([3, 3, 5, 2], 2),
      image([1, 1, 10, 7], 3),
      1,
      "same",
    ),
]);

const poolCases: Case[] = [];
for (
  const [x, size, strides, pad] of [
    [[2, 6, 6, 4], 2, 2, "valid"],
    [[2, 7, 5, 32], 2, 2, "valid"],
    [[1, 7, 7, 5], 3, 1, "same"],
    [[1, 7, 7, 6], 3, 2, "same"],
    [[17, 11, 11, 8], 2, 2, "valid"],
  ] as [number[], number, number, "valid" | "same"][]
) {
  const name = `maxPool [${x}] size ${size} stride ${strides} pad ${pad}`;
  poolCases.push([name, () => tf.maxPool(image(x), size, strides, pad)]);
  poolCases.push([`gradient of ${name}`, () => {
    const f = (x: tf.Tensor): tf.Tensor => tf.maxPool(x as tf.Tensor4D, size, strides, pad);
    return tf.grad(f)(image(x), tensor(f(image(x)).shape, 4));
  }]);
  // Equal values: the gradient goes to the first.
  poolCases.push([`gradient of ${name} with ties`, () => {
    const f = (x: tf.Tensor): tf.Tensor => tf.maxPool(x as tf.Tensor4D, size, strides, pad);
    return tf.grad(f)(image(x).mul(2).round(), tensor(f(image(x)).shape, 4));
  }]);
}

for (
  const [x, size, strides, pad, rounding] of [
    [[2, 6, 6, 4], 2, 2, "valid"],
    [[2, 6, 6, 1], 2, 2, "valid"],
    [[2, 7, 5, 32], 2, 2, "valid"],
    [[1, 7, 7, 5], 3, 1, "same"],
    [[1, 7, 7, 3], 3, 2, "same"],
    [[2, 8, 7, 32], 3, 2, "same"],
    [[17, 9, 6, 20], [2, 3], [1, 2], "same"],
    [[2, 7, 7, 16], 7, 7, "valid"],
    [[2, 9, 9, 4], 2, 3, "valid"],
    [[2, 5, 6, 4], 3, 2, 1],
    [[2, 5, 6, 4], 3, 2, 1, "ceil"],
    [[2, 6, 5, 5], [2, 3], [3, 2], 1, "ceil"],
    // Windows without a pixel.
    [[2, 4, 4, 4], 2, 1, 2],
    [[2, 5, 6, 4], 3, 1, [[0, 0], [1, 0], [2, 1], [0, 0]]],
    [[2, 4, 4, 4], 1, 1, "valid"],
    [[2, 4, 4, 4], 1, 2, "valid"],
  ] as [
    number[],
    number | [number, number],
    number | [number, number],
    "valid" | "same" | number | ExplicitPadding,
    "ceil"?,
  ][]
) {
  const name = `avgPool [${x}] size ${size} strides ${strides} pad ${pad} ${rounding ?? ""}`;
  const f = (x: tf.Tensor): tf.Tensor =>
    tf.avgPool(x as tf.Tensor4D, size, strides, pad as number, rounding);
  poolCases.push([name, () => f(image(x))]);
  if (rounding) continue;
  poolCases.push([
    `gradient of ${name}`,
    () => tf.grad(f)(image(x), tensor(f(image(x)).shape, 4)),
  ]);
}

// tfjs forgets on the way back how the number of windows was rounded, and `cpu` leaves some out. Padded first,
// there is nothing to round.
for (const rounding of ["ceil", "round", "floor"] as const) {
  for (
    const [x, size, stride, pad] of [
      [[2, 5, 6, 4], 3, 2, 1],
      [[2, 6, 5, 5], 2, 3, 1],
      [[2, 6, 6, 3], 3, 2, 0],
      [[1, 7, 7, 2], 2, 2, 0],
    ] as [number[], number, number, number][]
  ) {
    for (const op of ["maxPool", "avgPool"] as const) {
      const f = (x: tf.Tensor): tf.Tensor => tf[op](x as tf.Tensor4D, size, stride, pad, rounding);
      const fill = op === "maxPool" ? -1e30 : 0;
      const room: [number, number] = [pad, pad + stride];
      poolCases.push([
        `gradient of ${op} [${x}] size ${size} strides ${stride} pad ${pad} ${rounding}`,
        () => tf.grad(f)(image(x), tensor(f(image(x)).shape, 4)),
        () => {
          const dy = tensor(f(image(x)).shape, 4) as tf.Tensor4D;
          const [, height, width] = dy.shape;
          const padded = (x: tf.Tensor): tf.Tensor =>
            tf[op](tf.pad(x as tf.Tensor4D, [[0, 0], room, room, [0, 0]], fill), size, stride, 0)
              .slice([0, 0, 0, 0], [x.shape[0]!, height, width, x.shape[3]!]);
          return tf.grad(padded)(image(x), dy);
        },
      ]);
    }
  }
}

/** Convolution, bias, ReLU and pooling, which are done in one pass where they follow each other. */
const chainCases: Case[] = [];
for (
  const [x, filter, pad, size] of [
    [[3, 20, 17, 1], [3, 3, 1, 16], "valid", 2],
    [[5, 13, 13, 16], [3, 3, 16, 24], "valid", 2],
    [[2, 8, 7, 3], [3, 3, 3, 8], "same", 2],
    [[2, 8, 7, 3], [3, 3, 3, 4], "valid", 2],
    [[2, 8, 7, 3], [3, 3, 3, 5], "valid", 2],
    [[2, 9, 9, 16], [3, 3, 16, 16], "same", 2],
    [[2, 9, 9, 16], [3, 3, 16, 16], "same", 3],
    [[2, 9, 9, 4], [2, 2, 4, 16], "valid", 2],
  ] as [number[], [number, number, number, number], "valid" | "same", number][]
) {
  // Whole numbers make many equal values, of which the first counts. Winograd's algorithm, which serves 16
  // channels and more, is not exact: there which value is the greatest must not hang on the last digit.
  const inputs = (): tf.Tensor[] =>
    [image(x), image(filter, 2), tensor([filter[3]], 3)].map((t) =>
      filter[2] < 16 ? t.mul(2).round() : t
    );
  const conv = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor4D =>
    tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, pad);
  const pool = (x: tf.Tensor): tf.Tensor => tf.maxPool(x as tf.Tensor4D, size, size, "valid");
  const chains: Record<string, (...inputs: tf.Tensor[]) => tf.Tensor> = {
    "conv, bias, relu, pool": (x, f, b) => pool(tf.relu(tf.add(conv(x!, f!), b!))),
    "conv, bias, relu, pool, flatten": (x, f, b) =>
      pool(tf.relu(tf.add(conv(x!, f!), b!))).reshape([x!.shape[0]!, -1]),
    "conv, relu, pool": (x, f) => pool(tf.relu(conv(x!, f!))),
    "conv, bias, pool": (x, f, b) => pool(tf.add(conv(x!, f!), b!)),
    "conv, pool": (x, f) => pool(conv(x!, f!)),
    "conv, bias, relu": (x, f, b) => tf.relu(tf.add(conv(x!, f!), b!)),
    "conv, bias, relu, twice pooled": (x, f, b) => {
      const y = tf.relu(tf.add(conv(x!, f!), b!));
      return tf.add(pool(y), pool(y));
    },
    "conv, bias, relu, pooled and averaged": (x, f, b) => {
      const y = tf.relu(tf.add(conv(x!, f!), b!));
      return tf.add(pool(y), tf.mean(y));
    },
    "conv, bias, sigmoid": (x, f, b) => tf.sigmoid(tf.add(conv(x!, f!), b!)),
    "conv, relu, relu": (x, f) => tf.relu(tf.relu(conv(x!, f!))),
  };
  for (const [name, chain] of Object.entries(chains)) {
    chainCases.push([`${name} [${x}] * [${filter}] pad ${pad} size ${size}`, () => {
      const dy = tensor(chain(...inputs()).shape, 4);
      return [chain(...inputs()), ...tf.grads(chain)(inputs().slice(0, chain.length), dy)];
    }]);
  }
}
chainCases.push(["a fused convolution, pooled", () =>
  tf.maxPool(
    tf.fused.conv2d({
      x: image([2, 9, 9, 16]),
      filter: image([3, 3, 16, 16], 2),
      strides: 1,
      pad: "same",
      bias: tensor([16], 3),
      activation: "relu",
    }),
    2,
    2,
    "valid",
  )]);

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
  elementwiseCases.push([`sum [${shape}] over ${axis}`, () => tf.sum(tensor(shape), axis)]);
  elementwiseCases.push([
    `kept sum [${shape}] over ${axis}`,
    () => tf.sum(tensor(shape), axis, true),
  ]);
  elementwiseCases.push([
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
  elementwiseCases.push([`tile [${shape}] by [${reps}]`, () => tf.tile(tensor(shape), reps)]);
}
for (const shape of [[6, 5], [4, 3, 2, 8], [7, 9, 9, 32]]) {
  const of = (seed: number): tf.Tensor => tensor(shape.slice(-1), seed);
  const norm = (x: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor): tf.Tensor =>
    tf.batchNorm(x, mean, variance.square(), of(4), of(5), 1e-3);
  elementwiseCases.push([
    `batchNorm [${shape}] and its gradients`,
    () => [
      norm(tensor(shape), of(2), of(3)),
      ...tf.grads(norm)([tensor(shape), of(2), of(3)], tensor(shape, 6)),
    ],
  ]);
  elementwiseCases.push([
    `batchNorm [${shape}] without scale and offset, and of whole tensors`,
    () => [
      tf.batchNorm(tensor(shape), of(2), of(3).square()),
      tf.batchNorm(tensor(shape), tensor(shape, 2), tensor(shape, 3).square()),
      tf.batchNorm(tensor(shape), of(2).slice(0, 1), of(3).square().slice(0, 1)),
    ],
  ]);
}

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

for (
  const [group, cases] of Object.entries({
    "matrix products": matMulCases,
    convolutions: convCases,
    "depthwise convolutions": depthwiseCases,
    pooling: poolCases,
    chains: chainCases,
    "elementwise ops": elementwiseCases,
    "other ops": otherCases,
  })
) {
  // The cpu backend is slow: it computes each case once for all variants.
  const expectations = new Map<string, Awaited<ReturnType<typeof valuesOn>>>();
  /** What the same module gave on another number of threads: it must be the same, bit by bit. */
  const before = new Map<string, Awaited<ReturnType<typeof valuesOn>>>();
  for (const { name: variant } of VARIANTS) {
    Deno.test(`backend: ${group} agree with the cpu backend (${variant})`, async () => {
      for (const [name, fn, reference = fn] of cases) {
        const expected = expectations.get(name) ?? await valuesOn("cpu", reference);
        expectations.set(name, expected);
        const actual = await valuesOn(variant, fn);
        const sameModule = `${variant.split(",")[0]}: ${name}`;
        const elsewhere = before.get(sameModule) ?? actual;
        before.set(sameModule, actual);
        assertEquals(actual.length, expected.length, name);
        actual.forEach((tensor, i) => {
          assertEquals(tensor.shape, expected[i]!.shape, name);
          assertEquals(tensor.dtype, expected[i]!.dtype, name);
          assert(
            tensor.values.every((value, j) => Object.is(value, elsewhere[i]!.values[j])),
            `${name}: output ${i} depends on the number of threads`,
          );
          const finite = expected[i]!.values.filter(Number.isFinite).map(Math.abs);
          const tolerance = TOLERANCE * Math.max(1, ...finite.slice(0, 10_000));
          tensor.values.forEach((value, j) => {
            const other = expected[i]!.values[j]!;
            assert(
              Object.is(value, other) || value === other ||
                Math.abs(value - other) <= tolerance,
              `${name}: value ${j} of output ${i} is ${value}, cpu gives ${other}`,
            );
          });
        });
      }
    });
  }
}
