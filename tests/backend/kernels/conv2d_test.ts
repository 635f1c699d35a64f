import * as tf from "@tensorflow/tfjs";
import { agree, type Case, gradients, image } from "./agree.ts";
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

agree("convolutions", convCases);
