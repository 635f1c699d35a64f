/**
 * Trains the report's network with one idea of what to try next, or without any.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { CLASSES, IMAGE_SIZE, PIXELS } from "lib/digits.ts";
import { prepareExamples, REPORT_SPLIT } from "lib/experiment/mod.ts";
import { sha256 } from "lib/files.ts";
import {
  calibrationCurve,
  expectedCalibrationError,
  fitTemperature,
  scaleTemperature,
} from "lib/metrics/mod.ts";
import {
  AdamW,
  evaluate,
  type Evaluation,
  type Examples,
  fit,
  head,
  judge,
  type LearningRateSchedule,
  MOVED_BY_A_PIXEL,
  RECIPES,
  seedWeights,
} from "lib/model/mod.ts";
import { ImageDataGenerator, type ImageDataGeneratorOptions } from "lib/preprocessing/mod.ts";
import type { Trial, TrialData } from "lib/study/study.ts";

/** What a trial is told: the report's network and training, where nothing else is said. */
export type LookingAhead = {
  /** The first so many of the training rows are trained on. */
  readonly rows: number;
  /** Times that each image is seen. */
  readonly epochs: number;
  /** Images in a step. */
  readonly batchSize: number;
  /** The network of this recipe in place of the report's with the changes below. */
  readonly network?: "fast";
  /** Filters of the convolutions that 2 x 2 pooling follows. */
  readonly filters: readonly number[];
  /** Filters of one more convolution at the end; none if absent. */
  readonly deeper?: number;
  /** Normalise what each layer gives, before its ReLU. */
  readonly batchNormalization?: boolean;
  /** Rate before the last layer. */
  readonly dropout?: number;
  /** Keras's `ImageDataGenerator`, by its options. */
  readonly augmentation?: Omit<ImageDataGeneratorOptions, "zoomRange"> & {
    readonly [option: string]: number | string;
  };
  /** AdamW's. */
  readonly weightDecay?: number;
  /** As in `FitSettings`. */
  readonly labelSmoothing?: number;
  /** As in `FitSettings`. */
  readonly learningRateSchedule?: LearningRateSchedule & {
    readonly [key: string]: string | number;
  };
  /** As in `FitSettings`. */
  readonly weightAverage?: { readonly momentum: number };
  /** Epochs without a lower loss on a tenth of the training rows, which are not trained on then. */
  readonly patience?: number;
  /** Look at each validation digit several times, too. */
  readonly views?: boolean;
};

/** What a trial gives, on the report's validation rows unless it says otherwise. */
export type LookingAheadFigures = {
  /** Of the kept epoch, on the training rows. */
  readonly loss: number;
  /** Likewise. */
  readonly accuracy: number;
  /** Mean cross-entropy in nats. */
  readonly valLoss: number;
  /** Fraction read right, 0..1. */
  readonly valAccuracy: number;
  /** The epoch whose weights were kept. */
  readonly keptEpoch: number;
  /** Validation accuracy of the mean over five views, where they were asked for. */
  readonly viewsAccuracy?: number;
  /** Expected calibration error, 0..1. */
  readonly calibrationError: number;
  /** The same, with the temperature that the other half of the rows gave. */
  readonly scaledCalibrationError: number;
  /** Validation loss with that temperature. */
  readonly scaledLoss: number;
  /** Mean of the temperatures of the two halves. */
  readonly temperature: number;
};

interface Data {
  readonly train: Examples;
  readonly validation: Examples;
}

/** The report's rows. */
export async function load(): Promise<TrialData<Data>> {
  const { train, validation, images } = await prepareExamples(REPORT_SPLIT, { quick: false });
  return {
    data: { train, validation },
    identity: {
      imagesSha256: sha256(images),
      labelsSha256: sha256(new Uint8Array([...train.labels, ...validation.labels])),
    },
  };
}

