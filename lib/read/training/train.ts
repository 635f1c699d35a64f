import * as tf from "@tensorflow/tfjs";
import { CLASSES, IMAGE_SIZE, PIXELS } from "lib/digits.ts";
import {
  AdamW,
  AveragedWeights,
  type Examples,
  learningRateAt,
  seedWeights,
  setLearningRate,
  withRandom,
} from "lib/model/mod.ts";
import { RandomState } from "lib/random.ts";
import { SeedSequence } from "lib/seed_sequence.ts";
import { mnistImage } from "lib/read/ink.ts";
import { drawNegative } from "lib/read/training/negatives.ts";
import { crop, inkColumns, paste, type Sheet } from "lib/read/training/sheet.ts";
import { SHEET_SIZE, warp } from "lib/read/training/warp.ts";

/** What decides a training of the reader's network. */
export interface ReaderTraining {
  readonly seed: number;
  /** Passes over the digits. Default: 14. */
  readonly epochs?: number;
  /** Called after each epoch with its mean loss. */
  readonly onEpoch?: (epoch: number, epochs: number, loss: number) => void;
}

/** The classes of the reader's network: the digits, and what is no digit. */
const READER_CLASSES: number = CLASSES + 1;
/** The label of what is no digit. */
const NO_DIGIT = CLASSES;

const EPOCHS = 14;
const DIGITS_IN_BATCH = 96, NEGATIVES_IN_BATCH = 40;
const SCHEDULE = { name: "oneCycle", maxLearningRate: 0.008 } as const;
const WEIGHT_DECAY = 0.05;
const AVERAGE_MOMENTUM = 0.995;
/** MNIST's pictures have ink further out only where a digit is very lopsided. */
const EMPTY_RIM = 2;

/**
 * The reader's network: 225,000 parameters, 451 kB as 16-bit numbers, 5.3 million multiply-adds an
 * image. Maps `[b, 28, 28, 1]` in 0..1 to `[b, 11]` probabilities.
 */
async function buildReaderNetwork(seed: number): Promise<tf.Sequential> {
  const { cropping2D, conv2d, maxPooling2d, batchNormalization, reLU, flatten, dropout, dense } =
    tf.layers;
  const convolution = (filters: number, kernelSize: number): tf.layers.Layer =>
    conv2d({ filters, kernelSize, useBias: false, kernelInitializer: "heNormal" });
  const normalised = (): tf.layers.Layer[] => [batchNormalization({ momentum: 0.9 }), reLU()];
  const model = tf.sequential({
    layers: [
      cropping2D({ inputShape: [IMAGE_SIZE, IMAGE_SIZE, 1], cropping: EMPTY_RIM }),
      convolution(40, 5),
      maxPooling2d({ poolSize: 2 }),
      ...normalised(),
      convolution(80, 3),
      ...normalised(),
      convolution(112, 3),
      maxPooling2d({ poolSize: 2 }),
      ...normalised(),
      flatten(),
      dropout({ rate: 0.25 }),
      dense({ units: 112, activation: "relu", kernelInitializer: "heNormal" }),
      dense({ units: READER_CLASSES, activation: "softmax", kernelInitializer: "glorotUniform" }),
    ],
  });
  const optimizer = new AdamW({ weightDecay: WEIGHT_DECAY });
  model.compile({ optimizer, loss: "categoricalCrossentropy" });
  await seedWeights(model, seed);
  return model;
}

/**
 * Trains the reader's network on digits that are written again in each epoch, and on as many things
 * that are no digits as two fifths of them. What it gives has the average of the weights.
 */
