/**
 * Arithmetic on whole tensors, as trees that compile to one pass over the values.
 * @module
 */
import type { Vector } from "lib/backend/fusion/encoder.ts";

/** Where values are; asking for the address may compute them first. */
export interface Source {
  readonly at: number;
}

/** Values in memory: a tensor's, or part of one, broadcast where a stride is zero. */
export interface Leaf<From extends Source = Source> {
  readonly kind: "leaf";
  readonly data: From;
  /** Offset of the first value, in values. */
  readonly offset: number;
  /** Stride along each dimension of the expression, in values. */
  readonly strides: readonly number[];
}

/** A number that may differ from run to run. */
export interface Scalar {
  readonly kind: "scalar";
  readonly value: number;
}

export const scalar = (value: number): Scalar => ({ kind: "scalar", value });

/** Four lanes of 32 bits that are part of the operation. */
interface Literal {
  readonly kind: "literal";
  readonly bits: number;
}

export interface Node {
  readonly kind: "node";
  /** An instruction, or the name of what `expand` writes as several. */
  readonly op: string;
  readonly args: readonly Expression[];
  /** Instructions of the whole tree. */
  readonly cost: number;
  /** Scalars in the whole tree. */
  readonly scalars: number;
  readonly expand?: ((...args: Expression[]) => Expression) | undefined;
}

export type Expression = Leaf | Scalar | Literal | Node;
type Operand = Expression | number;

const floats = new Float32Array(1);
const words = new Int32Array(floats.buffer);

function bits(value: number): Literal {
  return { kind: "literal", bits: value };
}

/** A number that is part of the operation. */
function literal(value: number): Literal {
  floats[0] = value;
  return bits(words[0]!);
}

function make(
  op: string,
  operands: readonly Operand[],
  cost: number,
  expand?: Node["expand"],
): Node {
  const args = operands.map((x) => typeof x === "number" ? literal(x) : x);
  let scalars = 0;
  for (const arg of args) {
    cost += costOf(arg);
    scalars += scalarsOf(arg);
  }
  return { kind: "node", op, args, cost, scalars, expand };
}

/** Instructions of an expression. */
export const costOf = (x: Expression): number => x.kind === "node" ? x.cost : 0;

/** How many scalars an expression names. */
export const scalarsOf = (x: Expression): number =>
  x.kind === "node" ? x.scalars : Number(x.kind === "scalar");

const node = (op: Vector, ...operands: Operand[]): Node => make(op, operands, 1);

const plain = (op: Vector) => (...args: Operand[]): Node => node(op, ...args);

/** Instructions of an expression; shared parts count once. */
function instructionsOf(expression: Expression, seen = new Set<Expression>()): number {
  if (expression.kind !== "node" || seen.has(expression)) return 0;
  seen.add(expression);
  return expression.args.reduce(
    (sum, arg) => sum - costOf(arg) + instructionsOf(arg, seen),
    expression.cost,
  );
}

/** An operation of several instructions, expanded at compilation. */
function composite<Args extends Operand[]>(
  name: string,
  expand: (...args: Args) => Node,
): (...args: Args) => Node {
  const some = Array.from({ length: expand.length }, () => literal(0));
  const cost = instructionsOf(expand(...some as unknown as Args));
  return (...args) => make(name, args, cost, expand as unknown as Node["expand"]);
}

/** An expression with all its composites expanded. */
export function writtenOut(
  expression: Expression,
  known = new Map<Expression, Expression>(),
): Expression {
  if (expression.kind !== "node") return expression;
  let result = known.get(expression);
  if (result === undefined) {
    const args = expression.args.map((arg) => writtenOut(arg, known));
    result = expression.expand
      ? writtenOut(expression.expand(...args), known)
      : { ...expression, args };
    known.set(expression, result);
  }
  return result;
}

export const add = plain("f32x4_add");
export const sub = plain("f32x4_sub");
export const mul = plain("f32x4_mul");
export const div = plain("f32x4_div");
/** NaN if either is NaN. */
export const max = plain("f32x4_max");
export const min = plain("f32x4_min");
/** One instruction instead of seven; where `a` is NaN, it stays. */
const least = (a: Operand, b: Operand): Node => node("f32x4_pmin", a, b);
const greatest = (a: Operand, b: Operand): Node => node("f32x4_pmax", a, b);
export const abs = plain("f32x4_abs");
export const neg = plain("f32x4_neg");
export const sqrt = plain("f32x4_sqrt");
export const floor = plain("f32x4_floor");
export const ceil = plain("f32x4_ceil");
/** The nearest integer, ties to even. */
export const round = plain("f32x4_nearest");

// Comparisons set all bits or none.
export const lt = plain("f32x4_lt");
const gt = plain("f32x4_gt");
const and = plain("v128_and");
const or = plain("v128_or");
const andNot = plain("v128_andnot");
const isNaN = (x: Operand): Node => node("f32x4_ne", x, x);
/** `a` where all bits of the condition are set, `b` where none are. */
export const choose = (condition: Operand, a: Operand, b: Operand): Node =>
  node("v128_bitselect", a, b, condition);

/** A comparison as 1 and 0. */
function compare(op: Vector): (a: Operand, b: Operand) => Node {
  return composite(`${op}?`, (a: Operand, b: Operand) => and(node(op, a, b), 1));
}

export const equal = compare("f32x4_eq");
export const notEqual = compare("f32x4_ne");
export const less = compare("f32x4_lt");
export const lessEqual = compare("f32x4_le");
export const greater = compare("f32x4_gt");
export const greaterEqual = compare("f32x4_ge");
/** 1 where a value is not 0, which counts as true. */
export const isTrue = (x: Operand): Node => notEqual(x, 0);

