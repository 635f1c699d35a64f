/**
 * Networks that nobody has thought of: layers, their sizes, the optimizer and the loss follow from a seed.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { RandomState } from "lib/random.ts";

/** A model with what it takes to train it. The caller disposes of all but the loss. */
export interface RandomNetwork {
  readonly model: tf.LayersModel;
  readonly optimizer: tf.Optimizer;
  readonly x: tf.Tensor;
  readonly y: tf.Tensor;
  /** The mean over the batch. */
  loss(y: tf.Tensor, prediction: tf.Tensor): tf.Scalar;
  /** A line a layer, then optimizer and loss. */
  readonly description: readonly string[];
}

type Shape = (number | null)[];
type Config = Readonly<Record<string, unknown>>;

const create = tf.layers as unknown as Readonly<
  Record<string, (config: Config) => tf.layers.Layer>
>;

/** Multiply-adds that the convolutions and products of one example may take: the backend `cpu` is slow. */
const MOST_WORK = 200_000;
const MOST_CHANNELS = 40;

const ACTIVATIONS = [
  "linear",
  "relu",
  "relu6",
  "elu",
  "selu",
  "sigmoid",
  "hardSigmoid",
  "tanh",
  "softplus",
  "softsign",
  "swish",
  "mish",
  "softmax",
];

/** Adds layers to a symbolic tensor, chosen by chance. */
class Grower {
  readonly lines: string[] = [];
  /** Where the next layer goes. */
  x: tf.SymbolicTensor;
  #work = 0;

  constructor(readonly random: RandomState, readonly input: tf.SymbolicTensor) {
    this.x = input;
    this.lines.push(`input ${JSON.stringify(input.shape)}`);
  }

  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + this.random.randint(0, high - low + 1);
  }

  chance(probability: number): boolean {
    return this.random.uniform() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.random.randint(0, choices.length)]!;
  }

  get shape(): number[] {
    return this.x.shape.slice(1) as number[];
  }

  /** One or two tensors through a new layer; false if that would be too much work. */
  add(kind: string, config: Config, x: tf.SymbolicTensor | tf.SymbolicTensor[] = this.x): boolean {
    const { layer: inner, ...described } = config;
    const line = `${kind} ${
      JSON.stringify(inner ? { ...described, of: this.lines.pop() } : config)
    }`;
    const layer = create[kind]!(config);
    const out = layer.apply(x) as tf.SymbolicTensor;
    if (out.shape.slice(1).some((n) => n === null || n < 1)) return false;
    this.#work += workOf(layer, out.shape);
    this.x = out;
    this.lines.push(`${line} -> ${JSON.stringify(out.shape)}`);
    return true;
  }

  /** True if a layer of so many multiply-adds may still be added. */
  affords(work: number): boolean {
    return this.#work + work <= MOST_WORK;
  }

  activation(): string {
    return this.chance(0.4) ? "relu" : this.pick(ACTIVATIONS);
  }

  /** Channels: often a number that vectors, or Winograd's algorithm, divide. */
  channels(): number {
    return this.chance(0.5) ? this.pick([4, 8, 16, 24, 32]) : this.int(1, 19);
  }
}

/** Multiply-adds of one example. */
function workOf(layer: tf.layers.Layer, out: Shape): number {
  let weights = 0;
  for (const { shape } of layer.weights) weights += shape.reduce<number>((n, m) => n * m!, 1);
  const pixels = out.slice(1, -1).reduce<number>((n, m) => n * m!, 1);
  return weights * pixels;
}

function windowConfig(g: Grower, most: number): Config {
  const [height, width] = g.shape as [number, number];
  const size = [g.int(1, Math.min(most, height)), g.int(1, Math.min(most, width))];
  if (g.chance(0.4)) size[0] = size[1] = Math.min(3, height, width);
  const strides = g.chance(0.6) ? [1, 1] : [g.int(1, 3), g.int(1, 3)];
  return { size, strides, padding: g.pick(["same", "valid"]) };
}

function addConv2d(g: Grower, { filters = g.channels(), strides }: {
  filters?: number;
  strides?: number[];
} = {}): void {
  const config = windowConfig(g, 5);
  const size = config["size"] as number[];
  const [height, width, channels] = g.shape as [number, number, number];
  const pixels = height * width / (config["strides"] as number[]).reduce((a, b) => a * b);
  if (!g.affords(pixels * size[0]! * size[1]! * channels * filters)) return;
  g.add("conv2d", {
    filters,
    kernelSize: size,
    strides: strides ?? config["strides"],
    padding: strides ? "same" : config["padding"],
    activation: g.activation(),
    useBias: g.chance(0.7),
  });
}

