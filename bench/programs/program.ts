import type * as tf from "@tensorflow/tfjs";

/** A program as people write it with TensorFlow.js, on examples that are made up. */
export interface Program {
  /** Its folder in github.com/tensorflow/tfjs-examples, or where a converted model comes from. */
  readonly name: string;
  /** What a step is. */
  readonly what: string;
  readonly batch: number;
  /** Examples that the backend `cpu` takes in a step where the whole batch would take very long. */
  readonly cpuBatch?: number;
  /** Makes it on TensorFlow.js's current backend. */
  build(batch: number): Running | Promise<Running>;
}

/** A program on one backend. */
export interface Running {
  /** What has weights: each starts from the same ones on all backends. */
  readonly models: readonly tf.LayersModel[];
  /** Does a step and gives a number that all backends must agree on, such as the loss. */
  step(): number | Promise<number>;
}