export async function trainReader(
  digits: Examples,
  { seed, epochs = EPOCHS, onEpoch }: ReaderTraining,
): Promise<tf.Sequential> {
  const [weights, order, examples, layers] = new SeedSequence(seed).spawn(4);
  const model = await buildReaderNetwork(weights!.generateState(1)[0]!);
  const ordering = new RandomState(order!), random = new RandomState(examples!);
  const batches = Math.floor(digits.labels.length / DIGITS_IN_BATCH), steps = epochs * batches;
  const averaged = new AveragedWeights(model, AVERAGE_MOMENTUM);
  await withRandom(new RandomState(layers!), async () => {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const rows = ordering.permutation(digits.labels.length);
      let loss = 0;
      for (let batch = 0; batch < batches; batch++) {
        const stepIndex = epoch * batches + batch;
        setLearningRate(model.optimizer, learningRateAt(SCHEDULE, stepIndex, steps));
        const batchRows = rows.subarray(batch * DIGITS_IN_BATCH, (batch + 1) * DIGITS_IN_BATCH);
        loss += await step(model, digits, batchRows, random);
        averaged.update(stepIndex);
      }
      onEpoch?.(epoch + 1, epochs, loss / batches);
    }
  });
  averaged.swap();
  averaged.dispose();
  return model;
}

async function step(
  model: tf.Sequential,
  digits: Examples,
  rows: Int32Array,
  random: RandomState,
): Promise<number> {
  const size = rows.length + NEGATIVES_IN_BATCH;
  const images = new Float32Array(size * PIXELS);
  const targets = new Float32Array(size * READER_CLASSES);
  for (let i = 0; i < size; i++) {
    const row = rows[i];
    const image = row === undefined
      ? mnistImage(drawNegative(digits, random))
      : drawPositive(digits, row, random);
    images.set(image, i * PIXELS);
    targets[i * READER_CLASSES + (row === undefined ? NO_DIGIT : digits.labels[row]!)] = 1;
  }
  const x = tf.tensor4d(images, [size, IMAGE_SIZE, IMAGE_SIZE, 1]);
  const y = tf.tensor2d(targets, [size, READER_CLASSES]);
  const loss = await model.trainOnBatch(x, y) as number;
  tf.dispose([x, y]);
  return loss;
}

/** A digit as it is, or as another hand and a page would have it. */
function drawPositive({ images }: Examples, row: number, random: RandomState): Float32Array {
  const image = (index: number): Float32Array =>
    images.subarray(index * PIXELS, (index + 1) * PIXELS);
  const u = random.randomSample();
  if (u < 0.15) return image(row);
  const sheet = warp(image(row), random);
  if (u < 0.25) {
    withNeighbour(sheet, warp(image(random.randint(0, images.length / PIXELS)), random), random);
  } else if (u < 0.33) withoutRule(sheet, random);
  return mnistImage(sheet);
}

/** A bit of the neighbour that a cut left on one side. */
function withNeighbour(sheet: Sheet, neighbour: Sheet, random: RandomState): void {
  const [first, last] = inkColumns(sheet) ?? [0, 0];
  const [start, end] = inkColumns(neighbour) ?? [0, 0];
  const width = Math.min(random.randint(2, 6), end - start + 1);
  const top = random.randint(-10, 11);
  if (random.randomSample() < 0.5) {
    paste(sheet, crop(neighbour, start, start + width), last - 1, top);
  } else paste(sheet, crop(neighbour, end + 1 - width, end + 1), first + 2 - width, top);
}

/** What removing a ruled line may leave: a gap, or a stub on either side of the strokes. */
function withoutRule({ width, ink }: Sheet, random: RandomState): void {
  const row = random.randint(SHEET_SIZE / 4, SHEET_SIZE * 3 / 4) * width;
  const height = random.randint(1, 4) * width;
  if (random.randomSample() < 0.6) ink.fill(0, row, row + height);
  else {
    for (let at = row; at < row + height; at++) {
      const isBeside = [1, 2, 3].some((d) => ink[at - d]! > 0.5 || ink[at + d]! > 0.5);
      if (isBeside) ink[at] = Math.max(ink[at]!, 0.8);
    }
  }
}
