/** What cannot be computed is an error with its cause, where tfjs would make tensors with lengths below zero. */
import * as tf from "@tensorflow/tfjs";
import { assertEquals, assertThrows } from "lib/assert.ts";
import { tensor, VARIANTS } from "./variants.ts";

const { name, backend } = VARIANTS[0]!;
const image = (shape: number[]): tf.Tensor4D => tensor(shape) as tf.Tensor4D;

for (
  const [op, fn, size] of [
    [
      "convolution",
      () => tf.conv2d(image([1, 4, 6, 2]), image([3, 3, 2, 4]), 1, "valid", "NHWC", 4),
      "9 x 9 pixels (a filter of 3 x 3, dilated) exceeds an image of 4 x 6",
    ],
    [
      "convolution with padding",
      () =>
        tf.conv2d(image([1, 4, 6, 2]), image([7, 7, 2, 4]), 1, [[0, 0], [1, 0], [0, 0], [0, 0]]),
      "7 x 7 pixels exceeds an image of 5 x 6",
    ],
    [
      "depthwise convolution",
      () => tf.depthwiseConv2d(image([1, 4, 3, 2]), image([3, 3, 2, 1]), 1, "valid", "NHWC", 3),
      "7 x 7 pixels (a filter of 3 x 3, dilated) exceeds an image of 4 x 3",
    ],
    [
      "pooling",
      () => tf.maxPool(image([1, 4, 3, 2]), 6, 1, "valid"),
      "6 x 6 pixels exceeds an image of 4 x 3",
    ],
  ] as [string, () => tf.Tensor, string][]
) {
  Deno.test(`backend: a window larger than the image is refused (${op})`, async () => {
    await tf.setBackend(name);
    const { used } = backend.arena;
    assertThrows(() => tf.tidy(() => fn().dataSync()), Error, `A window of ${size} pixels`);
    assertEquals(backend.arena.used, used);
  });
}
