import * as tf from "@tensorflow/tfjs";
import { noise } from "./examples.ts";
import type { Program, Running } from "./program.ts";

const PIXELS = 784;
const LATENT = 2;

/** A variational autoencoder of dense layers with a training loop of its own. */
export const fashionMnistVae: Program = {
  name: "fashion-mnist-vae",
  what: "dense encoder and decoder of 512, own loss, Adam",
  batch: 500,
  cpuBatch: 50,
  build(batch): Running {
    const image = tf.input({ shape: [PIXELS] });
    const hidden = tf.layers.dense({ units: 512, activation: "relu" }).apply(image);
    const encoder = tf.model({
      inputs: image,
      outputs: [0, 1].map(() =>
        tf.layers.dense({ units: LATENT }).apply(hidden) as tf.SymbolicTensor
      ),
    });
    const decoder = tf.sequential({
      layers: [
        tf.layers.dense({ units: 512, activation: "relu", inputShape: [LATENT] }),
        tf.layers.dense({ units: PIXELS, activation: "sigmoid" }),
      ],
    });
    const optimizer = tf.train.adam();
    const x = noise([batch, PIXELS]);
    const loss = (): tf.Scalar => {
      const [mean, logVariance] = encoder.apply(x) as [tf.Tensor, tf.Tensor];
      const epsilon = tf.randomNormal(mean.shape, 0, 1, "float32", 3);
      const decoded = decoder.apply(mean.add(logVariance.mul(0.5).exp().mul(epsilon)));
      const reconstruction = tf.losses.meanSquaredError(x, decoded as tf.Tensor).mul(PIXELS);
      const divergence = logVariance.add(1).sub(mean.square()).sub(logVariance.exp())
        .sum(-1).mul(-0.5);
      return reconstruction.add(divergence).mean() as tf.Scalar;
    };
    return {
      models: [encoder, decoder],
      step(): number {
        const value = optimizer.minimize(loss, true)!;
        const [number] = value.dataSync();
        value.dispose();
        return number!;
      },
    };
  },
};
