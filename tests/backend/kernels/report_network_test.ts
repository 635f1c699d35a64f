/** The convolutions of the report's network at its real shapes and batch sizes, where work is cut into many pieces. */
import * as tf from "@tensorflow/tfjs";
import { assert } from "lib/assert.ts";
import { MODULES, tensor, values } from "../variants.ts";
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
  const found = actual.dataSync();
  let greatest = 1;
  for (let j = 0; j < expected.length; j++) greatest = Math.max(greatest, Math.abs(expected[j]!));
  const j = found.findIndex((v, j) => !(Math.abs(v - expected[j]!) <= TOLERANCE * greatest));
  assert(
    j < 0 && found.length === expected.length,
    `${name}: value ${j} is ${found[j]}, not ${expected[j]}`,
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

/** Numbers of a shape, and the tensor of them. */
function numbers(shape: number[], seed: number): { data: Float32Array; of: () => tf.Tensor } {
  return { data: values(tf.util.sizeFromShape(shape), seed), of: () => tensor(shape, seed) };
}

/** Computes at the first call only: several modules are compared with the same numbers. */
function once<T>(compute: () => T): () => T {
  let result: T | undefined;
  return () => result ??= compute();
}

for (const batch of [64, 128]) {
  for (
    const conv of [
      { batch, height: 28, width: 28, channels: 1, filters: 32, size: 3 },
      { batch, height: 13, width: 13, channels: 32, filters: 64, size: 3 },
    ]
  ) {
    const { height, width, channels, filters, size } = conv;
    const [rows, columns] = outSize(conv);
    const name = `${channels} to ${filters} channels, batch ${batch}`;
    const x = numbers([batch, height, width, channels], 1);
    const filter = numbers([size, size, channels, filters], 2);
    const bias = numbers([filters], 3);

    const dy = numbers([batch, rows, columns, filters], 4);
    const plain = once(() => [
      convolve(conv, x.data, filter.data),
      gradientOfInput(conv, dy.data, filter.data),
      gradientOfFilter(conv, x.data, dy.data),
    ]);
    Deno.test(`report's network: convolution and its gradients, ${name}`, async () => {
      for (const [, [, variant]] of MODULES) {
        await tf.setBackend(variant.name);
        tf.tidy(() => {
          const f = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
            tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "valid");
          const operands = [x.of(), filter.of()];
          const { value, grads } = tf.valueAndGrads(f)(operands, dy.of());
          [value, ...grads].forEach((t, i) =>
            assertClose(t, plain()[i]!, `${variant.name}: output ${i}`)
          );
        });
      }
    });

    const pooledShape = [batch, rows >> 1, columns >> 1, filters];
    const toPooling = once(() => {
      const { pooled, from, isSafe } = pool(conv, plain()[0]!, bias.data);
      const dPooled = numbers(pooledShape, 4).data.map((v, i) => isSafe[i] ? v : 0);
      const spread = new Float64Array(batch * rows * columns * filters);
      const sums = new Float64Array(filters);
      dPooled.forEach((value, at) => {
        if (from[at]! < 0) return;
        spread[from[at]!]! += value;
        sums[at % filters]! += value;
      });
      const expected = [
        pooled,
        gradientOfInput(conv, spread, filter.data),
        gradientOfFilter(conv, x.data, spread),
        sums,
      ];
      return { dPooled, expected };
    });
    Deno.test(`report's network: convolution to pooling and back, ${name}`, async () => {
      const { dPooled, expected } = toPooling();
      for (const [, [, variant]] of MODULES) {
        await tf.setBackend(variant.name);
        tf.tidy(() => {
          const operands = [x.of(), filter.of(), bias.of()];
          const dy = tf.tensor(dPooled, pooledShape);
          const { value, grads } = tf.valueAndGrads(convolvePooled)(operands, dy);
          [value, ...grads].forEach((t, i) =>
            assertClose(t, expected[i]!, `${variant.name}: output ${i}`)
          );
        });
      }
    });
  }
}
