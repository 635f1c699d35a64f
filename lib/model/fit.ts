import * as tf from "@tensorflow/tfjs";
import { CLASSES } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";
import { type Augmentation, imageBatches } from "lib/model/augmentation.ts";
import { AveragedWeights, type WeightAverage } from "lib/model/averaged_weights.ts";
import { evaluate, refuseTrainingImages } from "lib/model/evaluate.ts";
import { checkExamples, type Examples, hashImages, noteTraining } from "lib/model/examples.ts";
import {
  type FitState,
  restoreOptimizer,
  restoreTensors,
  storeOptimizer,
  storeTensors,
} from "lib/model/fit_state.ts";
import {
  checkSchedule,
  getLearningRate,
  learningRateAt,
  type LearningRateSchedule,
  setLearningRate,
} from "lib/model/schedule.ts";
import { epochStream, withRandom } from "lib/model/seeding.ts";
import { imageShape, imageTensor } from "lib/model/shapes.ts";
import { takeRows, toCategorical } from "lib/preprocessing/mod.ts";

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
  /** Epochs in all. */
  readonly epochs: number;
  /** Batches done in this epoch. */
  readonly batch: number;
  /** Batches in each epoch. */
  readonly batchesPerEpoch: number;
  /** Running means of this epoch. */
  readonly loss: number;
  /** Running mean of this epoch, 0..1. */
  readonly accuracy: number;
  /** Wall-clock time since the start of training. */
  readonly secondsElapsed: number;
  /** An estimate from the speed so far. */
  readonly secondsLeft: number;
  /** The epochs that are finished. */
  readonly history: History;
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
  /** One, or several that are applied one after the other. */
  readonly augmentation?: Augmentation | readonly Augmentation[];
  /** Default: the optimizer's own learning rate in every step. */
  readonly learningRateSchedule?: LearningRateSchedule;
  /**
   * Keras's `label_smoothing`: a training target gives up this share of its probability, 0..1, to be
   * spread over all digits. The training loss is measured so, the validation loss is not. Default: 0.
   */
  readonly labelSmoothing?: number;
  /** Validate and end with averages of the weights, not the last ones. Default: with the last. */
  readonly weightAverage?: WeightAverage;
  /** Default: train for all epochs. */
  readonly earlyStopping?: EarlyStopping;
}

/** Called at most five times a second and at the end of each epoch; awaited. */
export type OnProgress = (progress: FitProgress) => void | Promise<void>;

/** Where a training that is interrupted goes on. */
export interface Checkpoints {
  /** The state to go on from: of a training with the same parts, with the model as it began. */
  readonly start?: FitState;
  /** Called at the end of each epoch, awaited. */
  readonly save: (state: FitState) => Promise<void>;
}

/** What {@linkcode fit} gives. */
export interface FitResult {
  /** The figures of each epoch. */
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
  checkpoints?: Checkpoints,
): Promise<FitResult> {
  checkRun(model, train, validation, settings);
  const { epochs, batchSize, seed, learningRateSchedule: schedule } = settings;
  const { optimizer } = model;
  const size = train.labels.length;
  const batchesPerEpoch = Math.ceil(size / batchSize);
  noteTraining(model, hashImages(train.images));
  refuseTrainingImages(model, validation);

  const earlier = checkpoints?.start;
  if (earlier) {
    setWeights(model, restoreTensors(earlier.tensors.weights!));
    restoreOptimizer(optimizer, earlier);
  }
  const average = settings.weightAverage && new AveragedWeights(
    model,
    settings.weightAverage.momentum,
    earlier && restoreTensors(earlier.tensors.averages!),
  );
  const best = settings.earlyStopping && new BestEpoch(model, settings.earlyStopping, earlier);
  const history: HistoryRow[] = [...earlier?.history ?? []];
  const start = performance.now() - 1000 * (earlier?.seconds ?? 0);
  const secondsElapsed = (): number => (performance.now() - start) / 1000;
  let lastReport = performance.now();
  // The first step compiles kernels, so it does not count in the time that is left.
  const firstStep = history.length * batchesPerEpoch;
  let firstStepEnd = lastReport;
  const ownLearningRate = getLearningRate(optimizer);
  using batches = await imageBatches(train, {
    batchSize,
    seed,
    augmentations: [settings.augmentation ?? []].flat(),
  });

  for (let epoch = history.length + 1; epoch <= epochs && !best?.isOver; epoch++) {
    const order = epochStream(seed, "order", epoch).permutation(size);
    const layers = epochStream(seed, "layers", epoch);
    batches.start(epoch, order);
    let lossSum = 0;
    let accuracySum = 0;
    let seen = 0;
    const report = async (batch: number): Promise<void> => {
      lastReport = performance.now();
      const stepsDone = (epoch - 1) * batchesPerEpoch + batch;
      const seconds = (lastReport - firstStepEnd) / 1000;
      const secondsPerStep = seconds / Math.max(stepsDone - firstStep - 1, 1);
      await onProgress?.({
        epoch,
        epochs,
        batch,
        batchesPerEpoch,
        loss: lossSum / seen,
        accuracy: accuracySum / seen,
        secondsElapsed: secondsElapsed(),
        secondsLeft: secondsPerStep * (epochs * batchesPerEpoch - stepsDone),
        history: [...history],
      });
      // Training awaits only settled promises; a timer lets messages and signals through.
      await new Promise((resolve) => setTimeout(resolve, 0));
    };

    for (let batch = 0; batch < batchesPerEpoch; batch++) {
      const step = (epoch - 1) * batchesPerEpoch + batch;
      if (schedule) {
        setLearningRate(optimizer, learningRateAt(schedule, step, epochs * batchesPerEpoch));
      }
      const rows = order.subarray(batch * batchSize, (batch + 1) * batchSize);
      const x = imageTensor(model, batches.next());
      const y = targets(model, takeRows(train.labels, rows), settings.labelSmoothing);
      const [loss, accuracy] = await withRandom(layers, () => model.trainOnBatch(x, y)) as [
        number,
        number,
      ];
      tf.dispose([x, y]);
      if (!Number.isFinite(loss)) {
        throw new InputError(
          `The loss is ${loss} in step ${batch + 1} of epoch ${epoch}: the training diverged. ` +
            "A lower learning rate is the usual remedy; check that all images are numbers, too.",
        );
      }
      average?.update(step);
      lossSum += loss * rows.length;
      accuracySum += accuracy * rows.length;
      seen += rows.length;
      const isLast = batch + 1 === batchesPerEpoch; // reported below, with the validation figures
      if (step === firstStep) firstStepEnd = performance.now();
      else if (!isLast && performance.now() - lastReport >= PROGRESS_INTERVAL_MS) {
        await report(batch + 1);
      }
    }
    average?.swap();
    const { loss: valLoss, accuracy: valAccuracy } = evaluate(model, validation);
    history.push({
      epoch,
      loss: lossSum / seen,
      accuracy: accuracySum / seen,
      valLoss: valLoss + penalty(model),
      valAccuracy,
    });
    best?.observe(history.at(-1)!);
    average?.swap();
    await checkpoints?.save({
      history: [...history],
      seconds: secondsElapsed(),
      iterations: optimizer.iterations,
      tensors: {
        weights: storeTensors(model.getWeights()),
        averages: storeTensors(average?.averages ?? []),
        best: storeTensors(best?.weights ?? []),
        ...storeOptimizer(optimizer),
      },
    });
    await report(batchesPerEpoch);
  }
  average?.swap();
  average?.dispose();
  setLearningRate(optimizer, ownLearningRate);
  return { history, keptEpoch: best?.end() ?? history.length };
}

