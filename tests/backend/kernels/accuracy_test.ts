/** Functions of one or two numbers, value by value, in units in the last place, over all that float32 can hold. */
import * as tf from "@tensorflow/tfjs";
import { assert } from "lib/assert.ts";
import { MODULES, values } from "../variants.ts";

const LEAST_NORMAL = 2 ** -126;

/** Zeros, numbers around them and at the ends, halves, and no number at all; both signs of each. */
const SPECIAL = [
  0,
  2 ** -149,
  1e-40,
  LEAST_NORMAL - 2 ** -149,
  LEAST_NORMAL,
  1e-30,
  1e-4,
  0.5,
  1 - 2 ** -24,
  1,
  1 + 2 ** -23,
  1.5,
  2.5,
  60,
  80,
  86.5,
  87.33,
  87.34,
  88,
  88.72,
  88.73,
  89,
  104,
  8388607.5,
  2 ** 24,
  3e38,
  (2 - 2 ** -23) * 2 ** 127,
  Infinity,
  NaN,
].flatMap((x) => [x, -x]);

/** Special numbers, bit patterns from one end of float32 to the other, and numbers as networks have them. */
function sample(): Float32Array {
  const STEP = 104_729;
  const patterns = new Float32Array(
    Uint32Array.from({ length: Math.floor(2 ** 32 / STEP) }, (_, i) => i * STEP).buffer,
  );
  const usual = [0.01, 0.3, 1, 5, 20, 100].flatMap((scale, i) =>
    Array.from(values(4000, i + 1), (v) => v * scale)
  );
  const aroundOne = Array.from(values(4000, 9), (v) => 1 + v / 10);
  return Float32Array.from([...SPECIAL, ...patterns, ...usual, ...aroundOne]);
}

const bits = new DataView(new ArrayBuffer(4));

/** Where a float32 stands among all of them; 0 and -0 stand next to each other. */
function rank(x: number): number {
  bits.setFloat32(0, x);
  const pattern = bits.getInt32(0);
  return pattern < 0 ? -1 - (pattern & 0x7fffffff) : pattern;
}

/** How far a result may be from the exact one. */
interface Bound {
  /** Units in the last place. */
  readonly units: number;
  /** The error that counts as none however small the result: tfjs computes some as differences of doubles. */
  readonly absolute?: number;
}

/** Units in the last place between two float32 numbers. Results too small for a normal number may be 0. */
function distance(actual: number, expected: number): number {
  if (Number.isNaN(actual) || Number.isNaN(expected)) {
    return Number.isNaN(actual) && Number.isNaN(expected) ? 0 : Infinity;
  }
  if (expected !== 0 && Math.abs(expected) < LEAST_NORMAL && actual === 0) return 0;
  return Math.abs(rank(actual) - rank(expected));
}

function assertWithin(
  { units, absolute = 0 }: Bound,
  actual: ArrayLike<number>,
  expected: (i: number) => number,
  describe: (i: number) => string,
): void {
  let [at, most] = [-1, units];
  for (let i = 0; i < actual.length; i++) {
    const exact = Math.fround(expected(i));
    const far = distance(actual[i]!, exact);
    if (far > most && !(Math.abs(actual[i]! - exact) <= absolute)) [at, most] = [i, far];
  }
  assert(
    at < 0,
    `${describe(at)} is ${actual[at]}, ${most} units from ${Math.fround(expected(at))}`,
  );
}

const SELU_ALPHA = 1.7580993408473768;
const SELU_SCALE = 1.0507009873554805;

/** What each op has to be and how many units in the last place it may be off. */
const UNARY: Readonly<
  Record<string, [bound: Bound, op: (x: tf.Tensor) => tf.Tensor, f: (x: number) => number]>
