/**
 * Three steps of training, with all that can be seen of them.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { values } from "../variants.ts";
import { buildNetwork, type RandomNetwork } from "./network.ts";

const STEPS = 3;

/** Named tensors of a training, in an order that does not depend on the backend. */
export type Trace = ReadonlyMap<string, Float32Array>;

/**
 * Trains the network of a seed on a backend: the loss and the gradients of each step, then weights and predictions.
 *
 * @param noise Weights and examples are changed by this at most, relative to themselves; by another seed for
 * each `run`.
 */
export async function train(
  backend: string,
  seed: number,
  noise = 0,
  run = 1,
): Promise<Trace> {
  await tf.setBackend(backend);
  const network = buildNetwork(seed);
  const { model, optimizer, x, y } = network;
  const input = noise ? disturb(network, noise, run) : x.clone();
  const trace = new Map<string, Float32Array>();
  const keep = (name: string, tensor: tf.Tensor): void => {
    trace.set(name, tensor.dataSync() as Float32Array);
  };
  const variables = model.trainableWeights.map((w) => (w as unknown as { val: tf.Variable }).val);
  for (let step = 1; step <= STEPS; step++) {
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(
        () => network.loss(y, model.apply(input, { training: true }) as tf.Tensor),
        variables,
      );
      keep(`loss ${step}`, value);
      variables.forEach((variable, i) => {
        const gradient = grads[variable.name];
        if (gradient) {
          keep(`gradient ${step} of ${i} ${shortName(model.trainableWeights[i]!)}`, gradient);
        }
      });
      optimizer.applyGradients(grads);
    });
  }
  [...model.trainableWeights, ...model.nonTrainableWeights].forEach((weight, i) => {
    keep(`weight ${i} ${shortName(weight)}`, weight.read());
  });
  tf.tidy(() => keep("prediction", model.predict(input) as tf.Tensor));
  optimizer.dispose();
  // MomentumOptimizer forgets the one of SGDOptimizer, which it extends.
  (optimizer as unknown as { c?: tf.Tensor }).c?.dispose();
  model.dispose();
  tf.dispose([x, y, input]);
  return trace;
}

/** Names without the layer's, which counts all layers that there ever were. */
function shortName({ originalName }: { readonly originalName: string }): string {
  return originalName.split("/").at(-1)!;
}

function disturb({ model, x }: RandomNetwork, noise: number, run: number): tf.Tensor {
  return tf.tidy(() => {
    const disturbed = (t: tf.Tensor, i: number): tf.Tensor =>
      t.mul(tf.tensor(values(t.size, 1000 * run + i).map((v) => 1 + noise * v), t.shape));
    model.setWeights(model.getWeights().map(disturbed));
    return x.dtype === "float32" ? disturbed(x, 999) : x.clone();
  });
}
