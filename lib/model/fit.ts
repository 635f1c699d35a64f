import * as tf from "@tensorflow/tfjs";
import { CLASSES, PIXELS } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";
import { evaluate, refuseTrainingImages } from "lib/model/evaluate.ts";
import { checkExamples, type Examples, hashImages, noteTraining } from "lib/model/examples.ts";
import { type Streams, streamsOf, withRandom } from "lib/model/seeding.ts";
import { imageShape, imageTensor } from "lib/model/shapes.ts";
import { takeRows, toCategorical } from "lib/preprocessing/mod.ts";
import type { RandomState } from "lib/random.ts";

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

/** One row per epoch. */
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

/** Changes each training image each time that it is used, as `ImageDataGenerator` does. */
export interface Augmentation {
  /** `[28, 28]` in 0..1 to the same; whatever is random comes from the stream. */
  randomTransform(image: Float32Array, random: RandomState): Float32Array;
}

/** Keras's `EarlyStopping`: its names, its meaning, its defaults. */
export interface EarlyStopping {
  /** The figure that has to improve. Default: `valLoss`. */
  readonly monitor?: Exclude<keyof HistoryRow, "epoch">;
  /** Epochs without improvement after which training stops. Default: 0. */
  readonly patience?: number;
  /** What counts as an improvement. Default: 0. */
  readonly minDelta?: number;
  /** End with the weights of the best epoch, not the last. Default: false. */
  readonly restoreBestWeights?: boolean;
}

/** What decides a training run beside model and examples. */
export interface FitSettings {
  /** Times that each training image is seen. */
  readonly epochs: number;
  /** Images in a step of the optimizer. */
  readonly batchSize: number;
  /** Decides the order of the examples, dropout masks and augmentation: 0 to 2^32 - 1. */
  readonly seed: number;
  readonly augmentation?: Augmentation;
  readonly earlyStopping?: EarlyStopping;
}

/** Called at most five times a second and at the end of each epoch; awaited. */
export type OnProgress = (progress: FitProgress) => void | Promise<void>;

/** What {@linkcode fit} gives. */
export interface FitResult {
  readonly history: HistoryRow[];
  /** The epoch whose weights the model has: the last, unless `restoreBestWeights` chose another. */
  readonly keptEpoch: number;
}

const PROGRESS_INTERVAL_MS = 200;

/**
 * Trains a compiled classifier and evaluates it on the validation examples after every epoch.
 *
 * Does what Keras's `Model.fit(x, y, shuffle=True)` does, with a new order of the examples in every
 * epoch. Everything random comes from the seed, where TensorFlow.js's own `fit` calls `Math.random`.
 *
 * @param model Maps 784 values to 10 probabilities; compiled with the loss `categoricalCrossentropy`
 * or `sparseCategoricalCrossentropy` and `metrics: ["accuracy"]`.
 * @throws {InputError} If a setting makes no sense, the model does not fit, validation images are
 * among the training images, or the loss is no number any more.
 */
export async function fit(
  model: tf.LayersModel,
  train: Examples,
  validation: Examples,
  settings: FitSettings,
  onProgress?: OnProgress,
): Promise<FitResult> {
  checkRun(model, train, validation, settings);
  const { epochs, batchSize, seed, augmentation } = settings;
  const size = train.labels.length;
  const batchesPerEpoch = Math.ceil(size / batchSize);
  const streams = streamsOf(seed);
  const history: HistoryRow[] = [];
  const best = settings.earlyStopping && new BestEpoch(model, settings.earlyStopping);
  const start = performance.now();
  let lastReport = start;
  noteTraining(model, hashImages(train.images));
  refuseTrainingImages(model, validation);

  for (let epoch = 1; epoch <= epochs && !best?.isOver; epoch++) {
    const order = streams.order.permutation(size);
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
      const [loss, accuracy] = await trainOnRows(model, train, rows, augmentation, streams);
      if (!Number.isFinite(loss)) {
        throw new InputError(
          `The loss is ${loss} in step ${batch + 1} of epoch ${epoch}: the training diverged. ` +
            "A lower learning rate is the usual remedy; check that all images are numbers, too.",
        );
      }
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
      valLoss: valLoss + penalty(model),
      valAccuracy,
    });
    best?.observe(history.at(-1)!);
    await report(batchesPerEpoch);
  }
  return { history, keptEpoch: best?.end() ?? history.length };
}

/** Watches for the best epoch, and keeps its weights where they are wanted at the end. */
class BestEpoch {
  isOver = false;
  readonly #options: Required<EarlyStopping>;
  #best: { readonly epoch: number; readonly value: number } | undefined;
  #last = 0;
  #weights: tf.Tensor[] = [];

