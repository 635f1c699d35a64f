import * as tf from "@tensorflow/tfjs";
import { concat } from "lib/concat.ts";
import { InputError } from "lib/errors.ts";

/** ONNX's operator set; onnxruntime has had it since 1.12. */
const OPSET = 17;
const IR_VERSION = 8;

/** The parts of a protocol buffer's message, in the order of its fields. */
type Message = Uint8Array;

const FLOAT = 1;
const INT64 = 7;
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_STRING = 3;
const ATTRIBUTE_INTS = 7;

function varint(value: number): number[] {
  const bytes = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push(rest % 0x80 | 0x80);
  return [...bytes, rest];
}

const joined = (...parts: readonly ArrayLike<number>[]): Message => concat(Uint8Array, parts);

/** A field with a whole number from 0 on. */
const integer = (field: number, value: number): Message =>
  joined(varint(field << 3), varint(value));

/** A field with bytes, a text or a message. */
function bytes(field: number, value: string | Uint8Array): Message {
  const content = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return joined(varint(field << 3 | 2), varint(content.length), content);
}

function float(field: number, value: number): Message {
  return joined(varint(field << 3 | 5), new Uint8Array(Float32Array.of(value).buffer));
}

type Attribute = number | string | readonly number[] | { readonly float: number };

function attribute([name, value]: [string, Attribute]): Message {
  const [content, type] = typeof value === "number"
    ? [integer(3, value), ATTRIBUTE_INT]
    : typeof value === "string"
    ? [bytes(4, value), ATTRIBUTE_STRING]
    : "float" in value
    ? [float(2, value.float), ATTRIBUTE_FLOAT]
    : [joined(...value.map((one) => integer(8, one))), ATTRIBUTE_INTS];
  return joined(bytes(1, name), content, integer(20, type));
}

/** A value of the graph with float32 in a shape; a text stands for a size that is not fixed. */
function valueInfo(name: string, shape: readonly (number | string)[]): Message {
  const dimensions = shape.map((size) =>
    bytes(1, typeof size === "number" ? integer(1, size) : bytes(2, size))
  );
  const tensor = joined(integer(1, FLOAT), bytes(2, joined(...dimensions)));
  return joined(bytes(1, name), bytes(2, bytes(1, tensor)));
}

/** The graph as it grows, layer by layer. */
class Graph {
  readonly #nodes: Message[] = [];
  readonly #initializers: Message[] = [];
  #count = 0;

  constructor(readonly input: string) {
    this.last = input;
  }

  /** The value that the last node gave. */
  last: string;

  /** Adds a node on the last value, with weights as further inputs: whole numbers as 64 bits. */
  add(
    operator: string,
    weights: readonly tf.Tensor[] = [],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): void {
    const output = `${operator.toLowerCase()}_${++this.#count}`;
    const names = weights.map((weight, i) => {
      const name = `${output}_weight_${i}`;
      const isWhole = weight.dtype === "int32";
      const values = weight.dataSync();
      const numbers = isWhole
        ? BigInt64Array.from(values, (value) => BigInt(value))
        : Float32Array.from(values);
      this.#initializers.push(joined(
        ...weight.shape.map((size) => integer(1, size)),
        integer(2, isWhole ? INT64 : FLOAT),
        bytes(8, name),
        bytes(9, new Uint8Array(numbers.buffer)),
      ));
      return name;
    });
    this.#nodes.push(joined(
      ...[this.last, ...names].map((name) => bytes(1, name)),
      bytes(2, output),
      bytes(3, output),
      bytes(4, operator),
      ...Object.entries(attributes).map((entry) => bytes(5, attribute(entry))),
    ));
    this.last = output;
  }

  /** The graph's message. */
  message(inputShape: readonly number[], outputShape: readonly number[]): Message {
    return joined(
      ...this.#nodes.map((node) => bytes(1, node)),
      bytes(2, "digits"),
      ...this.#initializers.map((tensor) => bytes(5, tensor)),
      bytes(11, valueInfo(this.input, ["n", ...inputShape])),
      bytes(12, valueInfo(this.last, ["n", ...outputShape])),
    );
  }
}

