import * as tf from "@tensorflow/tfjs";
import { concat } from "lib/concat.ts";
import { drawDigits } from "lib/dataset/synthetic/mod.ts";
import { CLASSES, IMAGE_SIZE, PIXELS } from "lib/digits.ts";
import { minMaxScale } from "lib/preprocessing/scale.ts";
import { RandomState } from "lib/random.ts";
import { mnistImage } from "lib/read/ink.ts";
import { drawNegative } from "lib/read/training/negatives.ts";
import { warp } from "lib/read/training/warp.ts";
import type { Example, Lesson } from "../types.ts";

/** Digits that it practises with, so that it forgets none; and others, on which it is tested. */
const KEPT = 1000, TEST = 1000;
/** Things that are no digits, with which it practises too. */
const NEGATIVES = 250;
/** The class of what is no digit, for networks that have one. */
const NO_DIGIT = CLASSES;
/** So much of the accuracy on the test digits may a lesson cost. */
const MOST_LOST = 0.002;
/** How far to go from the old weights to the new ones: the farthest that costs no more. */
const DISTANCES = [1, 0.8, 0.6, 0.4, 0.2];

const MOST_STEPS = 80;
/** It stops when so large a share of the copies is read with so high a probability. */
const LEARNED = { share: 0.95, probability: 0.9 };
/** Steps between looking whether it may stop. */
const ROUND = 5;
const KEPT_IN_BATCH = 48;
const TAUGHT_IN_BATCH = 32;
/** Copies that are made of all examples together, each as if written again. */
const COPIES = 96;
const LEARNING_RATE = 0.001;
/** Images at a time, between which readings find room. */
const SLICE = 100;

/** Images `[n, 28, 28]` in 0..1, with their labels. */
interface Images {
  readonly images: Float32Array;
  readonly labels: Uint8Array;
}

/** What the layers before the head make of images, with the labels of these. */
interface Features {
  /** `[n, features]`; an array, as rows are taken from it much faster than `tf.gather` does. */
  readonly values: Float32Array;
  readonly labels: Uint8Array;
}

/** What a network practises with, and is tested on. */
interface Practice {
  readonly kept: Features;
  readonly test: Features;
  /** Of the test digits, before the first lesson. */
  readonly accuracyBefore: number;
}

/**
 * A network that learns a hand.
 *
 * The dense layers learn, the convolutions stay: what these make of an image is worked out once, and
 * a step is then a matter of milliseconds. Each batch mixes the hand's examples with kept digits
 * (rehearsal), and of the way from the old weights to the new ones as much is gone as the accuracy
 * on test digits allows (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
 */
export class Pupil {
  readonly #body: tf.LayersModel;
  readonly #head: tf.LayersModel;
  readonly #original: Float32Array;
  #practice: Promise<Practice> | undefined;
  /** Lessons follow each other. */
  #lastLesson: Promise<unknown> = Promise.resolve();

  /** @param model Convolutions, one `flatten`, dense layers; `[b, 28, 28, 1]` to probabilities, of the digits first. */
  constructor(readonly model: tf.LayersModel) {
    const flat = model.layers.findIndex((layer) => layer.getClassName() === "Flatten");
    const features = model.layers[flat]!.output as tf.SymbolicTensor;
    this.#body = tf.model({ inputs: model.inputs, outputs: features });
    const input = tf.input({ shape: features.shape.slice(1) });
    const output = model.layers.slice(flat + 1)
      .filter((layer) => layer.getClassName() !== "Dropout")
      .reduce((below, layer) => layer.apply(below) as tf.SymbolicTensor, input);
    this.#head = tf.model({ inputs: input, outputs: output });
    this.#original = this.#weights();
  }

  /** Draws the kept and the test digits, where that has not been done. */
  prepare(): Promise<Practice> {
    return this.#practice ??= this.#draw();
  }

