/**
 * What the backend `simd` makes of a network, beside `cpu` and beside itself on two threads.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { MODULES } from "../variants.ts";
import { buildNetwork } from "./network.ts";
import { type Trace, train } from "./trace.ts";

/** Of the greatest value in a tensor, at least of `SMALL`: sums that should be 0 are rounding. */
const TOLERANCE = 1e-3;
const SMALL = 2e-3;
/** How much weights and examples are changed to see how much that changes a result on `cpu`. */
const NOISE = 1e-5;
const DISTURBED_RUNS = 4;

/** Trains the network of a seed everywhere; gives what is wrong, in words, or undefined. */
export async function check(seed: number): Promise<string | undefined> {
  const complaint = await compare(seed).catch((error: Error) => String(error.stack));
  if (complaint === undefined) return undefined;
  return `Network ${seed}: ${complaint}\n  ${buildNetwork(seed).description.join("\n  ")}`;
}

async function compare(seed: number): Promise<string | undefined> {
  const [, variants] = MODULES[seed % MODULES.length]!;
  const expected = await train("cpu", seed);
  const traces: Trace[] = [];
  for (const { name, backend } of variants) {
    await tf.setBackend(name);
    const before = { ...tf.memory(), used: backend.arena.used };
    traces.push(await train(name, seed));
    const { numTensors } = tf.memory();
    if (numTensors !== before.numTensors) {
      return `${name}: ${numTensors - before.numTensors} tensors are left over.`;
    }
    if (backend.arena.used !== before.used) {
      return `${name}: ${backend.arena.used - before.used} bytes are left over.`;
    }
  }
  const [one, two] = traces as [Trace, Trace];
  for (const [name, values] of one) {
    const j = values.findIndex((value, j) => !Object.is(value, two.get(name)![j]));
    if (j >= 0) return `${name}, value ${j}, depends on the number of threads.`;
  }
  const wrong = worst(one, expected, undefined);
  // Training is chaotic where a gradient is rounding alone, or a value all but equals another one: what cpu itself
  // makes of slightly different numbers tells how chaotic.
  return wrong && worst(one, expected, await spread(seed, expected));
}

/** How far each value goes from the expected one where weights and examples are a little different. */
async function spread(seed: number, expected: Trace): Promise<Trace> {
  const spread = new Map([...expected].map(([name, v]) => [name, new Float32Array(v.length)]));
  for (let run = 1; run <= DISTURBED_RUNS; run++) {
    for (const [name, values] of await train("cpu", seed, NOISE, run)) {
      const most = spread.get(name)!, there = expected.get(name)!;
      values.forEach((v, j) => most[j] = Math.max(most[j]!, Math.abs(v - there[j]!)));
    }
  }
  return spread;
}

/** Sizes of gradients that are rounding alone; some optimizers make whole steps of them. */
const ROUNDING = 1e-6;

/** For each value of a weight, the greatest gradient that it had; endless for other tensors. */
function greatestGradients(trace: Trace, name: string): (j: number) => number {
  if (!name.startsWith("weight")) return () => Infinity;
  const ofWeight = name.replace("weight", " of");
  const gradients = [...trace].flatMap(([other, values]) =>
    other.endsWith(ofWeight) ? [values] : []
  );
  if (gradients.length === 0) return () => Infinity;
  return (j) => gradients.reduce((most, values) => Math.max(most, Math.abs(values[j]!)), 0);
}

/** The first tensor that has a wrong value, with its worst one. */
function worst(actual: Trace, expected: Trace, allowed: Trace | undefined): string | undefined {
  for (const [name, values] of expected) {
    const found = actual.get(name);
    if (found?.length !== values.length) return `${name} has another shape.`;
    const peak = values.reduce((most, v) => Math.max(most, Math.abs(v)), SMALL);
    const gradient = greatestGradients(expected, name);
    let [at, most] = [-1, 0];
    values.forEach((value, j) => {
      const other = found[j]!;
      if (allowed && gradient(j) < ROUNDING) return;
      if (Object.is(value, other) || value === other) return;
      const tolerance = TOLERANCE * peak + (allowed ? 3 * allowed.get(name)![j]! : 0);
      const excess = Math.abs(value - other) / tolerance;
      if (!(excess <= 1) && !(excess <= most)) [at, most] = [j, excess];
    });
    if (at >= 0) {
      return `${name}, value ${at} of ${values.length}, is ${found[at]}, ` +
        `on cpu ${values[at]}; the greatest is ${peak}.`;
    }
  }
  return undefined;
}
