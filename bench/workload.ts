/** What all peers train on: the same values everywhere, drawn like NumPy draws them. @module */
import { CLASSES, PIXELS } from "lib/digits.ts";
import { RandomState } from "lib/random.ts";

/** Values with their shape, as TensorFlow.js and Keras lay them out. */
export interface Weight {
  readonly shape: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
}

/** The shapes of the report network's weights, layer by layer: kernel, bias. */
const SHAPES: readonly (readonly number[])[] = [
  [3, 3, 1, 32],
  [32],
  [3, 3, 32, 64],
  [64],
  [1600, 128],
  [128],
  [128, CLASSES],
  [CLASSES],
];

/** Images, `[n, 28, 28]` in 0..1, and labels. Their content does not change the arithmetic. */
export interface BenchExamples {
  readonly images: Float32Array<ArrayBuffer>;
  readonly labels: Uint8Array;
}

/** Seeded noise, labelled 0 to 9 in turn. */
export function examples(size: number): BenchExamples {
  const random = new RandomState(0);
  return {
    images: Float32Array.from({ length: size * PIXELS }, () => random.randomSample()),
    labels: Uint8Array.from({ length: size }, (_, i) => i % CLASSES),
  };
}

/** `[n, 10]`, a one at each label. */
export function oneHot(labels: Uint8Array): Float32Array<ArrayBuffer> {
  const result = new Float32Array(labels.length * CLASSES);
  for (const [i, label] of labels.entries()) result[i * CLASSES + label] = 1;
  return result;
}

/** A kernel's values to start from: Glorot-uniform, of the shape that TensorFlow.js and Keras give it. */
export function drawWeight(
  random: RandomState,
  shape: readonly number[],
): Float32Array<ArrayBuffer> {
  const size = shape.reduce((product, n) => product * n, 1);
  const [fanIn, fanOut] = shape.slice(-2) as [number, number];
  const limit = Math.sqrt(6 / (size / (fanIn * fanOut) * (fanIn + fanOut)));
  return Float32Array.from({ length: size }, () => random.uniform(-limit, limit));
}

/** The weights from which the report's network starts: drawn kernels, biases of zero. */
export function startWeights(): Weight[] {
  const random = new RandomState(1);
  return SHAPES.map((shape) => ({
    shape,
    values: shape.length === 1 ? new Float32Array(shape[0]!) : drawWeight(random, shape),
  }));
}