/** Gives a model weights, and disposes of them. */
function setWeights(model: tf.LayersModel, weights: tf.Tensor[]): void {
  model.setWeights(weights);
  tf.dispose(weights);
}

/** Watches for the best epoch, and keeps its weights where they are wanted at the end. */
class BestEpoch {
  isOver = false;
  readonly #options: Required<EarlyStopping>;
  #best: { readonly epoch: number; readonly value: number } | undefined;
  #last = 0;
  #weights: tf.Tensor[] = [];

  /** @param earlier A training that this one goes on with. */
  constructor(readonly model: tf.LayersModel, options: EarlyStopping, earlier?: FitState) {
    this.#options = {
      monitor: "valLoss",
      patience: 0,
      minDelta: 0,
      restoreBestWeights: false,
      ...options,
    };
    for (const row of earlier?.history ?? []) this.#judge(row);
    this.#weights = restoreTensors(earlier?.tensors.best ?? []);
  }

  /** Those of the best epoch, if they are wanted. */
  get weights(): readonly tf.Tensor[] {
    return this.#weights;
  }

  /** Takes in an epoch after which the model has the weights that were validated. */
  observe(row: HistoryRow): void {
    if (!this.#judge(row) || !this.#options.restoreBestWeights) return;
    tf.dispose(this.#weights);
    this.#weights = this.model.getWeights().map((weight) => weight.clone());
  }

  /** Whether an epoch is the best so far. */
  #judge(row: HistoryRow): boolean {
    const { monitor, patience, minDelta } = this.#options;
    const value = /accuracy/i.test(monitor) ? -row[monitor] : row[monitor];
    this.#last = row.epoch;
    if (this.#best === undefined || value < this.#best.value - minDelta) {
      this.#best = { epoch: row.epoch, value };
      return true;
    }
    if (row.epoch - this.#best.epoch >= patience) this.isOver = true;
    return false;
  }

  /** Puts the best weights back if they are wanted; the epoch whose weights the model has. */
  end(): number {
    if (!this.#options.restoreBestWeights) return this.#last;
    setWeights(this.model, this.#weights);
    return this.#best!.epoch;
  }
}

/** Labels as the model's loss takes them. */
function targets(model: tf.LayersModel, labels: Uint8Array, smoothing = 0): tf.Tensor {
  if (model.loss === "sparseCategoricalCrossentropy") {
    return tf.tensor2d(Float32Array.from(labels), [labels.length, 1]);
  }
  const oneHot = toCategorical(labels, CLASSES);
  const smooth = smoothing === 0
    ? oneHot
    : oneHot.map((value) => value * (1 - smoothing) + smoothing / CLASSES);
  return tf.tensor2d(smooth, [labels.length, CLASSES]);
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
  if (settings.labelSmoothing && model.loss !== "categoricalCrossentropy") {
    throw new InputError('`labelSmoothing` needs the loss "categoricalCrossentropy".');
  }
  checkExamples(train, "train");
  checkExamples(validation, "validation");
}

function checkSettings(settings: FitSettings): void {
  const { epochs, batchSize, earlyStopping, labelSmoothing = 0, weightAverage } = settings;
  for (const [name, value] of Object.entries({ epochs, batchSize })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new InputError(`\`${name}\` is ${value}; expected a whole number, 1 or more.`);
    }
  }
  for (
    const [name, share] of Object.entries({
      labelSmoothing,
      "weightAverage.momentum": weightAverage?.momentum ?? 0,
    })
  ) {
    if (!(share >= 0 && share < 1)) {
      throw new InputError(`\`${name}\` is ${share}; expected a share from 0 to below 1.`);
    }
  }
  if (settings.learningRateSchedule) checkSchedule(settings.learningRateSchedule);
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
