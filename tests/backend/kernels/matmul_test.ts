import * as tf from "@tensorflow/tfjs";
import { agree, type Case } from "./agree.ts";
import { tensor } from "../variants.ts";

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

agree("matrix products", matMulCases);
