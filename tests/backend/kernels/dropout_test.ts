import * as tf from "@tensorflow/tfjs";
import { assertEquals } from "lib/assert.ts";
import { tensor, type Values, valuesOn, VARIANTS } from "../variants.ts";

type Make = () => tf.layers.Layer;

const LAYERS: readonly [name: string, make: Make, shape: number[]][] = [
  ["of any seed", () => tf.layers.dropout({ rate: 0.4, seed: 7 }), [3, 5]],
  ["of the seed 0", () => tf.layers.dropout({ rate: 0.5, seed: 0 }), [2, 3, 5, 7]],
  ["of a fraction as seed", () => tf.layers.dropout({ rate: 0.1, seed: 0.123456789 }), [4, 9]],
  ["of many values", () => tf.layers.dropout({ rate: 0.25, seed: 1e9 }), [64, 1031]],
  ["of rows", () => tf.layers.dropout({ rate: 0.4, seed: 3, noiseShape: [3, 1] }), [3, 6]],
  ["of channels", () => tf.layers.spatialDropout1d({ rate: 0.4, seed: 5 }), [3, 6, 8]],
  ["of everything", () => tf.layers.dropout({ rate: 1, seed: 5 }), [3, 4]],
  ["of nothing", () => tf.layers.dropout({ rate: 0, seed: 5 }), [3, 4]],
];

/** What it gives in training and in prediction, and the gradient. */
function results(make: Make, shape: number[]): tf.Tensor[] {
  const layer = make();
  const apply = (training: boolean) => (x: tf.Tensor): tf.Tensor =>
    layer.apply(x, { training }) as tf.Tensor;
  const x = tensor(shape);
  return [
    apply(true)(x),
    apply(false)(x),
    tf.grad(apply(true))(x, tensor(shape, 2)),
  ];
}

Deno.test("backend: dropout leaves out what it leaves out on the cpu backend, bit by bit", async () => {
  for (const [name, make, shape] of LAYERS) {
    const expected = await valuesOn("cpu", () => results(make, shape));
    for (const variant of VARIANTS) {
      assertEquals(await valuesOn(variant.name, () => results(make, shape)), expected, name);
    }
  }
});

Deno.test("backend: a dropout layer without a seed draws one from Math.random in each step", async () => {
  const random = Math.random;
  const twice = async (backend: string): Promise<Values[]> => {
    let drawn = 0;
    Math.random = (): number => ++drawn / 7;
    const values = await valuesOn(backend, () => {
      const layer = tf.layers.dropout({ rate: 0.5 });
      const x = tf.ones([4, 30]);
      return [1, 2].map(() => layer.apply(x, { training: true }) as tf.Tensor);
    });
    assertEquals(drawn, 2);
    return values;
  };
  try {
    const expected = await twice("cpu");
    for (const { name } of VARIANTS) assertEquals(await twice(name), expected);
  } finally {
    Math.random = random;
  }
});
