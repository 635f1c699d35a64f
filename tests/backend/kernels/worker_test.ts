import * as tf from "@tensorflow/tfjs";
import { fenced } from "../fence.ts";
import { MODULES, tensor, valuesOn } from "../variants.ts";
import { assertSame, type Case, gradients, image } from "./agree.ts";

/** Words of assembly/control.ts: the current job's unfinished pieces and its number, how many were queued. */
const LEFT = 128 >> 2, NUMBER = 132 >> 2, GIVEN = 384 >> 2;
/** Words of thread_pool.ts. */
const FAILED = 320 >> 2, NEVER_NOTIFIED = 448 >> 2;

/** Kernels of which each thread has scratch of its own. */
const cases: readonly Case[] = [
  ["Winograd", () => {
    const convolve = (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.conv2d(x, filter, 1, "same");
    return [
      convolve(image([4, 9, 9, 16]), image([3, 3, 16, 20])),
      ...gradients(convolve, [4, 9, 9, 16], [3, 3, 16, 20]),
    ];
  }],
  ["direct convolution", () => {
    const convolve = (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.conv2d(x, filter, 2, "same");
    return [
      convolve(image([4, 9, 9, 5]), image([3, 3, 5, 6])),
      ...gradients(convolve, [4, 9, 9, 5], [3, 3, 5, 6]),
    ];
  }],
  ["depthwise convolution", () => {
    const convolve = (x: tf.Tensor4D, filter: tf.Tensor4D) =>
      tf.depthwiseConv2d(x, filter, 1, "same");
    return [
      convolve(image([4, 9, 9, 8]), image([3, 3, 8, 1])),
      ...gradients(convolve, [4, 9, 9, 8], [3, 3, 8, 1]),
    ];
  }],
  ...(["lstm", "gru"] as const).map((name): Case => [name, () => {
    const layer = tf.layers[name]({ units: 8, recurrentActivation: "sigmoid" });
    const apply = (x: tf.Tensor) => layer.apply(x) as tf.Tensor;
    apply(tf.zeros([4, 3, 5]));
    layer.setWeights(layer.getWeights().map(({ shape }, i) => tensor(shape, i)));
    try {
      return [apply(tensor([4, 3, 5])), tf.grad(apply)(tensor([4, 3, 5]))];
    } finally {
      layer.dispose();
    }
  }]),
];

for (const [module, [one, two]] of MODULES) {
  Deno.test(`backend: a worker computes the same, in scratch of its own (${module})`, async () => {
    const { arena, threads } = two.backend;
    const { sync } = threads;
    threads.sync = (): void => {
      const words = new Int32Array(arena.buffer, 0, NEVER_NOTIFIED + 1);
      const at = (word: number): number => Atomics.load(words, word);
      while (at(FAILED) === 0 && (at(LEFT) !== 0 || at(NUMBER) !== at(GIVEN))) {
        Atomics.wait(words, NEVER_NOTIFIED, 0, 0.1);
      }
      sync.call(threads);
    };
    try {
      for (const [name, fn] of cases) {
        const expected = await valuesOn(one.name, fn);
        try {
          assertSame(await fenced(two.backend, () => valuesOn(two.name, fn)), expected);
        } catch (error) {
          throw new Error(`${name}: ${(error as Error).message}`);
        }
      }
    } finally {
      threads.sync = sync;
    }
  });
}