function addNorm(g: Grower): void {
  if (g.chance(0.8)) {
    g.add("batchNormalization", {
      momentum: 0.9,
      epsilon: g.pick([1e-3, 1e-2]),
    });
  } else g.add("layerNormalization", { axis: -1 });
}

function addActivation(g: Grower): void {
  switch (g.int(0, 4)) {
    case 0:
      g.add("leakyReLU", { alpha: g.pick([0.1, 0.3]) });
      break;
    case 1:
      g.add("prelu", g.shape.length === 3 && g.chance(0.5) ? { sharedAxes: [1, 2] } : {});
      break;
    case 2:
      g.add("elu", {});
      break;
    case 3:
      g.add("reLU", g.chance(0.5) ? { maxValue: 1 } : {});
      break;
    default:
      g.add("activation", { activation: g.activation() });
  }
}

function addDropout(g: Grower): void {
  g.add("dropout", { rate: g.pick([0.1, 0.4, 0.5]), seed: g.int(1, 1000) });
}

/** Two ways from here, joined again. */
function addBranches(g: Grower): void {
  const from = g.x;
  const [height, width, channels] = g.shape as [number, number, number];
  const join = g.pick(["add", "multiply", "average", "maximum", "concatenate"]);
  const strides = g.chance(0.3) ? [2, 2] : [1, 1];
  const filters = g.chance(0.5) ? channels : g.channels();
  if (!g.affords(height * width * channels * filters * 25)) return;
  addConv2d(g, { filters, strides });
  if (g.x === from) return;
  if (g.chance(0.5)) addNorm(g);
  const one = g.x;
  g.x = from;
  if (filters !== channels || strides[0] !== 1 || g.chance(0.3)) {
    g.add("conv2d", { filters, kernelSize: 1, strides, padding: "same", useBias: g.chance(0.5) });
    if (g.chance(0.5)) addNorm(g);
  }
  g.add(join, {}, [one, g.x]);
}

const IMAGE_LAYERS: readonly (readonly [weight: number, add: (g: Grower) => void])[] = [
  [5, (g) => addConv2d(g)],
  [2, (g) => {
    const { size, strides, padding } = windowConfig(g, 4);
    // tf.layers takes one stride for both directions here.
    g.add("depthwiseConv2d", {
      kernelSize: size,
      strides: (strides as number[])[0],
      padding,
      depthMultiplier: g.pick([1, 1, 2, 3]),
      activation: g.activation(),
      useBias: g.chance(0.7),
    });
  }],
  [1, (g) => {
    const { size, padding } = windowConfig(g, 4);
    const filters = g.channels();
    const [height, width, channels] = g.shape as [number, number, number];
    if (!g.affords(height * width * channels * (filters + 16) * 2)) return;
    g.add("separableConv2d", {
      filters,
      kernelSize: size,
      strides: g.int(1, 2),
      padding,
      depthMultiplier: g.int(1, 2),
      activation: g.activation(),
    });
  }],
  [1.5, (g) => {
    const { size, strides, padding } = windowConfig(g, 4);
    const [height, width, channels] = g.shape as [number, number, number];
    const filters = g.int(1, 12);
    const [[h, w], [sh, sw]] = [size as [number, number], strides as [number, number]];
    if (!g.affords(height * sh * width * sw * channels * filters * h * w)) return;
    g.add("conv2dTranspose", {
      filters,
      kernelSize: size,
      strides,
      padding,
      activation: g.activation(),
      useBias: g.chance(0.7),
    });
  }],
  [3, (g) => {
    const { size, strides, padding } = windowConfig(g, 3);
    const isHalving = g.chance(0.4) && g.shape[0]! > 1 && g.shape[1]! > 1;
    g.add(
      g.pick(["maxPooling2d", "maxPooling2d", "averagePooling2d"]),
      isHalving ? { poolSize: 2 } : { poolSize: size, strides, padding },
    );
  }],
  [2, addNorm],
  [2.5, addActivation],
  [1, addDropout],
  [2.5, addBranches],
  [0.4, (g) => {
    const room = (): number[] => [g.int(0, 2), g.int(0, 2)];
    g.add("zeroPadding2d", { padding: [room(), room()] });
  }],
  [0.4, (g) => {
    if (g.shape[0]! > 3 && g.shape[1]! > 3) {
      g.add("cropping2D", { cropping: [[g.int(0, 1), 1], [0, g.int(0, 2)]] });
    }
  }],
  [0.4, (g) => {
    if (g.shape[0]! < 7 && g.shape[1]! < 7) g.add("upSampling2d", { size: [2, g.int(1, 2)] });
  }],
];

function recurrentConfig(g: Grower, returnSequences: boolean): Config {
  return {
    units: g.int(1, 9),
    returnSequences,
    activation: g.pick(["tanh", "tanh", "relu", "elu"]),
    useBias: g.chance(0.8),
  };
}

