import * as tf from "@tensorflow/tfjs";

/** Values of 0 to 1 that are the same on all backends. */
export function noise(shape: number[], seed = 1): tf.Tensor {
  return tf.randomUniform(shape, 0, 1, "float32", seed);
}

/** Whole numbers below `limit`, as float32. */
export function numbers(shape: number[], limit: number, seed = 2): tf.Tensor {
  return tf.tidy(() => tf.floor(noise(shape, seed).mul(limit)));
}

/** Classes, one-hot. */
export function classes(shape: number[], count: number): tf.Tensor {
  return tf.tidy(() => tf.oneHot(numbers(shape, count).toInt(), count).toFloat());
}

/** Trains on one batch with `trainOnBatch`; the loss, the first of several. */
export async function trainOnBatch(
  model: tf.LayersModel,
  x: tf.Tensor | tf.Tensor[],
  y: tf.Tensor | tf.Tensor[],
): Promise<number> {
  const result = await model.trainOnBatch(x, y);
  return Array.isArray(result) ? result[0]! : result;
}
