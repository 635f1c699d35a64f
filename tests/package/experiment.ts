/** What is computed wherever the package runs: a few steps of the report's network. @module */
import * as tf from "@tensorflow/tfjs";
import type { SimdBackend } from "lib/backend/backend.ts";
import { CLASSES, IMAGE_SIZE } from "lib/digits.ts";
import { buildCnn } from "lib/model/cnn.ts";
import { RandomState } from "lib/random.ts";

const BATCH = 16;
const STEPS = 3;

export interface Outcome {
  readonly threads: number;
  /** One a step. */
  readonly losses: readonly number[];
  /** `[BATCH * CLASSES]` probabilities after the last step. */
  readonly predictions: readonly number[];
}

/** Noise, labelled 0 to 9 in turn. */
export function examples(): { x: tf.Tensor4D; y: tf.Tensor2D } {
  const random = new RandomState(1);
  const pixels = Float32Array.from(
    { length: BATCH * IMAGE_SIZE * IMAGE_SIZE },
    () => random.randomSample(),
  );
  const x = tf.tensor4d(pixels, [BATCH, IMAGE_SIZE, IMAGE_SIZE, 1]);
  const labels = Array.from({ length: BATCH }, (_, i) => i % CLASSES);
  return { x, y: tf.oneHot(tf.tensor1d(labels, "int32"), CLASSES) as tf.Tensor2D };
}

/** Trains and predicts on the backend `simd`, which must be registered, on all threads that there are. */
export async function trainAndPredict(): Promise<Outcome> {
  await tf.setBackend("simd");
  const { x, y } = examples();
  const model = await buildCnn({ seed: 1 });
  const losses: number[] = [];
  for (let step = 0; step < STEPS; step++) {
    const [loss] = await model.trainOnBatch(x, y) as number[];
    losses.push(loss!);
  }
  const predictions = Array.from((model.predictOnBatch(x) as tf.Tensor).dataSync());
  const { threads } = tf.backend() as SimdBackend;
  return { threads: threads.count, losses, predictions };
}