  async #draw(): Promise<Practice> {
    const digits = await drawn(KEPT, 1);
    const hasNoDigit = this.#head.outputs[0]!.shape[1]! > CLASSES;
    const kept = await this.#features(hasNoDigit ? [digits, negatives(digits)] : [digits]);
    const test = await this.#features([await drawn(TEST, 2)]);
    const weights = this.#weights();
    this.restore(this.#original);
    const accuracyBefore = this.#accuracy(test);
    this.restore(weights);
    return { kept, test, accuracyBefore };
  }

  /** Goes back to weights that a lesson gave. */
  restore(weights: Float32Array): void {
    tf.tidy(() => {
      let at = 0;
      this.#head.setWeights(
        this.#head.getWeights().map(({ shape, size }) => {
          at += size;
          return tf.tensor(weights.slice(at - size, at), shape);
        }),
      );
    });
  }

  /** Learns from examples, as if it had learned nothing before. */
  learn(examples: readonly Example[]): Promise<Lesson> {
    const lesson = this.#lastLesson.then(() => this.#learn(examples));
    this.#lastLesson = lesson.catch(() => {});
    return lesson;
  }

  async #learn(examples: readonly Example[]): Promise<Lesson> {
    const practice = await this.prepare();
    const start = performance.now();
    this.restore(this.#original);
    if (examples.length > 0) {
      await this.#train(examples, practice);
      this.#retreat(practice);
    }
    const images = concat(Float32Array, examples.map(({ image }) => minMaxScale(image)));
    const read = examples.length > 0 ? this.#read(this.#featuresOf(images)) : [];
    return {
      accuracyBefore: practice.accuracyBefore,
      accuracy: this.#accuracy(practice.test),
      learned: examples.filter(({ digit }, i) => read[i] === digit).length,
      milliseconds: performance.now() - start,
      weights: this.#weights(),
    };
  }

  async #train(examples: readonly Example[], { kept }: Practice): Promise<void> {
    const random = new RandomState(0);
    const taught = await this.#features([copies(examples, random)]);
    const optimizer = tf.train.adam(LEARNING_RATE);
    this.#head.compile({ optimizer, loss: "categoricalCrossentropy" });
    const [width, classes] = [this.#width, this.#head.outputs[0]!.shape[1]!];
    for (let step = 0; step < MOST_STEPS; step++) {
      if (step % ROUND === 0 && this.#knows(taught)) break;
      const rows = [
        ...rowsOf(kept, draw(random, KEPT_IN_BATCH, kept.labels.length)),
        ...rowsOf(taught, draw(random, TAUGHT_IN_BATCH, taught.labels.length)),
      ];
      const x = tf.tensor2d(concat(Float32Array, rows.map(({ values }) => values)), [
        rows.length,
        width,
      ]);
      const y = tf.tidy(() =>
        tf.oneHot(
          tf.tensor1d(rows.map(({ label }) => label), "int32"),
          classes,
          1,
          0,
          "float32",
        )
      );
      await this.#head.trainOnBatch(x, y);
      tf.dispose([x, y]);
    }
    optimizer.dispose();
  }

  /** Goes back as far as the test digits demand. */
  #retreat({ test, accuracyBefore }: Practice): void {
    const learned = this.#weights();
    for (const distance of DISTANCES) {
      this.restore(this.#original.map((from, i) => from + distance * (learned[i]! - from)));
      // A digit of a thousand more or less: floating point has none of it.
      if (this.#accuracy(test) > accuracyBefore - MOST_LOST - 1e-9) return;
    }
    this.restore(this.#original);
  }

  async #features(sets: readonly Images[]): Promise<Features> {
    const parts: Float32Array[] = [];
    for (const { images } of sets) {
      for (let at = 0; at < images.length; at += SLICE * PIXELS) {
        parts.push(this.#featuresOf(images.subarray(at, at + SLICE * PIXELS)));
        await pause();
      }
    }
    return {
      values: concat(Float32Array, parts),
      labels: Uint8Array.from(sets.flatMap(({ labels }) => [...labels])),
    };
  }

  #featuresOf(images: Float32Array): Float32Array {
    return valuesOf(() => {
      const x = tf.tensor4d(images, [images.length / PIXELS, IMAGE_SIZE, IMAGE_SIZE, 1]);
      return this.#body.predictOnBatch(x) as tf.Tensor2D;
    }) as Float32Array;
  }

  get #width(): number {
    return this.#head.inputs[0]!.shape[1]!;
  }

  #accuracy({ values, labels }: Features): number {
    const read = this.#read(values);
    return labels.filter((label, i) => read[i] === label).length / labels.length;
  }

  #knows({ values, labels }: Features): boolean {
    const probabilities = this.#classify(values);
    const classes = probabilities.length / labels.length;
    const known = labels.filter((label, i) =>
      probabilities[i * classes + label]! >= LEARNED.probability
    );
    return known.length >= LEARNED.share * labels.length;
  }

  /** Probabilities of all classes. */
  #classify(features: Float32Array): Float32Array {
    return valuesOf(() => {
      const x = tf.tensor2d(features, [features.length / this.#width, this.#width]);
      return this.#head.predictOnBatch(x) as tf.Tensor2D;
    }) as Float32Array;
  }

  /** The most probable digits. */
  #read(features: Float32Array): number[] {
    const probabilities = this.#classify(features);
    const classes = probabilities.length * this.#width / features.length;
    return Array.from({ length: probabilities.length / classes }, (_, i) => {
      const row = probabilities.subarray(i * classes, i * classes + CLASSES);
      return row.indexOf(Math.max(...row));
    });
  }

  #weights(): Float32Array {
    return concat(
      Float32Array,
      this.#head.getWeights().map((weight) => weight.dataSync() as Float32Array),
    );
  }
}