/** Does nothing with a sequence of one, through which tfjs finds no gradient. */
function addRecurrent(g: Grower, returnSequences: boolean): void {
  if (g.shape[0] === 1) return;
  const kind = g.pick(["lstm", "gru", "simpleRNN"]);
  const gates = kind === "simpleRNN"
    ? {}
    : { recurrentActivation: g.pick(["sigmoid", "hardSigmoid"]) };
  const config = { ...recurrentConfig(g, returnSequences), ...gates };
  if (g.chance(0.3)) {
    g.lines.push(`${kind} ${JSON.stringify(config)}`);
    const layer = create[kind]!(config) as tf.RNN;
    g.add("bidirectional", { layer, mergeMode: g.pick(["concat", "sum", "mul", "ave"]) });
  } else g.add(kind, { ...config, goBackwards: g.chance(0.2) });
}

const SEQUENCE_LAYERS: typeof IMAGE_LAYERS = [
  [3, (g) => addRecurrent(g, true)],
  [2, (g) => {
    const isDense = g.chance(0.5);
    g.add("conv1d", {
      filters: g.int(1, 17),
      kernelSize: g.int(1, Math.min(4, g.shape[0]!)),
      strides: isDense ? 1 : g.int(1, 2),
      padding: g.pick(["same", "valid"]),
      activation: g.activation(),
    });
  }],
  [1, (g) => {
    g.add(g.pick(["maxPooling1d", "averagePooling1d"]), {
      poolSize: Math.min(g.shape[0]!, g.int(1, 3)),
      padding: g.pick(["same", "valid"]),
    });
  }],
  [1, addNorm],
  [1, addDropout],
  [1, (g) => g.add("dense", { units: g.int(1, 12), activation: g.activation() })],
  [1, addActivation],
];

const VECTOR_LAYERS: typeof IMAGE_LAYERS = [
  [3, (g) => {
    const units = g.int(1, 40);
    if (!g.affords(g.shape[0]! * units)) return;
    g.add("dense", { units, activation: g.activation(), useBias: g.chance(0.8) });
  }],
  [1, addNorm],
  [1, addDropout],
  [1, addActivation],
];

function addSome(g: Grower, layers: typeof IMAGE_LAYERS, times: number): void {
  const rank = g.shape.length;
  const total = layers.reduce((sum, [weight]) => sum + weight, 0);
  for (let i = 0; i < times && g.shape.length === rank; i++) {
    let at = g.random.uniform() * total;
    const [, add] = layers.find(([weight]) => (at -= weight) < 0)!;
    if (g.shape.at(-1)! <= MOST_CHANNELS || layers === VECTOR_LAYERS) add(g);
  }
}

/** Makes a vector of an image or a sequence. */
function flatten(g: Grower): void {
  if (g.shape.length === 3) {
    switch (g.int(0, 5)) {
      case 0:
        g.add("globalAveragePooling2d", {});
        break;
      case 1:
        g.add("globalMaxPooling2d", {});
        break;
      case 2: {
        const [height, width, channels] = g.shape as [number, number, number];
        g.add("reshape", { targetShape: [height, width * channels] });
        addRecurrent(g, false);
        break;
      }
      default:
        g.add("flatten", {});
    }
  } else if (g.shape.length === 2) {
    switch (g.int(0, 3)) {
      case 0:
        g.add("globalAveragePooling1d", {});
        break;
      case 1:
        g.add("globalMaxPooling1d", {});
        break;
      case 2:
        g.add("flatten", {});
        break;
      default:
        addRecurrent(g, false);
    }
  }
  if (g.shape.length > 1) g.add("flatten", {});
}

/** Inputs of the kinds that networks have: images, sequences, words, vectors. */
function grow(random: RandomState): { grower: Grower; words: number } {
  const int = (low: number, high: number): number => low + random.randint(0, high - low + 1);
  const kind = random.uniform();
  const [shape, words] = kind < 0.7
    ? [[int(1, 13), int(1, 13), random.uniform() < 0.3 ? 1 : int(1, 17)], 0]
    : kind < 0.85
    ? [[int(1, 7), int(1, 12)], 0]
    : kind < 0.93
    ? [[int(1, 7)], int(2, 30)]
    : [[int(1, 60)], 0];
  const input = tf.input({ shape, dtype: words ? "int32" : "float32" });
  const grower = new Grower(random, input);
  if (words) grower.add("embedding", { inputDim: words, outputDim: int(1, 12) });
  if (grower.shape.length === 3) addSome(grower, IMAGE_LAYERS, int(1, 6));
  if (grower.shape.length === 2) addSome(grower, SEQUENCE_LAYERS, int(0, 3));
  flatten(grower);
  addSome(grower, VECTOR_LAYERS, int(0, 2));
  return { grower, words };
}

