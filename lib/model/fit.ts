import * as tf from "@tensorflow/tfjs";
import { CLASSES, IMAGE_SIZE, PIXELS } from "lib/dataset/types.ts";
import { RandomState } from "lib/random.ts";
import { takeRows } from "lib/preprocessing/mod.ts";
import { evaluate } from "lib/model/evaluate.ts";

/** Scaled images with their labels. */
export interface Examples {
  /** `[n, 28, 28]` in 0..1. */
  readonly images: Float32Array;
  /** `[n]`, 0..9. */
  readonly labels: Uint8Array;
}

/** One epoch in Keras's terms. Accuracies are fractions, 0..1; losses are mean cross-entropies in nats. */
export interface HistoryRow {
  /** Counted from 1. */
  readonly epoch: number;
  /** Training loss, averaged over the epoch's batches while the weights changed. */
  readonly loss: number;
  /** Training accuracy, averaged likewise. */
  readonly accuracy: number;
  /** Validation loss after the epoch. */
  readonly valLoss: number;
  /** Validation accuracy after the epoch. */
  readonly valAccuracy: number;
}

/** One row an epoch. */
export type History = readonly HistoryRow[];

/** Where training is, as shown to a person. */
export interface FitProgress {
  /** Counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Batches done in this epoch. */
  readonly batch: number;
  readonly batchesPerEpoch: number;
  /** Running means of this epoch. */
  readonly loss: number;
  readonly accuracy: number;
  readonly secondsElapsed: number;
  /** An estimate from the speed so far. */
  readonly secondsLeft: number;
  /** The epochs that are finished. */
  readonly history: History;
}

/** What {@linkcode fit} can be told. */
export interface FitOptions {
  readonly epochs: number;
  readonly batchSize: number;
  /** Decides the order of the examples in every epoch. */
  readonly seed: number;
  /** Called at most five times a second, at the end of each epoch, and awaited. */
  readonly onProgress?: (progress: FitProgress) => void | Promise<void>;
}

const PROGRESS_INTERVAL_MS = 200;

/**
 * Trains a compiled classifier and evaluates it on the validation examples after every epoch.
 *
 * Does what Keras's `Model.fit(x, y, shuffle=True)` does, but takes the order of the examples from
 * the run's seed, where TensorFlow.js's own `fit` calls `Math.random`.
 *
 * @param model Compiled with categorical cross-entropy and the one metric `accuracy`; maps
 * `[b, 28, 28, 1]` to `[b, 10]`.
 */
export async function fit(
  model: tf.LayersModel,
  train: Examples,
  validation: Examples,
  { epochs, batchSize, seed, onProgress }: FitOptions,
): Promise<HistoryRow[]> {
  const size = train.labels.length;
  const batchesPerEpoch = Math.ceil(size / batchSize);
  const random = new RandomState(seed);
  const history: HistoryRow[] = [];
  const start = performance.now();
  let lastReport = start;

  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = random.permutation(size);
    let lossSum = 0;
    let accuracySum = 0;
    let seen = 0;
    const report = async (batch: number): Promise<void> => {
      lastReport = performance.now();
      const secondsElapsed = (lastReport - start) / 1000;
      const done = ((epoch - 1) * batchesPerEpoch + batch) / (epochs * batchesPerEpoch);
      await onProgress?.({
        epoch,
        epochs,
        batch,
        batchesPerEpoch,
        loss: lossSum / seen,
        accuracy: accuracySum / seen,
        secondsElapsed,
        secondsLeft: secondsElapsed / done - secondsElapsed,
        history: [...history],
      });
      // Training awaits only settled promises; a timer lets messages and signals through.
      await new Promise((resolve) => setTimeout(resolve, 0));
    };

    for (let batch = 0; batch < batchesPerEpoch; batch++) {
      const rows = order.subarray(batch * batchSize, (batch + 1) * batchSize);
      const [loss, accuracy] = await trainOnRows(model, train, rows);
      lossSum += loss * rows.length;
      accuracySum += accuracy * rows.length;
      seen += rows.length;
      const isLast = batch + 1 === batchesPerEpoch; // reported below, with the validation figures
      if (!isLast && performance.now() - lastReport >= PROGRESS_INTERVAL_MS) {
        await report(batch + 1);
      }
    }
    const { loss: valLoss, accuracy: valAccuracy } = evaluate(model, validation);
    history.push({
      epoch,
      loss: lossSum / seen,
      accuracy: accuracySum / seen,
      valLoss,
      valAccuracy,
    });
    await report(batchesPerEpoch);
  }
  return history;
}

/** One optimizer step on the given rows; gives the batch's mean loss and accuracy. */
async function trainOnRows(
  model: tf.LayersModel,
  examples: Examples,
  rows: Int32Array,
): Promise<[loss: number, accuracy: number]> {
  const images = takeRows(examples.images, rows, PIXELS);
  const oneHot = new Float32Array(rows.length * CLASSES);
  rows.forEach((row, i) => oneHot[i * CLASSES + examples.labels[row]!] = 1);
  const x = tf.tensor4d(images, [rows.length, IMAGE_SIZE, IMAGE_SIZE, 1]);
  const y = tf.tensor2d(oneHot, [rows.length, CLASSES]);
  const figures = await model.trainOnBatch(x, y) as [number, number];
  tf.dispose([x, y]);
  return figures;
}
