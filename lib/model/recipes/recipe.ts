import * as tf from "@tensorflow/tfjs";
import { CLASSES, IMAGE_SIZE } from "lib/digits.ts";
import type { View } from "lib/model/evaluate.ts";
import type { FitSettings } from "lib/model/fit.ts";
import { seedWeights } from "lib/model/seeding.ts";

/** A way to make a digit reader, from the network to how it is asked. */
export interface Recipe {
  /** What it is for, in a sentence. */
  readonly description: string;
  /** A compiled network with the initial weights of a seed. */
  readonly build: (seed: number) => Promise<tf.LayersModel>;
  /** How it is trained. */
  readonly settings: Omit<FitSettings, "seed">;
  /** How an image is looked at when it is read: the probabilities of all views are averaged. */
  readonly views: readonly View[];
}

/** A block of {@linkcode convolutionalNetwork}. */
export interface Block {
  readonly filters: number;
  /** Default: 3. */
  readonly kernelSize?: number;
  /** Default: `valid`. */
  readonly padding?: "valid" | "same";
  /** Ends with 2 x 2 max-pooling. Default: false. */
  readonly pool?: boolean;
}

/**
 * Convolutions with batch normalisation and ReLU, then a dense layer with the same where `dense`
 * gives its units, then softmax. Pooling comes before the normalisation, which has a quarter of the
 * values to go through then. The statistics' momentum is 0.9: with Keras's 0.99 they would lag
 * behind in trainings of a few thousand steps.
 *
 * @returns A network that is not compiled: `[b, 28, 28, 1]` in 0..1 to `[b, 10]`.
 */
export function convolutionalNetwork(
  { crop, blocks, dense, dropout }: {
    /** Rows and columns of pixels that are cut off at each side: MNIST's digits leave them nearly empty. */
    readonly crop: number;
    readonly blocks: readonly Block[];
    readonly dense?: number;
    /** Rate before the last layer. Default: no dropout. */
    readonly dropout?: number;
  },
): tf.Sequential {
  const { layers } = tf;
  const model = tf.sequential();
  const kernelInitializer = "heNormal";
  const normalise = (): void => {
    model.add(layers.batchNormalization({ momentum: 0.9 }));
    model.add(layers.reLU());
  };
  model.add(
    layers.cropping2D({ inputShape: [IMAGE_SIZE, IMAGE_SIZE, 1], cropping: crop }),
  );
  for (const { filters, kernelSize = 3, padding = "valid", pool } of blocks) {
    model.add(layers.conv2d({ filters, kernelSize, padding, useBias: false, kernelInitializer }));
    if (pool) model.add(layers.maxPooling2d({ poolSize: 2 }));
    normalise();
  }
  model.add(layers.flatten());
  if (dense !== undefined) {
    model.add(layers.dense({ units: dense, useBias: false, kernelInitializer }));
    normalise();
  }
  if (dropout !== undefined) model.add(layers.dropout({ rate: dropout }));
  model.add(
    layers.dense({ units: CLASSES, activation: "softmax", kernelInitializer: "glorotUniform" }),
  );
  return model;
}

/** Compiles a classifier and gives it the initial weights of a seed. */
export async function compiled(
  model: tf.Sequential,
  optimizer: tf.Optimizer,
  seed: number,
): Promise<tf.Sequential> {
  model.compile({ optimizer, loss: "categoricalCrossentropy", metrics: ["accuracy"] });
  await seedWeights(model, seed);
  return model;
}

/** A digit as it is, and moved by a pixel to each side. */
export const MOVED_BY_A_PIXEL: readonly View[] = [{}, { tx: 1 }, { tx: -1 }, { ty: 1 }, { ty: -1 }];
