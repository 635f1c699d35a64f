/** A value that is no number must show in what is computed from it: diverging training has to be seen. */
import * as tf from "@tensorflow/tfjs";
import { assert } from "lib/assert.ts";
import { tensor, VARIANTS } from "./variants.ts";

/** Products with ReLU, of images of NaN; one for each kernel that has a ReLU of its own. */
const PRODUCTS: Readonly<Record<string, () => tf.Tensor>> = {
  "dense": () =>
    tf.fused.matMul({
      a: tf.fill([7, 5], NaN),
      b: tensor([5, 9]) as tf.Tensor2D,
      bias: tensor([9]),
      activation: "relu",
    }),
  "direct convolution": () => convolution([5, 6, 3], [3, 3, 3, 8]),
  "direct convolution, filters no multiple of 4": () => convolution([5, 6, 3], [3, 3, 3, 5]),
  "direct convolution, pooled": () => pooled(convolution([6, 6, 3], [2, 2, 3, 8])),
  "Winograd's convolution": () => convolution([8, 8, 16], [3, 3, 16, 16]),
  "Winograd's convolution, pooled": () => pooled(convolution([8, 8, 16], [3, 3, 16, 16])),
  "convolution of one channel, pooled": () => pooled(convolution([8, 8, 1], [3, 3, 1, 8])),
  "depthwise convolution": () =>
    tf.fused.depthwiseConv2d({
      x: tf.fill([2, 6, 6, 4], NaN) as tf.Tensor4D,
      filter: tensor([3, 3, 4, 1]) as tf.Tensor4D,
      strides: 1,
      pad: 0,
      bias: tensor([4]),
      activation: "relu",
    }),
};

function convolution(image: [number, number, number], filter: number[]): tf.Tensor4D {
  return tf.fused.conv2d({
    x: tf.fill([2, ...image], NaN) as tf.Tensor4D,
    filter: tensor(filter) as tf.Tensor4D,
    strides: 1,
    pad: "valid",
    bias: tensor(filter.slice(3)),
    activation: "relu",
  });
}

function pooled(x: tf.Tensor4D): tf.Tensor {
  return tf.maxPool(x, 2, 2, "valid");
}

for (const [name, product] of Object.entries(PRODUCTS)) {
  Deno.test(`NaN: ReLU keeps it (${name})`, async () => {
    for (const variant of VARIANTS) {
      await tf.setBackend(variant.name);
      const values = tf.tidy(() => product().dataSync());
      assert(values.every(Number.isNaN), `${variant.name} gives ${values.slice(0, 9)}`);
    }
  });
}