/** Synthetic digits, as many of each. */
async function drawn(size: number, seed: number): Promise<Images> {
  const labels = Uint8Array.from({ length: size }, (_, i) => i % CLASSES);
  const images = new Float32Array(size * PIXELS);
  for (let at = 0; at < size; at += SLICE) {
    images.set(minMaxScale(drawDigits(labels.subarray(at, at + SLICE), seed + at)), at * PIXELS);
    await pause();
  }
  return { images, labels };
}

function negatives(digits: Images): Images {
  const random = new RandomState(0);
  const images = new Float32Array(NEGATIVES * PIXELS);
  for (let at = 0; at < images.length; at += PIXELS) {
    images.set(mnistImage(drawNegative(digits, random)), at);
  }
  return { images, labels: new Uint8Array(NEGATIVES).fill(NO_DIGIT) };
}

/** All examples, and each several times as if written again. */
function copies(examples: readonly Example[], random: RandomState): Images {
  const order = draw(random, Math.max(COPIES, examples.length), examples.length);
  const images = new Float32Array(order.length * PIXELS);
  order.forEach((row, i) => {
    const image = minMaxScale(examples[row]!.image);
    images.set(i < examples.length ? image : mnistImage(warp(image, random)), i * PIXELS);
  });
  return { images, labels: Uint8Array.from(order, (row) => examples[row]!.digit) };
}

/** Lets readings through. */
async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

/** The values of a tensor. `tf.tidy` must not return them: it would look for tensors in each. */
function valuesOf(compute: () => tf.Tensor): tf.TypedArray {
  const tensor = tf.tidy(compute);
  const values = tensor.dataSync();
  tensor.dispose();
  return values;
}

function rowsOf(
  { values, labels }: Features,
  rows: Int32Array,
): { values: Float32Array; label: number }[] {
  const width = values.length / labels.length;
  return Array.from(rows, (row) => ({
    values: values.subarray(row * width, (row + 1) * width),
    label: labels[row]!,
  }));
}

/** `size` numbers below `limit`; each comes once before any comes twice. */
function draw(random: RandomState, size: number, limit: number): Int32Array {
  const drawn = new Int32Array(size);
  for (let at = 0; at < size; at += limit) {
    drawn.set(random.permutation(limit).subarray(0, size - at), at);
  }
  return drawn;
}
