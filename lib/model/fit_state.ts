import * as tf from "@tensorflow/tfjs";
import type { History } from "lib/model/fit.ts";

/** A tensor's shape and values. */
export interface StoredTensor {
  /** The shape. */
  readonly shape: readonly number[];
  /** The values, row by row. */
  readonly values: Float32Array;
}

/** All that a training has come to at the end of an epoch: what is needed to go on, bit by bit. */
export interface FitState {
  /** The figures of the epochs that are done. */
  readonly history: History;
  /** Time taken so far. */
  readonly seconds: number;
  /** Steps that the optimizer counted. */
  readonly iterations: number;
  /** Weights, averages, what the optimizer keeps, and such, by name. */
  readonly tensors: Readonly<Record<string, readonly StoredTensor[]>>;
}

/** What an optimizer of TensorFlow.js keeps for each weight. */
interface OptimizerVariable {
  readonly originalName: string;
  readonly variable: tf.Variable;
}

const PREFIX = "optimizer.";

export function storeTensors(tensors: readonly tf.Tensor[]): StoredTensor[] {
  return tensors.map((tensor) => ({
    shape: tensor.shape,
    values: tensor.dataSync() as Float32Array,
  }));
}

export function restoreTensors(stored: readonly StoredTensor[]): tf.Tensor[] {
  return stored.map(({ shape, values }) => tf.tensor(values, [...shape]));
}

/**
 * All variables of an optimizer, by its field. TensorFlow.js's own `getWeights` leaves some out
 * (powers of Adam's betas), and `setWeights` computes them another way than the steps do.
 */
export function storeOptimizer(optimizer: tf.Optimizer): Record<string, StoredTensor[]> {
  const stored: Record<string, StoredTensor[]> = {};
  for (const [field, value] of Object.entries(optimizer)) {
    if (value instanceof tf.Variable) stored[PREFIX + field] = storeTensors([value]);
    else if (Array.isArray(value)) {
      const variables = (value as OptimizerVariable[]).map(({ variable }) => variable);
      stored[PREFIX + field] = storeTensors(variables);
    }
  }
  return stored;
}

/** Gives an optimizer, as it was built, what {@linkcode storeOptimizer} gave. */
export function restoreOptimizer(
  optimizer: tf.Optimizer,
  { tensors, iterations }: Pick<FitState, "tensors" | "iterations">,
): void {
  const fields = optimizer as unknown as Record<string, unknown>;
  fields.iterations_ = iterations;
  for (const [name, stored] of Object.entries(tensors)) {
    if (!name.startsWith(PREFIX)) continue;
    const field = name.slice(PREFIX.length);
    const values = restoreTensors(stored);
    const kept = fields[field];
    if (kept instanceof tf.Variable) kept.assign(values[0]!);
    else {
      tf.dispose((kept as OptimizerVariable[]).map(({ variable }) => variable));
      fields[field] = values.map((value, i): OptimizerVariable => ({
        originalName: `${field}/${i}`,
        variable: value.variable(false),
      }));
    }
    tf.dispose(values);
  }
}