/** `a` where the condition is not 0, else `b`. */
export const where = composite(
  "where",
  (condition: Operand, a: Operand, b: Operand) => choose(node("f32x4_ne", condition, 0), a, b),
);

/** 1 above zero, else `alpha`; NaN for NaN. */
export const step = composite(
  "step",
  (x: Operand, alpha: Operand) => choose(isNaN(x), x, choose(gt(x, 0), 1, alpha)),
);

export const square = (x: Operand): Node => mul(x, x);
export const relu = composite(
  "relu",
  // The sum makes 0 of -0.
  (x: Operand) => add(greatest(x, 0), 0),
);
/** -1, 0 or 1; 0 for NaN. */
export const sign = composite("sign", (x: Operand) => sub(and(gt(x, 0), 1), and(lt(x, 0), 1)));
/** `dy` where `x` is above zero, else 0. */
export const reluGradient = composite(
  "reluGradient",
  (dy: Operand, x: Operand) => and(dy, gt(x, 0)),
);

// Elementary functions after Cephes (Moshier): errors of one or two units in the last place.

const polynomial = (x: Operand, ...coefficients: number[]): Operand =>
  coefficients.reduce<Operand>((y, c, i) => i === 0 ? c : add(mul(y, x), c), 0);

/** 2^n for integers n. */
const power = (n: Operand): Node => node("i32x4_shl", node("i32x4_add", n, bits(127)), bits(23));

/** Where it is added, units are the last place, so a number below 2^22 becomes whole; and its bits there. */
const UNITS = 12582912, UNITS_BITS = 0x4b400000;

/** e^x; results below the smallest normal number are 0. */
export const exp = composite("exp", (x: Operand) => {
  const clamped = greatest(least(x, 89), -88);
  const units = add(mul(clamped, Math.LOG2E), UNITS);
  const n = sub(units, UNITS);
  const r = add(add(clamped, mul(n, -0.693359375)), mul(n, 2.12194440e-4));
  const p = polynomial(
    r,
    1.9875691500e-4,
    1.3981999507e-3,
    8.3334519073e-3,
    4.1665795894e-2,
    1.6666665459e-1,
    5.0000001201e-1,
  );
  const y = add(add(mul(p, mul(r, r)), r), 1);
  // 2^n in two steps, because 2^128 is not finite.
  const whole = node("i32x4_sub", units, bits(UNITS_BITS));
  const half = node("i32x4_shr_s", whole, bits(1));
  const scaled = mul(mul(y, power(half)), power(node("i32x4_sub", whole, half)));
  return andNot(scaled, lt(x, -87.3365));
});

/** Natural logarithm. */
export const log = composite("log", (x: Operand) => {
  // Subnormal numbers are scaled up first.
  const small = lt(x, 1.17549435e-38);
  const scaled = choose(small, mul(x, 8388608), x);
  const exponent = node("i32x4_sub", node("i32x4_shr_u", scaled, bits(23)), bits(126));
  const e0 = sub(node("f32x4_convert_i32x4_s", exponent), and(small, 23));
  const m0 = or(and(scaled, bits(0x7fffff)), bits(0x3f000000));
  const low = lt(m0, Math.SQRT1_2);
  const e = sub(e0, and(low, 1));
  const m = sub(add(m0, and(low, m0)), 1);
  const z = mul(m, m);
  const p = polynomial(
    m,
    7.0376836292e-2,
    -1.1514610310e-1,
    1.1676998740e-1,
    -1.2420140846e-1,
    1.4249322787e-1,
    -1.6668057665e-1,
    2.0000714765e-1,
    -2.4999993993e-1,
    3.3333331174e-1,
  );
  const y = add(add(mul(mul(p, m), z), mul(e, -2.12194440e-4)), mul(z, -0.5));
  const result = add(add(m, y), mul(e, 0.693359375));
  // log(infinity) is infinity, log(0) minus infinity, and NaN for negative numbers and NaN.
  const finite = choose(node("f32x4_eq", x, Infinity), x, result);
  const nonZero = choose(node("f32x4_eq", x, 0), -Infinity, finite);
  return or(nonZero, or(lt(x, 0), isNaN(x)));
});

/** 1 / (1 + e^-x). */
export const sigmoid = composite("sigmoid", (x: Operand) => div(1, add(1, exp(neg(x)))));

/** Hyperbolic tangent. */
export const tanh = composite("tanh", (x: Operand) => {
  const size = abs(x);
  // e^(2 |x|) to 4e-7 of it, which counts for less and less. Above 10 all results are 1.
  const clamped = least(size, 10);
  const units = add(mul(clamped, 2 * Math.LOG2E), UNITS);
  const r = sub(add(clamped, clamped), mul(sub(units, UNITS), Math.LN2));
  const y = polynomial(
    r,
    1.383678253893577e-3,
    8.374816053829904e-3,
    4.166822658554391e-2,
    1.6666420173275923e-1,
    4.999999207616007e-1,
    1,
    1,
  );
  const power2 = mul(y, power(node("i32x4_sub", units, bits(UNITS_BITS))));
  const large = sub(1, div(2, add(power2, 1)));
  const signed = or(large, and(x, bits(0x80000000 | 0)));
  const z = mul(x, x);
  const p = polynomial(
    z,
    -5.70498872745e-3,
    2.06390887954e-2,
    -5.37397155531e-2,
    1.33314422036e-1,
    -3.33333319422e-1,
  );
  return choose(lt(size, 0.625), add(mul(mul(p, z), x), x), signed);
});

/** Flushes subnormal numbers to zero. */
export const withoutSubnormals = composite(
  "withoutSubnormals",
  (x: Operand) => andNot(x, lt(abs(x), 1.17549435e-38)),
);