/** `size` values between -1 and 1. */
function values(random: RandomState, size: number): Float32Array {
  return Float32Array.from({ length: size }, () => random.uniform(-1, 1));
}

/** Weights that keep values about as large as they come in. */
function setWeights(model: tf.LayersModel, random: RandomState): void {
  const tensors = model.weights.map(({ name, shape }) => {
    const sizes = shape as number[];
    const w = values(random, tf.util.sizeFromShape(sizes));
    const fanIn = sizes.slice(0, -1).reduce((n, m) => n * m, 1);
    const [scale, shift] = sizes.length > 1
      ? [Math.sqrt(3 / fanIn), 0]
      : /gamma|variance/.test(name)
      ? [0.5, 1]
      : [0.3, 0];
    return tf.tensor(w.map((value) => shift + scale * value), sizes);
  });
  model.setWeights(tensors);
  tf.dispose(tensors);
}

const OPTIMIZERS: Readonly<Record<string, () => tf.Optimizer>> = {
  sgd: () => tf.train.sgd(0.05),
  momentum: () => tf.train.momentum(0.02, 0.9),
  nesterov: () => tf.train.momentum(0.02, 0.8, true),
  rmsprop: () => tf.train.rmsprop(0.002, 0.9),
  adagrad: () => tf.train.adagrad(0.02),
  adadelta: () => tf.train.adadelta(0.5, 0.9),
  adam: () => tf.train.adam(0.005),
  adamax: () => tf.train.adamax(0.005),
};

interface Head {
  readonly activation: string;
  target(random: RandomState, batch: number, units: number): tf.Tensor;
  loss(y: tf.Tensor, prediction: tf.Tensor): tf.Tensor;
}

const numbers = (random: RandomState, batch: number, units: number): tf.Tensor =>
  tf.tensor2d(values(random, batch * units), [batch, units]);
const classes = (random: RandomState, batch: number, units: number): tf.Tensor => {
  const labels = Int32Array.from({ length: batch }, () => random.randint(0, units));
  return tf.tidy(() => tf.oneHot(tf.tensor1d(labels, "int32"), units).toFloat());
};

const HEADS: Readonly<Record<string, Head>> = {
  "categorical cross-entropy": {
    activation: "softmax",
    target: classes,
    loss: (y, p) => tf.metrics.categoricalCrossentropy(y, p),
  },
  "softmax cross-entropy": {
    activation: "linear",
    target: classes,
    loss: (y, p) => tf.losses.softmaxCrossEntropy(y, p),
  },
  "binary cross-entropy": {
    activation: "sigmoid",
    target: classes,
    loss: (y, p) => tf.metrics.binaryCrossentropy(y, p),
  },
  "sigmoid cross-entropy": {
    activation: "linear",
    target: classes,
    loss: (y, p) => tf.losses.sigmoidCrossEntropy(y, p),
  },
  "mean squared error": {
    activation: "linear",
    target: numbers,
    loss: (y, p) => tf.losses.meanSquaredError(y, p),
  },
  "Huber loss": {
    activation: "tanh",
    target: numbers,
    loss: (y, p) => tf.losses.huberLoss(y, p, undefined, 0.3),
  },
};

/** The network of a seed, on the present backend. */
export function buildNetwork(seed: number): RandomNetwork {
  const random = new RandomState(seed);
  const { grower, words } = grow(random);
  const [headName, head] = grower.pick(Object.entries(HEADS));
  const [optimizerName, optimizer] = grower.pick(Object.entries(OPTIMIZERS));
  // Batch normalisation of one or two examples has no gradient but rounding.
  const isNormed = grower.lines.some((line) => line.startsWith("batchNormalization"));
  const units = grower.int(2, 5), batch = isNormed ? grower.int(3, 6) : grower.int(1, 5);
  grower.add("dense", { units, activation: head.activation });
  const model = tf.model({ inputs: grower.input, outputs: grower.x });
  setWeights(model, random);
  const shape = [batch, ...model.inputs[0]!.shape.slice(1) as number[]];
  const size = tf.util.sizeFromShape(shape);
  return {
    model,
    optimizer: optimizer(),
    x: words
      ? tf.tensor(Int32Array.from({ length: size }, () => random.randint(0, words)), shape, "int32")
      : tf.tensor(values(random, size), shape),
    y: head.target(random, batch, units),
    loss: (y, prediction) => head.loss(y, prediction).mean() as tf.Scalar,
    description: [...grower.lines, `${headName}, ${optimizerName}, batch ${batch}`],
  };
}
