import { type Array as JaxArray, jit, lax, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { CLASSES, IMAGE_SIZE } from "lib/digits.ts";
import { type BenchExamples, oneHot, type Weight } from "./workload.ts";

// jax-js counts references: a function uses up its arguments, and `.ref` keeps one for later.

const LEARNING_RATE = 0.001, BETA_1 = 0.9, BETA_2 = 0.999, EPSILON = 1e-7;

/** The network's weights with Adam's running means of their gradients and of the squares. */
type State = [weights: JaxArray[], means: JaxArray[], squares: JaxArray[]];

/** Images `[batch, 1, 28, 28]` and one-hot labels `[batch, 10]` in jax-js's memory. */
export interface JaxBatch {
  readonly x: JaxArray;
  readonly y: JaxArray;
}

function convolveAndPool(x: JaxArray, filter: JaxArray, bias: JaxArray): JaxArray {
  const y = lax.conv(x, filter, [1, 1], "VALID").add(bias.reshape([1, -1, 1, 1]));
  return lax.reduceWindow(nn.relu(y), np.max, [2, 2], [2, 2]);
}

function logits(weights: readonly JaxArray[], x: JaxArray): JaxArray {
  const [filter1, bias1, filter2, bias2, kernel1, bias3, kernel2, bias4] = weights;
  const pooled = convolveAndPool(convolveAndPool(x, filter1!, bias1!), filter2!, bias2!);
  const flat = pooled.transpose([0, 2, 3, 1]).reshape([pooled.shape[0]!, -1]); // as Keras flattens
  const dense = nn.relu(np.matmul(flat, kernel1!).add(bias3!));
  return np.matmul(dense, kernel2!).add(bias4!);
}

function crossEntropy(weights: JaxArray[], x: JaxArray, y: JaxArray): JaxArray {
  return nn.logSoftmax(logits(weights, x)).mul(y).sum(-1).mean().mul(-1);
}

/** One step of Adam, as TensorFlow.js takes it, and the loss before it. Steps count from 1. */
function adam(
  [weights, means, squares]: State,
  step: JaxArray,
  x: JaxArray,
  y: JaxArray,
): [State, JaxArray] {
  const [loss, gradients] = valueAndGrad(crossEntropy)(tree.ref(weights), x, y);
  const meanScale = np.subtract(1, np.power(BETA_1, step.ref));
  const squareScale = np.subtract(1, np.power(BETA_2, step));
  const next: State = [[], [], []];
  for (const [i, gradient] of (gradients as JaxArray[]).entries()) {
    const mean = means[i]!.mul(BETA_1).add(gradient.ref.mul(1 - BETA_1));
    const square = squares[i]!.mul(BETA_2).add(np.square(gradient).mul(1 - BETA_2));
    const root = np.sqrt(square.ref.div(squareScale.ref)).add(EPSILON);
    const change = mean.ref.div(meanScale.ref).div(root).mul(LEARNING_RATE);
    next[0].push(weights[i]!.sub(change));
    next[1].push(mean);
    next[2].push(square);
  }
  tree.dispose([meanScale, squareScale]);
  return [next, loss];
}

/** The report's network on jax-js's current device. */
export class JaxNetwork {
  #state: State;
  #steps = 0;
  /** The whole step at once, so that jax-js fuses what it can. */
  readonly #step = jit(adam);
  readonly #predict = jit((weights: JaxArray[], x: JaxArray) => nn.softmax(logits(weights, x)));

  /** Starts from weights as TensorFlow.js lays them out; jax-js wants channels before places. */
  constructor(weights: readonly Weight[]) {
    const start = weights.map(({ values, shape }) => {
      const weight = np.array(values, { shape: [...shape] });
      return shape.length === 4 ? weight.transpose([3, 2, 0, 1]) : weight;
    });
    const zeros = (): JaxArray[] => start.map(({ shape }) => np.zeros(shape));
    this.#state = [start, zeros(), zeros()];
  }

  /** Puts examples into jax-js's memory. */
  batch({ images, labels }: BenchExamples): JaxBatch {
    return {
      x: np.array(images, { shape: [labels.length, 1, IMAGE_SIZE, IMAGE_SIZE] }),
      y: np.array(oneHot(labels), { shape: [labels.length, CLASSES] }),
    };
  }

  /** Trains on a batch, which stays usable; gives the loss before it. */
  async step({ x, y }: JaxBatch): Promise<number> {
    const step = np.array(++this.#steps, { dtype: np.float32 });
    const [state, loss] = this.#step(this.#state, step, x.ref, y.ref) as [State, JaxArray];
    this.#state = state;
    return (await loss.data())[0]!;
  }

  /** Probabilities, `[batch, 10]`. */
  async predict({ x }: JaxBatch): Promise<Float32Array> {
    return await this.#predict(tree.ref(this.#state[0]), x.ref).data() as Float32Array;
  }
}
