/**
 * Networks for 28x28 digits that people train, as data: built here for TensorFlow.js, by python_peer.py for
 * Keras and PyTorch.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { CLASSES, IMAGE_SIZE } from "lib/digits.ts";
import { RandomState } from "lib/random.ts";
import { drawWeight, examples, oneHot } from "./workload.ts";

type Config = Readonly<Record<string, number | string | boolean | readonly number[]>>;

/** A layer of `tf.layers`, whose names and options are Keras's, or the sum of two branches. */
export type Layer =
  | { readonly layer: keyof typeof tf.layers; readonly config: Config }
  | { readonly main: readonly Layer[]; readonly shortcut: readonly Layer[] };

export interface Network {
  readonly layers: readonly Layer[];
  /** What it learns: the digit, by cross-entropy, or the image itself, by mean squared error. */
  readonly target: "digit" | "image";
}

const layer = (name: keyof typeof tf.layers, config: Config = {}): Layer => ({
  layer: name,
  config,
});

const conv = (filters: number, kernelSize: number, options: Config = {}): Layer =>
  layer("conv2d", { filters, kernelSize, ...options });
const dense = (units: number, activation: string): Layer => layer("dense", { units, activation });
const dropout = (rate: number): Layer => layer("dropout", { rate });
const relu = layer("activation", { activation: "relu" });
const norm = layer("batchNormalization");
const maxPool = layer("maxPooling2d", { poolSize: 2 });
const averagePool = layer("averagePooling2d", { poolSize: 2 });
const flatten = layer("flatten");
const probabilities = dense(CLASSES, "softmax");
const globalAverage = layer("globalAveragePooling2d", { dataFormat: "channelsLast" });
/** What comes behind a convolution that is normalised, which needs no bias. */
const NORMALISED = { padding: "same", useBias: false } as const;

const vggBlock = (filters: number): Layer[] => [conv(filters, 3, NORMALISED), norm, relu];

/** Deotte's order: the activation comes before the normalisation. */
const deotteBlock = (filters: number): Layer[] => [
  conv(filters, 3, { activation: "relu", padding: "same" }),
  norm,
  conv(filters, 3, { activation: "relu", padding: "same" }),
  norm,
  conv(filters, 5, { activation: "relu", padding: "same", strides: 2 }),
  norm,
  dropout(0.4),
];

function basicBlock(filters: number, strides: number, isSame: boolean): Layer[] {
  return [
    {
      main: [
        conv(filters, 3, { ...NORMALISED, strides }),
        norm,
        relu,
        conv(filters, 3, NORMALISED),
        norm,
      ],
      shortcut: isSame ? [] : [conv(filters, 1, { ...NORMALISED, strides }), norm],
    },
    relu,
  ];
}

const separableBlock = (filters: number, strides: number): Layer[] => [
  layer("depthwiseConv2d", { kernelSize: 3, strides, padding: "same", useBias: false }),
  norm,
  relu,
  conv(filters, 1, NORMALISED),
  norm,
  relu,
];

const strided = { strides: 2, padding: "same", activation: "relu" } as const;

const LAYERS = {
  report: [
    conv(32, 3, { activation: "relu" }),
    maxPool,
    conv(64, 3, { activation: "relu" }),
    maxPool,
    flatten,
    dense(128, "relu"),
    probabilities,
  ],
  mlp: [
    flatten,
    dense(512, "relu"),
    dropout(0.2),
    dense(512, "relu"),
    dropout(0.2),
    probabilities,
  ],
  // LeCun et al., 1998
  lenet5: [
    conv(6, 5, { padding: "same", activation: "tanh" }),
    averagePool,
    conv(16, 5, { activation: "tanh" }),
    averagePool,
    flatten,
    dense(120, "tanh"),
    dense(84, "tanh"),
    probabilities,
  ],
  "vgg-bn": [
    ...[24, 48].flatMap(vggBlock),
    maxPool,
    ...[48, 96].flatMap(vggBlock),
    maxPool,
    ...vggBlock(96),
    globalAverage,
    probabilities,
  ],
  // Chris Deotte, 25 Million Images! [0.99757] MNIST (Kaggle, 2018)
  deotte: [
    ...deotteBlock(32),
    ...deotteBlock(64),
    conv(128, 4, { activation: "relu" }),
    norm,
    flatten,
    dropout(0.4),
    probabilities,
  ],
  // He et al., 2015, as for CIFAR-10
  resnet: [
    conv(16, 3, NORMALISED),
    norm,
    relu,
    ...[16, 32, 64].flatMap((filters, stage) => [
      ...basicBlock(filters, stage === 0 ? 1 : 2, stage === 0),
      ...basicBlock(filters, 1, true),
    ]),
    globalAverage,
    probabilities,
  ],
  // An et al., An Ensemble of Simple Convolutional Neural Network Models for MNIST, 2020: M3
  "simple-cnn": [
    ...Array.from({ length: 10 }, (_, i) => [
      conv(32 + 16 * i, 3, { useBias: false }),
      norm,
      relu,
    ]).flat(),
    flatten,
    dense(CLASSES, "linear"),
    norm,
    layer("activation", { activation: "softmax" }),
  ],
  // Howard et al., 2017, for small images
  mobilenet: [
    ...vggBlock(32),
    ...separableBlock(64, 1),
    ...separableBlock(128, 2),
    ...separableBlock(128, 1),
    ...separableBlock(256, 2),
    ...separableBlock(256, 1),
    globalAverage,
    probabilities,
  ],
  autoencoder: [
    conv(32, 3, strided),
    conv(64, 3, strided),
    layer("conv2dTranspose", { filters: 64, kernelSize: 3, ...strided }),
    layer("conv2dTranspose", { filters: 32, kernelSize: 3, ...strided }),
    conv(1, 3, { padding: "same", activation: "sigmoid" }),
  ],
  lstm: [
    layer("reshape", { targetShape: [IMAGE_SIZE, IMAGE_SIZE] }),
    layer("lstm", {
      units: 128,
      recurrentActivation: "sigmoid",
      recurrentInitializer: "zeros", // drawn as everywhere; tfjs's own takes seconds
      unitForgetBias: true,
    }),
    probabilities,
  ],
} satisfies Readonly<Record<string, readonly Layer[]>>;