/** What this module reads of a layer's configuration. */
interface Config {
  readonly activation?: string;
  readonly padding: string;
  readonly strides: readonly number[];
  readonly dilationRate: readonly number[];
  readonly poolSize: readonly number[];
  readonly cropping: readonly (readonly [first: number, last: number])[];
  readonly epsilon: number;
  readonly scale: boolean;
  readonly center: boolean;
}

const ACTIVATIONS: Readonly<Record<string, string | undefined>> = {
  linear: undefined,
  relu: "Relu",
  softmax: "Softmax",
};

/** Adds a layer's nodes. Images are in ONNX's order in the graph: channels before rows. */
function addLayer(graph: Graph, layer: tf.layers.Layer): void {
  const config = layer.getConfig() as unknown as Config;
  const weights = layer.getWeights();
  const window = (shape: readonly number[]): Record<string, Attribute> => ({
    kernel_shape: shape,
    strides: config.strides,
    auto_pad: config.padding === "same" ? "SAME_UPPER" : "VALID",
  });
  switch (layer.getClassName()) {
    case "InputLayer":
    case "Dropout":
      return;
    case "Conv2D": {
      const [kernel, ...bias] = weights;
      graph.add("Conv", [kernel!.transpose([3, 2, 0, 1]), ...bias], {
        ...window(kernel!.shape.slice(0, 2)),
        dilations: config.dilationRate,
      });
      break;
    }
    case "Cropping2D": {
      const [, ...sides] = (layer.input as tf.SymbolicTensor).shape as number[];
      const { cropping } = config;
      const places = [
        cropping.map(([first]) => first),
        cropping.map(([, last], i) => sides[i]! - last),
        [2, 3], // the axes
      ];
      graph.add("Slice", places.map((place) => tf.tensor1d(place, "int32")));
      break;
    }
    case "MaxPooling2D":
      graph.add("MaxPool", [], window(config.poolSize));
      break;
    case "BatchNormalization": {
      const [mean, variance] = weights.slice(-2);
      const gamma = config.scale ? weights[0]! : tf.onesLike(mean!);
      const beta = config.center ? weights[config.scale ? 1 : 0]! : tf.zerosLike(mean!);
      graph.add("BatchNormalization", [gamma, beta, mean!, variance!], {
        epsilon: { float: config.epsilon },
      });
      break;
    }
    case "ReLU":
      graph.add("Relu");
      break;
    case "Flatten":
      if ((layer.input as tf.SymbolicTensor).shape.length === 4) {
        graph.add("Transpose", [], { perm: [0, 2, 3, 1] });
      }
      graph.add("Flatten");
      break;
    case "Dense": {
      const [kernel, ...bias] = weights;
      graph.add("Gemm", [kernel!, ...bias]);
      break;
    }
    default:
      throw new InputError(
        `${layer.name} is of the class ${layer.getClassName()}; the export to ONNX knows convolutions, ` +
          "max-pooling, cropping, batch normalisation, ReLU, dropout, flatten and dense layers.",
      );
  }
  const name = config.activation ?? "linear";
  if (!(name in ACTIVATIONS)) {
    throw new InputError(`${layer.name} has the activation ${name}, which the export lacks.`);
  }
  const operator = ACTIVATIONS[name];
  if (operator !== undefined) graph.add(operator);
}

/**
 * A sequential network as a file of the Open Neural Network Exchange, which onnxruntime, OpenCV and
 * others run. Input and output are the network's: images `[n, 28, 28, 1]` in 0..1, named `image`,
 * and probabilities `[n, 10]`.
 *
 * @throws {InputError} If it has a layer that is not known here.
 */
export function encodeOnnx(model: tf.LayersModel): Uint8Array {
  const [input, output] = [model.inputs[0]!.shape, model.outputs[0]!.shape]
    .map((shape) => shape.slice(1) as number[]);
  const graph = new Graph("image");
  tf.tidy(() => {
    if (input!.length === 3) graph.add("Transpose", [], { perm: [0, 3, 1, 2] });
    for (const layer of model.layers) addLayer(graph, layer);
  });
  return joined(
    integer(1, IR_VERSION),
    bytes(2, "digit-recognizer"),
    bytes(7, graph.message(input!, output!)),
    bytes(8, joined(bytes(1, ""), integer(2, OPSET))),
  );
}
