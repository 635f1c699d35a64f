import * as tf from "@tensorflow/tfjs";
import { noise, trainOnBatch } from "./examples.ts";
import type { Program, Running } from "./program.ts";

const SIZE = 224;
/** What MobileNet is multiplied by in width. */
const ALPHA = 0.25;
/** Channels and stride of MobileNet v1's blocks, to the eleventh. */
const BLOCKS: readonly (readonly [channels: number, strides: number])[] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
];
/** From this block on the base is trained as well. */
const FIRST_TRAINED = 9;

/** MobileNet v1 cut off after its eleventh block, the head that finds a shape, the second phase of training. */
export const simpleObjectDetection: Program = {
  name: "simple-object-detection",
  what: "fine-tuning of MobileNet's upper blocks at 224x224, RMSProp",
  batch: 64,
  cpuBatch: 1,
  build(batch): Running {
    const image = tf.input({ shape: [SIZE, SIZE, 3] });
    let x = image;
    let trainable = false;
    const add = (layer: tf.layers.Layer): void => {
      layer.trainable = trainable;
      x = layer.apply(x) as tf.SymbolicTensor;
    };
    const normalize = (): void => {
      add(tf.layers.batchNormalization());
      add(tf.layers.reLU({ maxValue: 6 }));
    };
    const options = { padding: "same", useBias: false } as const;
    add(tf.layers.conv2d({ ...options, filters: 32 * ALPHA, kernelSize: 3, strides: 2 }));
    normalize();
    for (const [i, [channels, strides]] of BLOCKS.entries()) {
      add(tf.layers.depthwiseConv2d({ ...options, kernelSize: 3, strides }));
      normalize();
      // The example unfreezes pointwise convolutions, with their normalizations, alone.
      trainable = i + 1 >= FIRST_TRAINED;
      add(tf.layers.conv2d({ ...options, filters: channels * ALPHA, kernelSize: 1 }));
      normalize();
      trainable = false;
    }
    trainable = true;
    add(tf.layers.flatten());
    add(tf.layers.dense({ units: 200, activation: "relu" }));
    add(tf.layers.dense({ units: 5 }));
    const model = tf.model({ inputs: image, outputs: x });
    // The first number tells a triangle from a rectangle, the others are the box in pixels.
    const loss = (y: tf.Tensor, predicted: tf.Tensor): tf.Tensor =>
      tf.tidy(() => tf.metrics.meanSquaredError(y.mul([SIZE, 1, 1, 1, 1]), predicted));
    model.compile({ optimizer: tf.train.rmsprop(0.002), loss });
    const images = noise([batch, SIZE, SIZE, 3]),
      y = noise([batch, 5]).mul([1, SIZE, SIZE, SIZE, SIZE]);
    return { models: [model], step: () => trainOnBatch(model, images, y) };
  },
};
