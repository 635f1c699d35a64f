import * as tf from "@tensorflow/tfjs";
import { RandomState } from "lib/random.ts";
import { agree, type Case, type ExplicitPadding, gradients, image } from "./agree.ts";
import { tensor } from "../variants.ts";

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
    // Winograd's algorithm: one to five tiles beside whole blocks of six, squares of pixels, and both sizes of tiles.
    ...[4, 8, 12, 16, 20, 28].map((width) => [[1, 4, width, 16], [3, 3, 16, 16], 1, "same", 1]),
    [[2, 12, 16, 16], [5, 5, 16, 20], 2, "same", 1],
    [[3, 11, 13, 20], [5, 5, 20, 16], 2, "same", 1],
    [[1, 13, 14, 16], [6, 6, 16, 16], 2, "valid", 1],
    [[1, 14, 14, 16], [5, 6, 16, 16], 2, 1, 1],
    [[2, 20, 10, 24], [3, 3, 24, 40], 1, "same", 1],
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

/** Convolutions that nobody has thought of, with both gradients where they are not dilated. */
const random = new RandomState(1);
const int = (low: number, high: number): number => low + random.randint(0, high - low + 1);
for (let i = 0; i < 120; i++) {
  const [height, width] = [int(1, 9), int(1, 9)];
  const channels = int(1, 3) < 3 ? int(1, 9) : 8 * int(1, 3);
  const filters = int(1, 3) < 3 ? int(1, 13) : 8 * int(1, 3);
  const size = [int(1, 5), int(1, 5)] as const;
  const isDilated = int(1, 5) === 1;
  const dilations: [number, number] = isDilated ? [int(1, 3), int(1, 3)] : [1, 1];
  const strides: [number, number] = isDilated ? [1, 1] : [int(1, 3), int(1, 3)];
  const room = (n: number, size: number, dilation: number): [number, number] => {
    const missing = Math.max(0, (size - 1) * dilation + 1 - n);
    const before = int(0, missing + 2);
    return [before, Math.max(0, missing - before) + int(0, 2)];
  };
  const pad: "same" | ExplicitPadding = int(1, 3) === 1 ? "same" : [
    [0, 0],
    room(height, size[0], dilations[0]),
    room(width, size[1], dilations[1]),
    [0, 0],
  ];
  const x = [int(1, 4), height, width, channels];
  const filter = [...size, channels, filters];
  const f = (x: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor =>
    tf.conv2d(x, filter, strides, pad as "same", "NHWC", dilations);
  const name = `random conv2d ${i} [${x}] * [${filter}] strides ${strides} ` +
    `pad ${JSON.stringify(pad)} dilations ${dilations}`;
  convCases.push([name, () => f(image(x), image(filter, 2))]);
  if (!isDilated) convCases.push([`gradients of ${name}`, () => gradients(f, x, filter)]);
}

agree("convolutions", convCases);
