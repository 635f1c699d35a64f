import { CLASSES, PIXELS } from "lib/digits.ts";
import type { Evaluation, Examples } from "lib/model/mod.ts";

/** An image that a model reads wrong. */
export interface Mistake {
  /** Its row among the examples, from 0. */
  readonly row: number;
  /** `[28, 28]` in 0..1. */
  readonly image: Float32Array;
  /** The label. */
  readonly actual: number;
  /** What the model read. */
  readonly predicted: number;
  /** Probability that the model gave to the predicted digit, 0..1. */
  readonly confidence: number;
}

/** What a model read wrong, the most confident first. */
export function findMistakes(
  { predictions, probabilities }: Evaluation,
  { images, labels }: Examples,
): Mistake[] {
  const mistakes: Mistake[] = [];
  labels.forEach((actual, row) => {
    const predicted = predictions[row]!;
    if (predicted === actual) return;
    const image = images.subarray(row * PIXELS, (row + 1) * PIXELS);
    const confidence = probabilities[row * CLASSES + predicted]!;
    mistakes.push({ row, image, actual, predicted, confidence });
  });
  return mistakes.sort((a, b) => b.confidence - a.confidence || a.row - b.row);
}