export async function run(
  { settings, seed }: Pick<Trial<LookingAhead>, "settings" | "seed">,
  { train, validation }: Data,
  onProgress: (done: number) => void,
): Promise<LookingAheadFigures> {
  const { epochs, batchSize, augmentation, patience, labelSmoothing } = settings;
  const { learningRateSchedule, weightAverage } = settings;
  const model = settings.network === undefined
    ? await build(settings, seed)
    : await RECIPES[settings.network].build(seed);
  const used = head(train, settings.rows);
  // Nobody looks at the figures after each epoch, unless they say when to stop.
  const rows = patience === undefined
    ? { most: used, tenth: head(validation, 1) }
    : withoutTenth(used);
  const { history, keptEpoch } = await fit(
    model,
    rows.most,
    rows.tenth,
    {
      epochs,
      batchSize,
      seed,
      ...(augmentation && { augmentation: new ImageDataGenerator(augmentation) }),
      ...(labelSmoothing && { labelSmoothing }),
      ...(learningRateSchedule && { learningRateSchedule }),
      ...(weightAverage && { weightAverage }),
      ...(patience && { earlyStopping: { patience, restoreBestWeights: true } }),
    },
    ({ epoch, batch, batchesPerEpoch }) =>
      onProgress((epoch - 1 + batch / batchesPerEpoch) / epochs),
  );
  const evaluation = evaluate(model, validation);
  const figures = {
    loss: history[keptEpoch - 1]!.loss,
    accuracy: history[keptEpoch - 1]!.accuracy,
    valLoss: evaluation.loss,
    valAccuracy: evaluation.accuracy,
    keptEpoch,
    ...(settings.views && {
      viewsAccuracy: evaluate(model, validation, { views: MOVED_BY_A_PIXEL }).accuracy,
    }),
    ...calibrationOf(evaluation, validation.labels),
  };
  model.optimizer.dispose();
  model.dispose();
  return figures;
}

/** Training examples in two parts: nine tenths, and the last tenth. */
function withoutTenth({ images, labels }: Examples): { most: Examples; tenth: Examples } {
  const cut = Math.floor(0.9 * labels.length);
  return {
    most: { images: images.subarray(0, cut * PIXELS), labels: labels.subarray(0, cut) },
    tenth: { images: images.subarray(cut * PIXELS), labels: labels.subarray(cut) },
  };
}

/** Calibration before temperature scaling, and after: each half gets the temperature of the other. */
function calibrationOf(
  { probabilities }: Evaluation,
  labels: Uint8Array,
): Pick<
  LookingAheadFigures,
  "calibrationError" | "scaledCalibrationError" | "scaledLoss" | "temperature"
> {
  const half = labels.length >> 1;
  const parts = [[0, half], [half, labels.length]] as const;
  const scaled = new Float32Array(probabilities.length);
  const temperatures = parts.map(([start, end], i) => {
    const [from, to] = parts[1 - i]!;
    const temperature = fitTemperature(
      labels.subarray(from, to),
      probabilities.subarray(from * CLASSES, to * CLASSES),
    );
    const own = probabilities.subarray(start * CLASSES, end * CLASSES);
    scaled.set(scaleTemperature(own, CLASSES, temperature), start * CLASSES);
    return temperature;
  });
  const error = (of: Float32Array): number =>
    expectedCalibrationError(calibrationCurve(labels, of));
  return {
    calibrationError: error(probabilities),
    scaledCalibrationError: error(scaled),
    scaledLoss: judge(scaled, labels).loss,
    temperature: (temperatures[0]! + temperatures[1]!) / 2,
  };
}

/** The report's network, changed as the settings say. */
async function build(
  { filters, deeper, batchNormalization, dropout, weightDecay = 0 }: LookingAhead,
  seed: number,
): Promise<tf.Sequential> {
  const { layers } = tf;
  const kernelInitializer = "glorotUniform";
  const model = tf.sequential();
  const input = { inputShape: [IMAGE_SIZE, IMAGE_SIZE, 1] };
  const activate = (): void => {
    if (batchNormalization) model.add(layers.batchNormalization({ momentum: 0.9 }));
    model.add(layers.reLU());
  };
  const convolve = (filters: number, first: boolean): void => {
    const options = { filters, kernelSize: 3, kernelInitializer } as const;
    model.add(layers.conv2d({ ...first ? input : {}, ...options }));
    activate();
  };
  filters.forEach((count, i) => {
    convolve(count, i === 0);
    model.add(layers.maxPooling2d({ poolSize: 2 }));
  });
  if (deeper !== undefined) convolve(deeper, false);
  model.add(layers.flatten());
  model.add(layers.dense({ units: 128, kernelInitializer }));
  activate();
  if (dropout !== undefined) model.add(layers.dropout({ rate: dropout }));
  model.add(layers.dense({ units: CLASSES, activation: "softmax", kernelInitializer }));
  model.compile({
    optimizer: new AdamW({ learningRate: 0.001, weightDecay }),
    loss: "categoricalCrossentropy",
    metrics: ["accuracy"],
  });
  await seedWeights(model, seed);
  return model;
}
