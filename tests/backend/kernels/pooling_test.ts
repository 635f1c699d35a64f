import * as tf from "@tensorflow/tfjs";
import { agree, type Case, type ExplicitPadding, image } from "./agree.ts";
import { tensor } from "../variants.ts";

const poolCases: Case[] = [];
for (
  const [x, size, strides, pad, rounding] of [
    [[2, 6, 6, 4], 2, 2, "valid"],
    [[2, 6, 6, 1], 2, 2, "valid"],
    [[2, 7, 5, 32], 2, 2, "valid"],
    [[17, 11, 11, 8], 2, 2, "valid"],
    [[1, 7, 7, 5], 3, 1, "same"],
    [[1, 7, 7, 3], 3, 2, "same"],
    [[1, 7, 7, 6], 3, 2, "same"],
    [[2, 8, 7, 32], 3, 2, "same"],
    [[17, 9, 6, 20], [2, 3], [1, 2], "same"],
    [[2, 7, 7, 16], 7, 7, "valid"],
    [[2, 9, 9, 4], 2, 3, "valid"],
    [[2, 9, 4, 17], [4, 1], [1, 2], "valid"],
    [[2, 5, 6, 4], 3, 2, 1],
    [[2, 5, 6, 4], 3, 2, 1, "ceil"],
    [[2, 6, 5, 5], [2, 3], [3, 2], 1, "ceil"],
    // Windows without a pixel.
    [[2, 4, 4, 4], 2, 1, 2],
    [[2, 5, 6, 4], 3, 1, [[0, 0], [1, 0], [2, 1], [0, 0]]],
    [[2, 4, 4, 4], 1, 1, "valid"],
    [[2, 4, 4, 4], 1, 2, "valid"],
    [[2, 4, 4, 5], 1, [2, 1], "valid"],
  ] as [
    number[],
    number | [number, number],
    number | [number, number],
    "valid" | "same" | number | ExplicitPadding,
    "ceil"?,
  ][]
) {
  for (const op of ["maxPool", "avgPool"] as const) {
    const name = `${op} [${x}] size ${size} strides ${strides} pad ${pad} ${rounding ?? ""}`;
    const f = (x: tf.Tensor): tf.Tensor =>
      tf[op](x as tf.Tensor4D, size, strides, pad as number, rounding);
    const inputs: Record<string, () => tf.Tensor> = {
      numbers: () => image(x),
      // Of equal values the first one gets the gradient.
      "equal numbers": () => image(x).mul(2).round(),
      "numbers below zero": () => image(x).sub(2),
      "numbers and some that are none": () => image(x).sub(0.5).sqrt().mul(image(x, 2)),
      infinities: () => image(x).round().div(0),
    };
    for (const [kind, input] of Object.entries(inputs)) {
      poolCases.push([`${name} of ${kind}`, () => f(input())]);
      if (rounding) continue;
      poolCases.push([
        `gradient of ${name} of ${kind}`,
        () => tf.grad(f)(input(), tensor(f(image(x)).shape, 4)),
      ]);
    }
  }
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

agree("pooling", poolCases);
