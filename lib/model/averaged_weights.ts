import * as tf from "@tensorflow/tfjs";

/** Keras's `use_ema`: its meaning, with the average's start as in TensorFlow's `num_updates`. */
export interface WeightAverage {
  /** Share of the average that stays in a step, at least 0 and below 1, such as 0.99. */
  readonly momentum: number;
}

/**
 * An exponential moving average of all weights of a model, the moving statistics of batch
 * normalisation among them: they describe what the averaged kernels give better than those of the
 * last step do.
 */
export class AveragedWeights {
  #averages: tf.Tensor[];

  /**
   * Starts with the weights as they are.
   *
   * @param momentum As in {@linkcode WeightAverage}.
   * @param start Averages to go on with, which become its own. Default: the model's weights.
   */
  constructor(
    private readonly model: tf.LayersModel,
    private readonly momentum: number,
    start: tf.Tensor[] = model.getWeights().map((weight) => weight.clone()),
  ) {
    this.#averages = start;
  }

  /**
   * Takes the weights after a step into the average. At first it follows faster than `momentum`
   * says, so that it forgets the initial weights.
   *
   * @param step From 0.
   */
  update(step: number): void {
    const keep = Math.min(this.momentum, (1 + step) / (10 + step));
    const weights = this.model.getWeights();
    const old = this.#averages;
    this.#averages = tf.tidy(() =>
      old.map((average, i) => average.mul(keep).add(weights[i]!.mul(1 - keep)))
    );
    tf.dispose(old);
  }

  /** Exchanges the model's weights and the averages. */
  swap(): void {
    const weights = this.model.getWeights().map((weight) => weight.clone());
    this.model.setWeights(this.#averages);
    tf.dispose(this.#averages);
    this.#averages = weights;
  }

  /** What is not in the model now: the averages, or, after a swap, the weights. */
  get averages(): readonly tf.Tensor[] {
    return this.#averages;
  }

  /** Disposes the averages. */
  dispose(): void {
    tf.dispose(this.#averages);
  }
}