export type NetworkName = keyof typeof LAYERS;

export const NETWORKS = Object.keys(LAYERS) as NetworkName[];

/** One of {@linkcode NETWORKS}; without dropout, whose masks differ from peer to peer, to compare losses. */
export function networkOf(name: NetworkName, { withDropout = true } = {}): Network {
  const layers: readonly Layer[] = LAYERS[name];
  return {
    layers: withDropout ? layers : layers.filter((l) => !("layer" in l && l.layer === "dropout")),
    target: name === "autoencoder" ? "image" : "digit",
  };
}

/**
 * Multiply-adds of one image in a step by the direct method: forward, gradients of weights, gradients of inputs,
 * except of the images themselves.
 */
export function multiplyAddsOf(model: tf.LayersModel): number {
  const kernels = model.layers.flatMap(({ name, weights, input, output }) => {
    // A kernel's weights are used at every pixel that it makes, or reads, or at every step in time.
    const { shape } = (/^lstm|transpose/i.test(name) ? input : output) as tf.SymbolicTensor;
    const uses = tf.util.sizeFromShape(shape.slice(1, -1) as number[]);
    return weights.filter(({ shape }) => shape.length > 1)
      .map(({ shape }) => uses * tf.util.sizeFromShape(shape as number[]));
  });
  // The first kernel reads the images; a recurrent layer's second one does not.
  return kernels.reduce((sum, forward, i) => sum + (i === 0 ? 2 : 3) * forward, 0);
}

/** Builds and compiles a network, its weights drawn as everywhere, layer by layer. */
export function buildModel({ layers, target }: Network): tf.LayersModel {
  const random = new RandomState(1);
  const apply = (layers: readonly Layer[], x: tf.SymbolicTensor): tf.SymbolicTensor =>
    layers.reduce((x, described) => {
      if ("main" in described) {
        const branches = [apply(described.main, x), apply(described.shortcut, x)];
        return tf.layers.add().apply(branches) as tf.SymbolicTensor;
      }
      const make = tf.layers[described.layer] as (config: object) => tf.layers.Layer;
      const built = make({ ...described.config });
      const y = built.apply(x) as tf.SymbolicTensor;
      tf.tidy(() =>
        built.setWeights(
          built.getWeights().map((weight) =>
            weight.rank > 1 ? tf.tensor(drawWeight(random, weight.shape), weight.shape) : weight
          ),
        )
      );
      return y;
    }, x);
  const input = tf.input({ shape: [IMAGE_SIZE, IMAGE_SIZE, 1] });
  const model = tf.model({ inputs: input, outputs: apply(layers, input) });
  model.compile({
    optimizer: tf.train.adam(0.001, 0.9, 0.999, 1e-7),
    ...target === "digit"
      ? { loss: "categoricalCrossentropy", metrics: ["accuracy"] }
      : { loss: "meanSquaredError" },
  });
  return model;
}

/** The examples of a batch: images `[size, 28, 28, 1]` and what is to be learnt from them. */
export function tensorsOf({ target }: Network, size: number): { x: tf.Tensor; y: tf.Tensor } {
  const { images, labels } = examples(size);
  const x = tf.tensor4d(images, [size, IMAGE_SIZE, IMAGE_SIZE, 1]);
  return { x, y: target === "image" ? x : tf.tensor2d(oneHot(labels), [size, CLASSES]) };
}