> = {
  abs: [{ units: 0 }, tf.abs, Math.abs],
  ceil: [{ units: 0 }, tf.ceil, Math.ceil],
  clip: [
    { units: 0 },
    (x) => tf.clipByValue(x, -0.25, 0.5),
    (x) => Math.max(-0.25, Math.min(0.5, x)),
  ],
  elu: [{ units: 2, absolute: 2e-16 }, tf.elu, (x) => x >= 0 ? x : Math.expm1(x)],
  exp: [{ units: 2 }, tf.exp, Math.exp],
  expm1: [{ units: 2 }, tf.expm1, Math.expm1],
  floor: [{ units: 0 }, tf.floor, Math.floor],
  leakyRelu: [{ units: 0 }, (x) => tf.leakyRelu(x, 0.25), (x) => x < 0 ? 0.25 * x : x],
  log: [{ units: 2 }, tf.log, Math.log],
  log1p: [{ units: 2 }, tf.log1p, Math.log1p],
  neg: [{ units: 0 }, tf.neg, (x) => -x],
  reciprocal: [{ units: 0 }, tf.reciprocal, (x) => 1 / x],
  relu: [{ units: 0 }, tf.relu, (x) => Math.max(0, x)],
  relu6: [{ units: 0 }, tf.relu6, (x) => Math.min(6, Math.max(0, x))],
  rsqrt: [{ units: 2 }, tf.rsqrt, (x) => 1 / Math.sqrt(x)],
  selu: [
    { units: 2, absolute: 4e-16 },
    tf.selu,
    (x) => x >= 0 ? SELU_SCALE * x : SELU_ALPHA * Math.expm1(x),
  ],
  sigmoid: [{ units: 3 }, tf.sigmoid, (x) => 1 / (1 + Math.exp(-x))],
  // tfjs takes NaN for 0 here.
  sign: [{ units: 0 }, tf.sign, (x) => Math.sign(x) || 0],
  softplus: [
    { units: 3, absolute: 1e-12 },
    tf.softplus,
    (x) => x > 30 ? x + Math.exp(-x) : Math.log1p(Math.exp(x)),
  ],
  sqrt: [{ units: 0 }, tf.sqrt, Math.sqrt],
  square: [{ units: 0 }, tf.square, (x) => x * x],
  step: [{ units: 0 }, (x) => tf.step(x, 0.25), (x) => Number.isNaN(x) ? x : x > 0 ? 1 : 0.25],
  tanh: [{ units: 3 }, tf.tanh, Math.tanh],
};

const x = sample();
for (const [name, [bound, op, f]] of Object.entries(UNARY)) {
  let expected: Float32Array | undefined;
  Deno.test(`accuracy: ${name} within ${bound.units} units in the last place`, async () => {
    const exact = expected ??= Float32Array.from(x, f);
    for (const [, [variant]] of MODULES) {
      await tf.setBackend(variant.name);
      const y = tf.tidy(() => op(tf.tensor1d(x)).dataSync());
      assertWithin(bound, y, (i) => exact[i]!, (i) => `${variant.name}: ${name}(${x[i]})`);
    }
  });
}

const BINARY: Readonly<
  Record<
    string,
    [
      bound: Bound,
      op: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
      f: (a: number, b: number) => number,
    ]
  >
> = {
  add: [{ units: 0 }, tf.add, (a, b) => a + b],
  sub: [{ units: 0 }, tf.sub, (a, b) => a - b],
  mul: [{ units: 0 }, tf.mul, (a, b) => a * b],
  div: [{ units: 0 }, tf.div, (a, b) => a / b],
  maximum: [{ units: 0 }, tf.maximum, Math.max],
  minimum: [{ units: 0 }, tf.minimum, Math.min],
  squaredDifference: [{ units: 2 }, tf.squaredDifference, (a, b) => (a - b) ** 2],
  prelu: [{ units: 0 }, tf.prelu, (a, b) => a < 0 ? a * b : a],
};

for (const [name, [bound, op, f]] of Object.entries(BINARY)) {
  Deno.test(`accuracy: ${name} within ${bound.units} units in the last place`, async () => {
    const n = SPECIAL.length;
    const special = Float32Array.from(SPECIAL);
    for (const [, [variant]] of MODULES) {
      await tf.setBackend(variant.name);
      // All pairs of special numbers: as two tensors, and repeated along rows and columns.
      const left = tf.tensor2d(special, [n, 1]), right = tf.tensor2d(special, [1, n]);
      const results = tf.tidy(() => {
        const [rows, columns] = [tf.tile(left, [1, n]), tf.tile(right, [n, 1])];
        return [[rows, columns], [left, columns], [rows, right], [left, right]]
          .map(([a, b]) => op(a!, b!).dataSync());
      });
      tf.dispose([left, right]);
      for (const y of results) {
        assertWithin(
          bound,
          y,
          (i) => f(special[Math.floor(i / n)]!, special[i % n]!),
          (i) => `${variant.name}: ${name}(${special[Math.floor(i / n)]}, ${special[i % n]})`,
        );
      }
    }
  });
}
