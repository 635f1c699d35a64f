/**
 * Trains what the written report may have trained: a small convolutional network on the report's
 * rows, by one of the procedures that its text allows.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { loadDigits } from "lib/dataset/mod.ts";
import { CLASSES, IMAGE_SIZE, PIXELS } from "lib/digits.ts";
import type { ModelName } from "lib/experiment/model_report.ts";
import { sha256 } from "lib/files.ts";
import { type Examples, fit, type HistoryRow, seedWeights } from "lib/model/mod.ts";
import {
  ImageDataGenerator,
  minMaxScale,
  takeRows,
  trainTestSplit,
} from "lib/preprocessing/mod.ts";
import { SeedSequence } from "lib/seed_sequence.ts";
import type { Trial, TrialData } from "lib/study/study.ts";

/** A network that a reader of the report would build. */
export type Network = {
  /** Filters of each convolution, and `pool` where 2 × 2 max-pooling is. */
  readonly convolutions: readonly (number | "pool")[];
  readonly kernelSize: number;
  readonly padding: "valid" | "same";
  /** Units of the hidden dense layer. */
  readonly dense: number;
};

/** One call of Keras's `Model.fit`. */
export type Phase = { readonly epochs: number; readonly batchSize: number };

/** Settings of a trial of the report's training. */
export type ReportTraining = {
  /** The report's model that this may be. */
  readonly model: ModelName;
  readonly network: Network;
  /** Calls of `fit` one after the other, on the same network with the same optimizer. */
  readonly phases: readonly Phase[];
  /** Whether the examples come in a new order in each epoch, or in one order in all of them. */
  readonly order: "new" | "repeated";
  /** Train on the changed digits that notebook 02 shows. */
  readonly augmented: boolean;
  /** Which rows are validation rows: scikit-learn's `random_state`, 42 in the report. */
  readonly randomState: number;
};

/** All labelled digits: images `[n, 28, 28]`, labels `[n]`. */
export interface Digits {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

/** Notebook 02's. */
const AUGMENTATION = new ImageDataGenerator({
  rotationRange: 10,
  widthShiftRange: 0.1,
  heightShiftRange: 0.1,
  shearRange: 10,
  zoomRange: 0.1,
});

/** The labelled digits, which each trial splits. */
export async function load(): Promise<TrialData<Digits>> {
  const { images, labels } = await loadDigits();
  return {
    data: { images, labels },
    identity: { imagesSha256: sha256(images), labelsSha256: sha256(labels) },
  };
}

/** The report's preparation: a fifth of the rows to validate with, intensities in 0..1. */
function prepare(
  { images, labels }: Digits,
  randomState: number,
): { train: Examples; validation: Examples } {
  const { trainRows, testRows } = trainTestSplit(labels.length, { testSize: 0.2, randomState });
  const take = (rows: Int32Array): Examples => ({
    images: minMaxScale(takeRows(images, rows, PIXELS)),
    labels: takeRows(labels, rows),
  });
  return { train: take(trainRows), validation: take(testRows) };
}

/** Trains, and gives the figures of the last epoch. */
export async function run(
  { settings, seed }: Pick<Trial<ReportTraining>, "settings" | "seed">,
  digits: Digits,
  onProgress: (done: number) => void,
): Promise<Omit<HistoryRow, "epoch">> {
  const { network, phases, order, augmented, randomState } = settings;
  const { train, validation } = prepare(digits, randomState);
  const model = await build(network, seed);
  const seeds = new SeedSequence(seed).generateState(phases.length);
  // With the same seed, a call of `fit` for one epoch takes the examples in the same order.
  const calls = phases.flatMap(({ epochs, batchSize }, i) =>
    order === "new"
      ? [{ epochs, batchSize, seed: seeds[i]! }]
      : Array.from({ length: epochs }, () => ({ epochs: 1, batchSize, seed: seeds[i]! }))
  );
  const epochsInAll = calls.reduce((sum, { epochs }) => sum + epochs, 0);
  let epochsDone = 0;
  let last: HistoryRow | undefined;
  for (const call of calls) {
    const { history } = await fit(
      model,
      train,
      validation,
      { ...call, ...(augmented && { augmentation: AUGMENTATION }) },
      ({ epoch, batch, batchesPerEpoch }) =>
        onProgress((epochsDone + epoch - 1 + batch / batchesPerEpoch) / epochsInAll),
    );
    epochsDone += call.epochs;
    last = history.at(-1);
  }
  model.optimizer.dispose();
  model.dispose();
  const { epoch: _, ...figures } = last!;
  return figures;
}

/** Builds a network, compiled as the report says: Adam and categorical cross-entropy. */
export async function build(
  { convolutions, kernelSize, padding, dense }: Network,
  seed: number,
): Promise<tf.Sequential> {
  const model = tf.sequential();
  const options = { activation: "relu", kernelInitializer: "glorotUniform" } as const;
  const input = { inputShape: [IMAGE_SIZE, IMAGE_SIZE, 1] };
  convolutions.forEach((filters, i) =>
    model.add(
      filters === "pool"
        ? tf.layers.maxPooling2d({ poolSize: 2 })
        : tf.layers.conv2d({ ...i === 0 ? input : {}, ...options, filters, kernelSize, padding }),
    )
  );
  model.add(tf.layers.flatten());
  model.add(tf.layers.dense({ ...options, units: dense }));
  model.add(tf.layers.dense({ ...options, units: CLASSES, activation: "softmax" }));
  model.compile({
    optimizer: tf.train.adam(0.001, 0.9, 0.999, 1e-7),
    loss: "categoricalCrossentropy",
    metrics: ["accuracy"],
  });
  await seedWeights(model, seed);
  return model;
}
