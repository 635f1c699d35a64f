import * as tf from "@tensorflow/tfjs";
import { CLASSES, IMAGE_SIZE } from "lib/digits.ts";
import { seedWeights } from "lib/model/seeding.ts";

/** What {@linkcode buildCnn} can be told. */
export interface CnnOptions {
  /** Decides the initial weights. */
  readonly seed: number;
  /** Adam's step size, default 0.001 (Keras's default). */
  readonly learningRate?: number;
}

/**
 * The report's network, compiled with Adam and categorical cross-entropy: for commands what the
 * cell of notebook 03 is for its reader.
 *
 * | layer                | output           | parameters |
 * | -------------------- | ---------------- | ---------: |
 * | Conv2D 32, 3x3, ReLU | `[b, 26, 26, 32]` |       320 |
 * | MaxPooling2D 2       | `[b, 13, 13, 32]` |         0 |
 * | Conv2D 64, 3x3, ReLU | `[b, 11, 11, 64]` |    18,496 |
 * | MaxPooling2D 2       | `[b, 5, 5, 64]`   |         0 |
 * | Flatten              | `[b, 1600]`       |         0 |
 * | Dense 128, ReLU      | `[b, 128]`        |   204,928 |
 * | Dense 10, softmax    | `[b, 10]`         |     1,290 |
 *
 * 225,034 parameters. Weights start Glorot-uniform, biases at zero, as in Keras. Adam's epsilon is
 * Keras's 1e-7 as well (TensorFlow.js adds it after the bias correction, Keras before).
 *
 * @returns A model that maps `[b, 28, 28, 1]` in 0..1 to `[b, 10]` probabilities.
 */
export async function buildCnn({ seed, learningRate = 0.001 }: CnnOptions): Promise<tf.Sequential> {
  const { conv2d, maxPooling2d, flatten, dense } = tf.layers;
  const inputShape = [IMAGE_SIZE, IMAGE_SIZE, 1];
  const kernelInitializer = "glorotUniform"; // Keras's default; TensorFlow.js's is glorotNormal
  const model = tf.sequential({
    layers: [
      conv2d({ inputShape, filters: 32, kernelSize: 3, activation: "relu", kernelInitializer }),
      maxPooling2d({ poolSize: 2 }),
      conv2d({ filters: 64, kernelSize: 3, activation: "relu", kernelInitializer }),
      maxPooling2d({ poolSize: 2 }),
      flatten(),
      dense({ units: 128, activation: "relu", kernelInitializer }),
      dense({ units: CLASSES, activation: "softmax", kernelInitializer }),
    ],
  });
  model.compile({
    optimizer: tf.train.adam(learningRate, 0.9, 0.999, 1e-7),
    loss: "categoricalCrossentropy",
    metrics: ["accuracy"],
  });
  await seedWeights(model, seed);
  return model;
}

/** A layer as a table or a diagram shows it. */
export interface LayerSummary {
  /** The layer's own name. */
  readonly name: string;
  /** Keras's class name, such as `Conv2D`. */
  readonly type: string;
  /** Without the batch dimension. */
  readonly outputShape: readonly number[];
  /** Trainable and not. */
  readonly parameters: number;
  /** Keras's name of the activation function, such as `relu`, where the layer has one. */
  readonly activation?: string;
}

/** The layers of a model, first to last. */
export function summarizeLayers(model: tf.LayersModel): LayerSummary[] {
  return model.layers.map((layer) => {
    const { activation } = layer.getConfig();
    return {
      name: layer.name,
      type: layer.getClassName(),
      outputShape: (layer.outputShape as (number | null)[]).slice(1).map((size) => size ?? 0),
      parameters: layer.countParams(),
      ...(typeof activation === "string" && { activation }),
    };
  });
}
