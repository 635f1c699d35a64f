import * as tf from "@tensorflow/tfjs";
import { agree, type Case, type ExplicitPadding, gradients, image } from "./agree.ts";
import { tensor } from "../variants.ts";

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
    [[2, 6, 2, 4], [4, 2, 4, 1], 1, "valid", 2],
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

agree("depthwise convolutions", depthwiseCases);
