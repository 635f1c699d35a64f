/** The convolutions of the report's network at its real shapes and batch sizes, where work is cut into many pieces. */
import * as tf from "@tensorflow/tfjs";
import { assert } from "lib/assert.ts";
import { MODULES, tensor, VARIANTS } from "../variants.ts";
import {
  type Convolution,
  convolve,
  gradientOfFilter,
  gradientOfInput,
  outSize,
} from "./reference.ts";

/** Of the greatest value; sums of 128 images' pixels are longer than those of small cases. */
const TOLERANCE = 3e-5;
/** Windows whose greatest value is not greater by this much get no gradient: rounding decides there which one it is. */
const MARGIN = 1e-3;

function assertClose(actual: tf.Tensor, expected: ArrayLike<number>, name: string): void {
  const values = actual.dataSync();
  let greatest = 1;
  for (let j = 0; j < expected.length; j++) greatest = Math.max(greatest, Math.abs(expected[j]!));
  const j = values.findIndex((v, j) => !(Math.abs(v - expected[j]!) <= TOLERANCE * greatest));
  assert(
    j < 0 && values.length === expected.length,
    `${name}: value ${j} is ${values[j]}, not ${expected[j]}`,
  );
}

/** Bias, ReLU and 2x2 max-pooling: the pooled values, where each came from, and which are safe from rounding. */
function pool(
  conv: Convolution,
  y: Float64Array,
  bias: ArrayLike<number>,
): { pooled: Float64Array; from: Int32Array; isSafe: boolean[] } {
  const { batch, filters } = conv;
  const [height, width] = outSize(conv);
  const [rows, columns] = [height >> 1, width >> 1];
  const size = batch * rows * columns * filters;
  const pooled = new Float64Array(size), from = new Int32Array(size);
  const isSafe = new Array<boolean>(size);
  for (let at = 0; at < size; at++) {
    const n = at % filters, column = Math.floor(at / filters) % columns;
    const row = Math.floor(at / filters / columns) % rows;
    const image = Math.floor(at / filters / columns / rows);
    let [best, second] = [-Infinity, -Infinity];
    for (const [p, q] of [[0, 0], [0, 1], [1, 0], [1, 1]] as const) {
      const place = ((image * height + 2 * row + p) * width + 2 * column + q) * filters + n;
      const value = y[place]! + bias[n]!;
      if (value > best) [best, second, from[at]] = [value, best, place];
      else second = Math.max(second, value);
    }
    pooled[at] = Math.max(0, best);
    if (best < 0) from[at] = -1;
    isSafe[at] = Math.abs(best) > MARGIN && best - second > MARGIN;
  }
  return { pooled, from, isSafe };
}

const convolvePooled = (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor): tf.Tensor =>
  tf.maxPool(
    tf.relu(tf.add(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "valid"), bias)),
    2,
    2,
    "valid",
  );

for (const batch of [64, 128]) {
  for (
    const conv of [
      { batch, height: 28, width: 28, channels: 1, filters: 32, size: 3 },
      { batch, height: 13, width: 13, channels: 32, filters: 64, size: 3 },
    ]
  ) {
    const { height, width, channels, filters, size } = conv;
    const name = `${channels} to ${filters} channels, batch ${batch}`;
    const inputs = (): [tf.Tensor, tf.Tensor, tf.Tensor] => [
      tensor([batch, height, width, channels]),
      tensor([size, size, channels, filters], 2),
      tensor([filters], 3),
    ];
    const valuesOf = (tensors: tf.Tensor[]): Float32Array[] =>
      tensors.map((t) => t.dataSync() as Float32Array);

    Deno.test(`report's network: convolution and its gradients, ${name}`, async () => {
      await tf.setBackend(VARIANTS[0]!.name);
      const [x, filter] = tf.tidy(() => valuesOf(inputs()));
      const [rows, columns] = outSize(conv);
      const shape = [batch, rows, columns, filters];
      const dy = tf.tidy(() => valuesOf([tensor(shape, 4)]))[0]!;
      const expected = [
        convolve(conv, x!, filter!),
        gradientOfInput(conv, dy, filter!),
        gradientOfFilter(conv, x!, dy),
      ];
      for (const [, [, variant]] of MODULES) {
        await tf.setBackend(variant.name);
        tf.tidy(() => {
          const f = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
            tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "valid");
          const [x, filter] = inputs();
          const actual = [f(x, filter), ...tf.grads(f)([x, filter], tf.tensor(dy, shape))];
          actual.forEach((t, i) => assertClose(t, expected[i]!, `${variant.name}: output ${i}`));
        });
      }
    });

    Deno.test(`report's network: convolution to pooling and back, ${name}`, async () => {
      await tf.setBackend(VARIANTS[0]!.name);
      const [x, filter, bias] = tf.tidy(() => valuesOf(inputs()));
      const { pooled, from, isSafe } = pool(conv, convolve(conv, x!, filter!), bias!);
      const [rows, columns] = outSize(conv);
      const shape = [batch, rows >> 1, columns >> 1, filters];
      const dy = tf.tidy(() => valuesOf([tensor(shape, 4)]))[0]!.map((v, i) => isSafe[i] ? v : 0);
      const spread = new Float64Array(batch * rows * columns * filters);
      const sums = new Float64Array(filters);
      dy.forEach((value, at) => {
        if (from[at]! < 0) return;
        spread[from[at]!]! += value;
        sums[at % filters]! += value;
      });
      const expected = [
        pooled,
        gradientOfInput(conv, spread, filter!),
        gradientOfFilter(conv, x!, spread),
        sums,
      ];
      for (const [, [, variant]] of MODULES) {
        await tf.setBackend(variant.name);
        tf.tidy(() => {
          const operands = inputs();
          const { value, grads } = tf.valueAndGrads(convolvePooled)(operands, tf.tensor(dy, shape));
          [value, ...grads].forEach((t, i) =>
            assertClose(t, expected[i]!, `${variant.name}: output ${i}`)
          );
        });
      }
    });
  }
}
