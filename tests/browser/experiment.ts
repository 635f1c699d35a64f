/** What is computed both in the page and in Deno: a few steps of the report's network. */
import * as tf from "@tensorflow/tfjs";
import type { SimdBackend } from "lib/backend/backend.ts";
import "lib/backend/mod.ts";
import { CLASSES, IMAGE_SIZE } from "lib/dataset/types.ts";
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

/** Trains on noise and predicts, on all threads that there are. */
export async function trainAndPredict(): Promise<Outcome> {
  await tf.setBackend("simd");
  const random = new RandomState(1);
  const pixels = Float32Array.from(
    { length: BATCH * IMAGE_SIZE * IMAGE_SIZE },
    () => random.randomSample(),
  );
  const x = tf.tensor4d(pixels, [BATCH, IMAGE_SIZE, IMAGE_SIZE, 1]);
  const labels = Array.from({ length: BATCH }, (_, i) => i % CLASSES);
  const y = tf.oneHot(tf.tensor1d(labels, "int32"), CLASSES);
  const model = await buildCnn({ seed: 1 });
  const losses: number[] = [];
  for (let step = 0; step < STEPS; step++) {
    const [loss] = await model.trainOnBatch(x, y) as number[];
    losses.push(loss!);
  }
  const predictions = Array.from((model.predictOnBatch(x) as tf.Tensor).dataSync());
  const { pool } = tf.backend() as SimdBackend;
  return { threads: pool.threads, losses, predictions };
}
