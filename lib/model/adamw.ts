import * as tf from "@tensorflow/tfjs";

/** Options of {@linkcode AdamW}; names and defaults are Keras's. */
export interface AdamWOptions {
  /** Default: 0.001. */
  readonly learningRate?: number;
  /** What a weight loses in a step, as a multiple of the learning rate. Default: 0.004. */
  readonly weightDecay?: number;
  /** Default: 0.9. */
  readonly beta1?: number;
  /** Default: 0.999. */
  readonly beta2?: number;
  /** Default: 1e-7. */
  readonly epsilon?: number;
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019), which TensorFlow.js lacks: before
 * each step of Adam every kernel is multiplied by `1 - learningRate * weightDecay`. Vectors, that is
 * biases and the scales and offsets of batch normalisation, do not decay.
 */
export class AdamW extends tf.AdamOptimizer {
  /** Its name in a saved model. */
  static override get className(): string {
    return "AdamW";
  }

  readonly #weightDecay: number;

  /** An optimizer with the options of Keras. */
  constructor(
    { learningRate = 0.001, weightDecay = 0.004, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 }:
      AdamWOptions = {},
  ) {
    super(learningRate, beta1, beta2, epsilon);
    this.#weightDecay = weightDecay;
  }

  /** A step: the decay, then Adam. */
  override applyGradients(gradients: Parameters<tf.AdamOptimizer["applyGradients"]>[0]): void {
    const names = Array.isArray(gradients)
      ? gradients.map(({ name }) => name)
      : Object.keys(gradients);
    const keep = 1 - this.learningRate * this.#weightDecay;
    for (const name of keep === 1 ? [] : names) {
      const variable = tf.engine().registeredVariables[name]!;
      if (variable.rank > 1) tf.tidy(() => variable.assign(variable.mul(keep)));
    }
    super.applyGradients(gradients);
  }

  /** Its settings, as they are saved with a model. */
  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), weightDecay: this.#weightDecay };
  }
}
