/** Whole training steps: bit-identical over threads, close to the cpu backend, level in memory. */
import * as tf from "@tensorflow/tfjs";
import { assert, assertAlmostEquals, assertEquals } from "lib/assert.ts";
import { MODULES, tensor, values, VARIANTS } from "./variants.ts";

const BATCH = 3;

function smallCnn(): tf.Sequential {
  const initial = (
    seed: number,
  ): { kernelInitializer: ReturnType<typeof tf.initializers.ones> } => ({
    kernelInitializer: tf.initializers.glorotUniform({ seed }),
  });
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [12, 12, 1],
        filters: 8,
        kernelSize: 3,
        activation: "relu",
        ...initial(1),
      }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ filters: 12, kernelSize: 3, activation: "relu", ...initial(2) }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 20, activation: "relu", ...initial(3) }),
      tf.layers.dense({ units: 10, activation: "softmax", ...initial(4) }),
    ],
  });
  model.compile({ optimizer: "adam", loss: "categoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

async function train(backend: string, steps: number): Promise<{
  losses: number[];
  weights: Float32Array[];
  predictions: Float32Array;
  tensors: number[];
}> {
  await tf.setBackend(backend);
  const model = smallCnn();
  const x = tensor([BATCH, 12, 12, 1]);
  const y = tf.oneHot(tf.tensor1d([3, 1, 4], "int32"), 10);
  const losses: number[] = [];
  const tensors: number[] = [];
  for (let step = 0; step < steps; step++) {
    const [loss] = await model.trainOnBatch(x, y) as number[];
    losses.push(loss!);
    tensors.push(tf.memory().numTensors);
  }
  const output = model.predictOnBatch(x) as tf.Tensor;
  const predictions = output.dataSync() as Float32Array;
  const weights = model.getWeights().map((w) => w.dataSync() as Float32Array);
  tf.dispose([x, y, output]);
  model.dispose();
  return { losses, weights, predictions, tensors };
}

Deno.test("training: weights are the same, bit by bit, on one thread and on two", async () => {
  for (const [, [one, two]] of MODULES) {
    const { losses, weights, predictions } = await train(one.name, 4);
    const other = await train(two.name, 4);
    assertEquals(other.losses, losses);
    assertEquals(other.weights, weights);
    assertEquals(other.predictions, predictions);
  }
});

Deno.test("training: losses and weights follow those of the cpu backend", async () => {
  const expected = await train("cpu", 5);
  for (const { name } of VARIANTS) {
    const actual = await train(name, 5);
    actual.losses.forEach((loss, i) => assertAlmostEquals(loss, expected.losses[i]!, 1e-5));
    actual.weights.forEach((weights, i) =>
      weights.forEach((w, j) => assertAlmostEquals(w, expected.weights[i]![j]!, 2e-5))
    );
    actual.predictions.forEach((p, i) => assertAlmostEquals(p, expected.predictions[i]!, 1e-5));
    assert(expected.losses[4]! < expected.losses[0]!);
  }
});

Deno.test("training: memory stays level", async () => {
  for (const { name, backend } of VARIANTS) {
    const { tensors } = await train(name, 4);
    assertEquals(new Set(tensors.slice(1)).size, 1);
    const { used, reserved } = backend.arena;
    await train(name, 12);
    assertEquals(backend.arena.used, used);
    assertEquals(backend.arena.reserved, reserved);
  }
});

const OPTIMIZERS: Readonly<Record<string, () => tf.Optimizer>> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.1, 0.8),
  "Nesterov's momentum": () => tf.train.momentum(0.1, 0.8, true),
  adagrad: () => tf.train.adagrad(0.1, 0.2),
  adadelta: () => tf.train.adadelta(0.1, 0.9, 1e-3),
  adam: () => tf.train.adam(0.01, 0.8, 0.95, 1e-6),
  adamax: () => tf.train.adamax(0.01, 0.8, 0.95, 1e-6, 0.1),
  rmsprop: () => tf.train.rmsprop(0.01, 0.8, 0.5, 1e-6),
  "centered rmsprop": () => tf.train.rmsprop(0.01, 0.8, 0.5, 1e-9, true),
};

for (const [name, create] of Object.entries(OPTIMIZERS)) {
  Deno.test(`optimizers: one pass a variable gives what the ops of tfjs give (${name})`, async () => {
    const after = async (backend: string): Promise<Float32Array[]> => {
      await tf.setBackend(backend);
      const w = tf.variable(tensor([5, 3]));
      const held = w.clone();
      const optimizer = create();
      for (let step = 1; step <= 3; step++) {
        optimizer.minimize(() => w.mul(tensor([5, 3], step)).square().mean());
      }
      // tfjs gives no state of Adamax.
      const state = name === "adamax"
        ? []
        : (await optimizer.getWeights()).map(({ tensor }) => tensor.dataSync());
      const results = [w, held].map((tensor) => tensor.dataSync());
      optimizer.dispose();
      tf.dispose([w, held]);
      return [...results, ...state] as Float32Array[];
    };
    const expected = await after("cpu");
    assertEquals(expected[1], values(15));
    for (const variant of VARIANTS) {
      const actual = await after(variant.name);
      assertEquals(actual.length, expected.length);
      assertEquals(actual[1], expected[1]);
      actual.forEach((tensor, k) =>
        tensor.forEach((value, i) => {
          // tfjs's centered RMSProp gives NaN where there is no gradient.
          if (!Object.is(value, expected[k]![i])) assertAlmostEquals(value, expected[k]![i]!, 2e-6);
        })
      );
    }
  });
}

Deno.test("Adam: moments that nothing feeds become zero, not subnormal", async () => {
  for (const { name } of VARIANTS) {
    await tf.setBackend(name);
    const w = tf.variable(tensor([7]));
    const optimizer = tf.train.adam(0.01, 0.6, 0.6);
    for (let step = 1; step <= 300; step++) {
      optimizer.minimize(() => w.mul(step === 1 ? 1 : 0).sum());
    }
    const [, first, second] = await optimizer.getWeights();
    for (const { tensor } of [first!, second!]) {
      assertEquals(tensor.dataSync(), new Float32Array(7));
    }
    assert(w.dataSync().every(Number.isFinite));
    optimizer.dispose();
    w.dispose();
  }
});

Deno.test("gradients agree with finite differences", async () => {
  await tf.setBackend(VARIANTS[1]!.name);
  const loss = (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor, dense: tf.Tensor): tf.Scalar => {
    const conv = tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "same");
    const pooled = tf.maxPool(tf.relu(tf.add(conv, bias)) as tf.Tensor4D, 2, 2, "valid");
    return tf.matMul(pooled.reshape([2, -1]), dense).square().mean();
  };
  const inputs = [
    tensor([2, 6, 6, 3], 1),
    tensor([3, 3, 3, 4], 2),
    tensor([4], 3),
    tensor([36, 5], 4),
  ];
  const gradients = tf.grads(loss as (...args: tf.Tensor[]) => tf.Tensor)(inputs);
  const STEP = 1e-2;
  inputs.forEach((input, i) => {
    const direction = tensor(input.shape, 10 + i);
    const at = (t: number): number => {
      const moved = inputs.map((x, j) => j === i ? x.add(direction.mul(t)) : x);
      return loss(...moved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]).dataSync()[0]!;
    };
    const numeric = (at(STEP) - at(-STEP)) / (2 * STEP);
    const exact = gradients[i]!.mul(direction).sum().dataSync()[0]!;
    assertAlmostEquals(exact, numeric, 0.02 * Math.max(1, Math.abs(numeric)));
  });
  tf.disposeVariables();
});
