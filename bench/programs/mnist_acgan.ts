import * as tf from "@tensorflow/tfjs";
import { noise, numbers, trainOnBatch } from "./examples.ts";
import type { Program, Running } from "./program.ts";

const LATENT = 100;
const CLASSES = 10;
/** A little less than certain that an image is real. */
const REAL = 0.95;

/** From a place in latent space and a digit to an image, by transposed convolutions. */
function buildGenerator(): tf.LayersModel {
  const upsample = (
    filters: number,
    strides: number,
    padding: "valid" | "same",
    activation: "relu" | "tanh",
  ): ReturnType<typeof tf.layers.conv2dTranspose> =>
    tf.layers.conv2dTranspose({
      filters,
      kernelSize: 5,
      strides,
      padding,
      activation,
      kernelInitializer: "glorotNormal",
    });
  const draw = tf.sequential({
    layers: [
      tf.layers.dense({ units: 3 * 3 * 384, inputShape: [LATENT], activation: "relu" }),
      tf.layers.reshape({ targetShape: [3, 3, 384] }),
      upsample(192, 1, "valid", "relu"),
      tf.layers.batchNormalization(),
      upsample(96, 2, "same", "relu"),
      tf.layers.batchNormalization(),
      upsample(1, 2, "same", "tanh"),
    ],
  });
  const latent = tf.input({ shape: [LATENT] }), digit = tf.input({ shape: [1] });
  const embedded = tf.layers.embedding({
    inputDim: CLASSES,
    outputDim: LATENT,
    embeddingsInitializer: "glorotNormal",
  }).apply(digit) as tf.SymbolicTensor;
  const product = tf.layers.multiply().apply([latent, tf.layers.flatten().apply(embedded)] as [
    tf.SymbolicTensor,
    tf.SymbolicTensor,
  ]);
  return tf.model({
    inputs: [latent, digit],
    outputs: draw.apply(product) as tf.SymbolicTensor,
  });
}

/** From an image to how real it looks and which digit it is. */
function buildDiscriminator(): tf.LayersModel {
  const see = tf.sequential();
  for (const [i, filters] of [32, 64, 128, 256].entries()) {
    see.add(tf.layers.conv2d({
      filters,
      kernelSize: 3,
      padding: "same",
      strides: i % 2 === 0 ? 2 : 1,
      ...(i === 0 && { inputShape: [28, 28, 1] }),
    }));
    see.add(tf.layers.leakyReLU({ alpha: 0.2 }));
    see.add(tf.layers.dropout({ rate: 0.3, seed: i + 1 }));
  }
  see.add(tf.layers.flatten());
  const image = tf.input({ shape: [28, 28, 1] });
  const features = see.apply(image);
  return tf.model({
    inputs: image,
    outputs: [
      tf.layers.dense({ units: 1, activation: "sigmoid" }).apply(features) as tf.SymbolicTensor,
      tf.layers.dense({ units: CLASSES, activation: "softmax" })
        .apply(features) as tf.SymbolicTensor,
    ],
  });
}

/** A generative adversarial network of digits: one step of the discriminator, one of the generator. */
export const mnistAcgan: Program = {
  name: "mnist-acgan",
  what: "generator and discriminator, both trained once, Adam",
  batch: 100,
  cpuBatch: 1,
  build(batch): Running {
    const loss = ["binaryCrossentropy", "sparseCategoricalCrossentropy"];
    const optimizer = (): tf.Optimizer => tf.train.adam(0.0002, 0.5);
    const discriminator = buildDiscriminator(), generator = buildGenerator();
    discriminator.compile({ optimizer: optimizer(), loss });
    const latent = tf.input({ shape: [LATENT] }), digit = tf.input({ shape: [1] });
    discriminator.trainable = false;
    const combined = tf.model({
      inputs: [latent, digit],
      outputs: discriminator.apply(
        generator.apply([latent, digit]) as tf.SymbolicTensor,
      ) as tf.SymbolicTensor[],
    });
    combined.compile({ optimizer: optimizer(), loss });

    const images = noise([batch, 28, 28, 1]).mul(2).sub(1), digits = numbers([batch, 1], CLASSES);
    const places = noise([batch, LATENT], 4).mul(2).sub(1),
      wanted = numbers([batch, 1], CLASSES, 5);
    const real = tf.fill([batch, 1], REAL), fake = tf.zeros([batch, 1]);
    const isReal = tf.concat([real, fake]), allDigits = tf.concat([digits, wanted]);
    return {
      models: [generator, discriminator],
      async step(): Promise<number> {
        const x = tf.tidy(() =>
          tf.concat([
            images,
            generator.predict([places, wanted], { batchSize: batch }) as tf.Tensor,
          ])
        );
        const first = await trainOnBatch(discriminator, x, [isReal, allDigits]);
        x.dispose();
        return first + await trainOnBatch(combined, [places, wanted], [real, wanted]);
      },
    };
  },
};
