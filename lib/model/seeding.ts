import * as tf from "@tensorflow/tfjs";
import { RandomState } from "lib/random.ts";
import { SeedSequence } from "lib/seed_sequence.ts";

/** What random numbers are drawn for; each purpose has streams of its own. */
const PURPOSES = [
  /** The initial weights. */
  "weights",
  /** The order of the examples in an epoch. */
  "order",
  /** What layers draw while they train: dropout masks, noise. */
  "layers",
  /** The augmentation of each example. */
  "augmentation",
] as const;

type Purpose = typeof PURPOSES[number];

/**
 * The stream of a purpose in one epoch of a training, counted from 1: independent of every other
 * epoch's, purpose's and seed's, so that a training can go on from the end of any epoch. Spawned
 * from one NumPy `SeedSequence`.
 */
export function epochStream(
  seed: number,
  purpose: Exclude<Purpose, "weights">,
  epoch: number,
): RandomState {
  return new RandomState(new SeedSequence(seed, [PURPOSES.indexOf(purpose), epoch]));
}

/** The stream that draws a seed's initial weights. */
function weightStream(seed: number): RandomState {
  return new RandomState(new SeedSequence(seed, [PURPOSES.indexOf("weights")]));
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
  const fresh = await withRandom(weightStream(seed), () => cloneNetwork(model));
  model.setWeights(fresh.getWeights());
  fresh.dispose();
}
