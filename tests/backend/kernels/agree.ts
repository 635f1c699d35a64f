/** Kernels against the backend `cpu`: what the tests in this folder share. */
import * as tf from "@tensorflow/tfjs";
import { assert, assertEquals } from "lib/assert.ts";
import { fenced } from "../fence.ts";
import { trial } from "../trial.ts";
import { MODULES, tensor, type Values, valuesOn } from "../variants.ts";

type Fn = () => tf.Tensor | tf.Tensor[];
/** A name, what is computed, and what `cpu` computes instead where its own way is wrong. */
export type Case = readonly [name: string, fn: Fn, reference?: Fn];

export type ExplicitPadding = Parameters<typeof tf.depthwiseConv2d>[3] & object;

export const image = (shape: number[], seed = 1): tf.Tensor4D => tensor(shape, seed) as tf.Tensor4D;

/** Both gradients of a convolution of an image and a filter of these shapes. */
export function gradients(
  convolve: (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.Tensor,
  x: number[],
  filter: number[],
): tf.Tensor[] {
  const f = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
    convolve(x as tf.Tensor4D, filter as tf.Tensor4D);
  const dy = tensor(f(image(x), image(filter)).shape, 4);
  return tf.grads(f)([image(x), image(filter, 2)], dy);
}

/**
 * Of the greatest value in the tensor, at least of 1: cpu sums in double precision, the kernels in single,
 * and Winograd's algorithm loses a digit of that.
 */
const TOLERANCE = 3e-5;

/**
 * Tests that both modules give what `cpu` gives, within {@linkcode TOLERANCE}, and on two threads bit by bit what
 * they give on one; and that they write to no memory but their own.
 */
export function agree(group: string, cases: readonly Case[]): void {
  // The cpu backend is slow: it computes each case once for all.
  const expectations = new Map<string, Values[]>();
  for (const [module, variants] of MODULES) {
    Deno.test(`backend: ${group} agree with the cpu backend (${module})`, async () => {
      for (const [name, fn, reference = fn] of cases) {
        const expected = expectations.get(name) ?? await valuesOn(trial.reference, reference);
        expectations.set(name, expected);
        const [one, two] = variants;
        const actual = await valuesOn(one.name, fn);
        assertClose(actual, expected, name);
        try {
          assertSame(await fenced(two.backend, () => valuesOn(two.name, fn)), actual);
        } catch (error) {
          throw new Error(`${name}, on two threads: ${(error as Error).message}`);
        }
      }
    });
  }
}

/** Throws unless both have the same values, bit by bit. */
export function assertSame(actual: readonly Values[], expected: readonly Values[]): void {
  expected.forEach(({ values }, i) => {
    const j = values.findIndex((value, j) => !Object.is(value, actual[i]!.values[j]));
    assert(j < 0, `value ${j} of output ${i} depends on who computes it`);
  });
}

function assertClose(actual: readonly Values[], expected: readonly Values[], name: string): void {
  assertEquals(actual.length, expected.length, name);
  actual.forEach((tensor, i) => {
    assertEquals(tensor.shape, expected[i]!.shape, name);
    assertEquals(tensor.dtype, expected[i]!.dtype, name);
    let greatest = 1;
    for (const value of expected[i]!.values) {
      if (Number.isFinite(value)) greatest = Math.max(greatest, Math.abs(value));
    }
    const { values } = expected[i]!;
    const j = tensor.values.findIndex((value, j) =>
      !Object.is(value, values[j]) && value !== values[j] &&
      !(Math.abs(value - values[j]!) <= TOLERANCE * greatest)
    );
    assert(
      j < 0,
      `${name}: value ${j} of output ${i} is ${tensor.values[j]}, cpu gives ${values[j]}`,
    );
  });
}
