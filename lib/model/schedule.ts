import type * as tf from "@tensorflow/tfjs";
import { InputError } from "lib/errors.ts";

/** How the learning rate changes over a training, from its first step to its last. */
export type LearningRateSchedule =
  /**
   * PyTorch's `OneCycleLR` (Smith and Topin 2018): up from `maxLearningRate / divFactor` to
   * `maxLearningRate` and down to the `finalDivFactor`-th part of where it began, both along a cosine.
   */
  | {
    readonly name: "oneCycle";
    readonly maxLearningRate: number;
    /** Share of the steps in which it rises, above 0 and below 1. Default: 0.3. */
    readonly pctStart?: number;
    /** Default: 25. */
    readonly divFactor?: number;
    /** Default: 10,000. */
    readonly finalDivFactor?: number;
  }
  /**
   * Keras's `CosineDecay` over all steps: down from `initialLearningRate` to the share `alpha` of it.
   */
  | {
    readonly name: "cosineDecay";
    readonly initialLearningRate: number;
    /** Default: 0. */
    readonly alpha?: number;
  };

/**
 * The learning rate at a point of a training.
 *
 * @param step From 0 to `steps - 1`: steps, or epochs and parts of them.
 * @param steps As many as there are in all.
 */
export function learningRateAt(
  schedule: LearningRateSchedule,
  step: number,
  steps: number,
): number {
  if (schedule.name === "cosineDecay") {
    const { initialLearningRate, alpha = 0 } = schedule;
    return cosine(initialLearningRate, alpha * initialLearningRate, step / steps);
  }
  const { maxLearningRate, pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4 } = schedule;
  const first = maxLearningRate / divFactor;
  const top = pctStart * steps - 1;
  return step <= top
    ? cosine(first, maxLearningRate, step / top)
    : cosine(maxLearningRate, first / finalDivFactor, (step - top) / (steps - 1 - top));
}

/** From `start` at 0 to `end` at 1 along half a period of a cosine. */
function cosine(start: number, end: number, share: number): number {
  return end + (start - end) / 2 * (1 + Math.cos(Math.PI * share));
}

/** @throws {InputError} If a schedule makes no sense. */
export function checkSchedule(schedule: LearningRateSchedule): void {
  const isCycle = schedule.name === "oneCycle";
  const [name, rate] = isCycle
    ? ["maxLearningRate", schedule.maxLearningRate]
    : ["initialLearningRate", schedule.initialLearningRate];
  if (!(rate > 0 && rate < Infinity)) {
    throw new InputError(`\`${name}\` is ${rate}; expected a number above 0.`);
  }
  const { pctStart = 0.3 } = isCycle ? schedule : {};
  if (!(pctStart > 0 && pctStart < 1)) {
    throw new InputError(`\`pctStart\` is ${pctStart}; expected a share between 0 and 1.`);
  }
}

/** Every optimizer of TensorFlow.js has the field, none but SGD's says so. */
type RatedOptimizer = tf.Optimizer & {
  learningRate: number;
  setLearningRate?: (learningRate: number) => void;
};

/** The learning rate of the next step. */
export function getLearningRate(optimizer: tf.Optimizer): number {
  return (optimizer as RatedOptimizer).learningRate;
}

/** Sets the learning rate of the next step. */
export function setLearningRate(optimizer: tf.Optimizer, learningRate: number): void {
  const rated = optimizer as RatedOptimizer;
  if (rated.setLearningRate) rated.setLearningRate(learningRate);
  else rated.learningRate = learningRate;
}
