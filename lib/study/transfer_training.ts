/**
 * Trains the report's network with some real digits: from scratch, or on from a training with
 * synthetic ones.
 *
 * @module
 */
import type * as tf from "@tensorflow/tfjs";
import { SYNTHETIC } from "lib/dataset/mod.ts";
import { PIXELS } from "lib/digits.ts";
import { prepareExamples, REPORT_SPLIT } from "lib/experiment/mod.ts";
import { sha256 } from "lib/files.ts";
import { buildCnn, evaluate, type Examples, fit, head } from "lib/model/mod.ts";
import { takeRows } from "lib/preprocessing/mod.ts";
import { RandomState } from "lib/random.ts";
import type { Trial, TrialData } from "lib/study/study.ts";

/** What a trial is told. */
export type Transfer = {
  /** What the network was trained with before: nothing, or as many synthetic digits as there are real ones. */
  readonly start: "scratch" | "synthetic";
  /** Real digits to train with: the seed draws them from the training rows. 0: none. */
  readonly rows: number;
  /** Times that each of them is seen. */
  readonly epochs: number;
};

/** What a trial gives, on the report's validation rows. */
export type TransferFigures = {
  /** Mean cross-entropy in nats. */
  readonly valLoss: number;
  /** Fraction read right, 0..1. */
  readonly valAccuracy: number;
};

/** The report's. */
const BATCH_SIZE = 64;
/** Times that each synthetic digit is seen. */
const SYNTHETIC_EPOCHS = 3;

/** What all trials of a process work with. */
export interface TransferData {
  readonly train: Examples;
  readonly validation: Examples;
  readonly synthetic: Examples;
  /** Weights after the training with synthetic digits, by seed: trials with the same seed share them. */
  readonly pretrained: Map<number, tf.Tensor[]>;
}

/** The report's rows, and as many synthetic digits. */
export async function load(): Promise<TrialData<TransferData>> {
  const real = await prepareExamples(REPORT_SPLIT, { quick: false });
  const drawn = await prepareExamples(REPORT_SPLIT, { quick: false }, SYNTHETIC);
  const { train, validation } = real;
  return {
    data: { train, validation, synthetic: drawn.train, pretrained: new Map() },
    identity: {
      imagesSha256: sha256(real.images),
      labelsSha256: sha256(new Uint8Array([...train.labels, ...validation.labels])),
      syntheticSha256: sha256(drawn.images),
    },
  };
}

export async function run(
  { settings: { start, rows, epochs }, seed }: Pick<Trial<Transfer>, "settings" | "seed">,
  data: TransferData,
  onProgress: (done: number) => void,
): Promise<TransferFigures> {
  const model = await buildCnn({ seed });
  if (start === "synthetic") model.setWeights(await pretrainedWeights(data, seed));
  if (rows > 0) {
    await fit(
      model,
      draw(data.train, rows, seed),
      head(data.validation, 1), // Nobody looks at the figures of an epoch.
      { epochs, batchSize: BATCH_SIZE, seed },
      ({ epoch, batch, batchesPerEpoch }) =>
        onProgress((epoch - 1 + batch / batchesPerEpoch) / epochs),
    );
  }
  const { loss, accuracy } = evaluate(model, data.validation);
  model.optimizer.dispose();
  model.dispose();
  return { valLoss: loss, valAccuracy: accuracy };
}

/** The network's weights when it knows synthetic digits and has seen no real one. */
async function pretrainedWeights(
  { synthetic, validation, pretrained }: TransferData,
  seed: number,
): Promise<tf.Tensor[]> {
  const known = pretrained.get(seed);
  if (known !== undefined) return known;
  const model = await buildCnn({ seed });
  const settings = { epochs: SYNTHETIC_EPOCHS, batchSize: BATCH_SIZE, seed };
  await fit(model, synthetic, head(validation, 1), settings);
  const weights = model.getWeights().map((weight) => weight.clone());
  model.optimizer.dispose();
  model.dispose();
  pretrained.set(seed, weights);
  return weights;
}

/** Examples drawn by a seed: a smaller number of them is a part of a larger one. */
function draw({ images, labels }: Examples, count: number, seed: number): Examples {
  const rows = new RandomState(seed).permutation(labels.length).subarray(0, count);
  return { images: takeRows(images, rows, PIXELS), labels: takeRows(labels, rows) };
}