  constructor(readonly model: tf.LayersModel, options: EarlyStopping) {
    this.#options = {
      monitor: "valLoss",
      patience: 0,
      minDelta: 0,
      restoreBestWeights: false,
      ...options,
    };
  }

  observe(row: HistoryRow): void {
    const { monitor, patience, minDelta, restoreBestWeights } = this.#options;
    const value = /accuracy/i.test(monitor) ? -row[monitor] : row[monitor];
    this.#last = row.epoch;
    if (this.#best === undefined || value < this.#best.value - minDelta) {
      this.#best = { epoch: row.epoch, value };
      if (!restoreBestWeights) return;
      tf.dispose(this.#weights);
      this.#weights = this.model.getWeights().map((weight) => weight.clone());
    } else if (row.epoch - this.#best.epoch >= patience) {
      this.isOver = true;
    }
  }

  /** Puts the best weights back if they are wanted; the epoch whose weights the model has. */
  end(): number {
    if (!this.#options.restoreBestWeights) return this.#last;
    this.model.setWeights(this.#weights);
    tf.dispose(this.#weights);
    return this.#best!.epoch;
  }
}

/** One optimizer step on the given rows; gives the batch's mean loss and accuracy. */
async function trainOnRows(
  model: tf.LayersModel,
  examples: Examples,
  rows: Int32Array,
  augmentation: Augmentation | undefined,
  { layers, augmentation: random }: Streams,
): Promise<[loss: number, accuracy: number]> {
  const images = takeRows(examples.images, rows, PIXELS);
  if (augmentation !== undefined) {
    for (let start = 0; start < images.length; start += PIXELS) {
      const image = images.subarray(start, start + PIXELS);
      image.set(augmentation.randomTransform(image, random));
    }
  }
  const x = imageTensor(model, images);
  const y = targets(model, takeRows(examples.labels, rows));
  const figures = await withRandom(layers, () => model.trainOnBatch(x, y)) as [number, number];
  tf.dispose([x, y]);
  return figures;
}

/** Labels as the model's loss takes them. */
function targets(model: tf.LayersModel, labels: Uint8Array): tf.Tensor {
  if (model.loss === "sparseCategoricalCrossentropy") {
    return tf.tensor2d(Float32Array.from(labels), [labels.length, 1]);
  }
  return tf.tensor2d(toCategorical(labels, CLASSES), [labels.length, CLASSES]);
}

/** What regularizers add to the loss: Keras counts it in validation, too. */
function penalty(model: tf.LayersModel): number {
  return tf.tidy(() => model.calculateLosses().reduce((sum, loss) => sum + loss.dataSync()[0]!, 0));
}

/** @throws {InputError} Unless {@linkcode fit} can train so. */
export function checkRun(
  model: tf.LayersModel,
  train: Examples,
  validation: Examples,
  settings: FitSettings,
): void {
  checkSettings(settings);
  checkModel(model);
  checkExamples(train, "train");
  checkExamples(validation, "validation");
}

function checkSettings({ epochs, batchSize, earlyStopping }: FitSettings): void {
  for (const [name, value] of Object.entries({ epochs, batchSize })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new InputError(`\`${name}\` is ${value}; expected a whole number, 1 or more.`);
    }
  }
  const { patience = 0, minDelta = 0 } = earlyStopping ?? {};
  if (!Number.isInteger(patience) || patience < 0) {
    throw new InputError(`\`patience\` is ${patience}; expected a whole number, 0 or more.`);
  }
  if (!(minDelta >= 0)) {
    throw new InputError(`\`minDelta\` is ${minDelta}; expected a number, 0 or more.`);
  }
}

const LOSSES = ["categoricalCrossentropy", "sparseCategoricalCrossentropy"];

function checkModel(model: tf.LayersModel): void {
  imageShape(model);
  // A model that is not compiled has neither.
  const { loss, metrics = [] } = model as { loss?: unknown; metrics?: unknown };
  if (loss === undefined) {
    throw new InputError(
      "The model is not compiled; call `model.compile({ optimizer, loss, metrics })` first.",
    );
  }
  if (!LOSSES.includes(loss as string)) {
    throw new InputError(
      `The model's loss is ${JSON.stringify(loss) ?? "a function"}; ` +
        `expected "${LOSSES.join('" or "')}".`,
    );
  }
  if (
    !Array.isArray(metrics) || metrics.length !== 1 || !["accuracy", "acc"].includes(metrics[0])
  ) {
    throw new InputError(
      `The model's metrics are ${JSON.stringify(metrics)}; expected \`metrics: ["accuracy"]\`.`,
    );
  }
}
