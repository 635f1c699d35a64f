import * as tf from "@tensorflow/tfjs";
import { RandomState } from "lib/random.ts";
import { SeedSequence } from "lib/seed_sequence.ts";

/** The random streams of a training run: independent of each other, and of every other seed's. */
export interface Streams {
  /** Draws the initial weights. */
  readonly weights: RandomState;
  /** Draws the order of the examples in each epoch. */
  readonly order: RandomState;
  /** Draws what layers draw while they train: dropout masks, noise. */
  readonly layers: RandomState;
  /** Draws the augmentation of each example. */
  readonly augmentation: RandomState;
}

/** The streams of a seed, spawned from one NumPy `SeedSequence`. */
export function streamsOf(seed: number): Streams {
  const [weights, order, layers, augmentation] = new SeedSequence(seed).spawn(4)
    .map((child) => new RandomState(child));
  return { weights: weights!, order: order!, layers: layers!, augmentation: augmentation! };
}

/**
 * Runs a function while TensorFlow.js draws from a stream.
 *
 * Whatever has no seed of its own (an initializer, a dropout mask, noise) takes one from
 * `Math.random`, so putting a stream in its place seeds them all, as Keras's `set_random_seed` does.
 */
export async function withRandom<T>(random: RandomState, fn: () => Promise<T>): Promise<T> {
  const original = Math.random;
  Math.random = () => random.randomSample();
  try {
    return await fn();
  } finally {
    Math.random = original;
  }
}

/** A model of the same layers, with fresh weights and not compiled. */
export async function cloneNetwork(model: tf.LayersModel): Promise<tf.LayersModel> {
  const modelTopology = model.toJSON(
    undefined,
    false,
  ) as unknown as tf.io.ModelJSON["modelTopology"];
  return await tf.models.modelFromJSON({ modelTopology } as tf.io.ModelJSON);
}

/**
 * Gives a model the initial weights of a seed: those that its layers' own initializers draw from
 * the seed's stream. Without it they come from `Math.random` and differ in every run.
 *
 * @param seed A whole number from 0 to 2^32 - 1; otherwise an `InputError` is thrown.
 */
export async function seedWeights(model: tf.LayersModel, seed: number): Promise<void> {
  const fresh = await withRandom(streamsOf(seed).weights, () => cloneNetwork(model));
  model.setWeights(fresh.getWeights());
  fresh.dispose();
}
