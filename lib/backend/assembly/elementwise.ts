import { arg, floatArg } from "./control";
import { exp, log, sigmoid, tanh } from "./math";
import { loadLanes, madd, storeLanes } from "./simd";

const ADD: i32 = 0, SUB: i32 = 1, MUL: i32 = 2, DIV: i32 = 3, MAX: i32 = 4, MIN: i32 = 5;
const RELU: i32 = 0, STEP: i32 = 1, SQUARE: i32 = 2, SQRT: i32 = 3, NEG: i32 = 4, ABS: i32 = 5;
const EXP: i32 = 6, LOG: i32 = 7, SIGMOID: i32 = 8, TANH: i32 = 9, CLIP: i32 = 10;
const FLOOR: i32 = 11, RSQRT: i32 = 12, SCALE: i32 = 13;
const RELU_GRAD: i32 = 6;

// @ts-ignore: decorator
@inline
function binaryOf(op: i32, a: v128, b: v128): v128 {
  if (op === ADD) return f32x4.add(a, b);
  if (op === SUB) return f32x4.sub(a, b);
  if (op === MUL) return f32x4.mul(a, b);
  if (op === DIV) return f32x4.div(a, b);
  if (op === MAX) return f32x4.max(a, b);
  if (op === MIN) return f32x4.min(a, b);
  // dy where the pre-activation was above zero
  return v128.and(a, f32x4.gt(b, f32x4.splat(0)));
}

// @ts-ignore: decorator
@inline
function unaryOf(op: i32, a: v128, p: v128, q: v128): v128 {
  if (op === RELU) return f32x4.max(a, f32x4.splat(0));
  if (op === STEP) {
    const step = v128.bitselect(f32x4.splat(1), p, f32x4.gt(a, f32x4.splat(0)));
    return v128.bitselect(step, a, f32x4.eq(a, a));
  }
  if (op === SQUARE) return f32x4.mul(a, a);
  if (op === SQRT) return f32x4.sqrt(a);
  if (op === NEG) return f32x4.neg(a);
  if (op === ABS) return f32x4.abs(a);
  if (op === EXP) return exp(a);
  if (op === LOG) return log(a);
  if (op === SIGMOID) return sigmoid(a);
  if (op === TANH) return tanh(a);
  if (op === FLOOR) return f32x4.floor(a);
  if (op === RSQRT) return f32x4.div(f32x4.splat(1), f32x4.sqrt(a));
  if (op === SCALE) return f32x4.mul(a, p);
  return f32x4.min(f32x4.max(a, p), q);
}

/**
 * Blocks are padded to 16 bytes, so whole vectors may be read and written past the last element.
 *
 * @param period Elements after which b starts again; 0 where b is one value for all; a multiple of 4.
 */
// @ts-ignore: decorator
@inline
function binaryLoop(op: i32, a: usize, b: usize, out: usize, first: i32, last: i32, aStep: usize,
  bStep: usize, period: i32): void {
  if (period > 0) {
    let at = first % period;
    for (let i = first; i < last; i += 4) {
      const o = <usize> i << 2;
      v128.store(out + o, binaryOf(op, v128.load(a + o), v128.load(b + (<usize> at << 2))));
      at += 4;
      if (at === period) at = 0;
    }
    return;
  }
  const av = v128.load32_splat(a), bv = v128.load32_splat(b);
  for (let i = first; i < last; i += 4) {
    const o = <usize> i << 2;
    const x = aStep ? v128.load(a + o) : av;
    const y = bStep ? v128.load(b + o) : bv;
    v128.store(out + o, binaryOf(op, x, y));
  }
}

/**
 * Two operands. Args: 0 a, 1 b, 2 out, 3 op, 4 elements, 5 elements per piece (a multiple of 4),
 * 6 one if a is an array, 7 one if b is an array (zero: a single value), 8 period of b or zero.
 */
export function binary(piece: i32): void {
  const a = <usize> arg(0), b = <usize> arg(1), out = <usize> arg(2);
  const first = piece * arg(5);
  const last = min(first + arg(5), arg(4));
  const aStep = <usize> arg(6), bStep = <usize> arg(7), period = arg(8);
  switch (arg(3)) {
    case ADD:
      binaryLoop(ADD, a, b, out, first, last, aStep, bStep, period);
      break;
    case SUB:
      binaryLoop(SUB, a, b, out, first, last, aStep, bStep, period);
      break;
    case MUL:
      binaryLoop(MUL, a, b, out, first, last, aStep, bStep, period);
      break;
    case DIV:
      binaryLoop(DIV, a, b, out, first, last, aStep, bStep, period);
      break;
    case MAX:
      binaryLoop(MAX, a, b, out, first, last, aStep, bStep, period);
      break;
    case MIN:
      binaryLoop(MIN, a, b, out, first, last, aStep, bStep, period);
      break;
    default:
      binaryLoop(RELU_GRAD, a, b, out, first, last, aStep, bStep, period);
  }
}

// @ts-ignore: decorator
@inline
function unaryLoop(op: i32, x: usize, out: usize, first: i32, last: i32, p: v128, q: v128): void {
  for (let i = first; i < last; i += 4) {
    const o = <usize> i << 2;
    v128.store(out + o, unaryOf(op, v128.load(x + o), p, q));
  }
}

/** One operand. Args: 0 x, 1 out, 2 op, 3 elements, 4 elements per piece, 5 and 6 parameters (f32). */
export function unary(piece: i32): void {
  const x = <usize> arg(0), out = <usize> arg(1);
  const first = piece * arg(4);
  const last = min(first + arg(4), arg(3));
  const p = f32x4.splat(floatArg(5)), q = f32x4.splat(floatArg(6));
  switch (arg(2)) {
    case RELU:
      unaryLoop(RELU, x, out, first, last, p, q);
      break;
    case STEP:
      unaryLoop(STEP, x, out, first, last, p, q);
      break;
    case SQUARE:
      unaryLoop(SQUARE, x, out, first, last, p, q);
      break;
    case SQRT:
      unaryLoop(SQRT, x, out, first, last, p, q);
      break;
    case NEG:
      unaryLoop(NEG, x, out, first, last, p, q);
      break;
    case ABS:
      unaryLoop(ABS, x, out, first, last, p, q);
      break;
    case EXP:
      unaryLoop(EXP, x, out, first, last, p, q);
      break;
    case LOG:
      unaryLoop(LOG, x, out, first, last, p, q);
      break;
    case SIGMOID:
      unaryLoop(SIGMOID, x, out, first, last, p, q);
      break;
    case TANH:
      unaryLoop(TANH, x, out, first, last, p, q);
      break;
    case FLOOR:
      unaryLoop(FLOOR, x, out, first, last, p, q);
      break;
    case RSQRT:
      unaryLoop(RSQRT, x, out, first, last, p, q);
      break;
    case SCALE:
      unaryLoop(SCALE, x, out, first, last, p, q);
      break;
    default:
      unaryLoop(CLIP, x, out, first, last, p, q);
  }
}

// @ts-ignore: decorator
@inline
function binaryAny(op: i32, a: v128, b: v128): v128 {
  switch (op) {
    case ADD:
      return f32x4.add(a, b);
    case SUB:
      return f32x4.sub(a, b);
    case MUL:
      return f32x4.mul(a, b);
    case DIV:
      return f32x4.div(a, b);
    case MAX:
      return f32x4.max(a, b);
    default:
      return f32x4.min(a, b);
  }
}

/**
 * Rows with one value a row, or with the same row each: `out[row, n] = a[row, n] op b[row]` or `op b[n]`.
 *
 * Args: 0 a, 1 b, 2 out, 3 op, 4 rows, 5 N, 6 rows per piece, 7 one if b has a value a row.
 */
export function binaryRows(piece: i32): void {
  const op = arg(3), n = arg(5);
  const byRow = arg(7) !== 0;
  const first = piece * arg(6);
  const last = min(first + arg(6), arg(4));
  const b = <usize> arg(1);
  for (let row = first; row < last; row++) {
    const p = <usize> arg(0) + (<usize> (row * n) << 2), o = <usize> arg(2) + (<usize> (row * n) << 2);
    const value = v128.load32_splat(byRow ? b + (<usize> row << 2) : b);
    for (let i = 0; i < n; i += 4) {
      const at = <usize> i << 2;
      const x = v128.load(p + at), y = byRow ? value : v128.load(b + at);
      storeLanes(o + at, binaryAny(op, x, y), n - i);
    }
  }
}

// @ts-ignore: decorator
@inline
function sumOfLanes(v: v128): f32 {
  return (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 2)) +
    (f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 3));
}

/**
 * Sums of rows: `out[row] = sum over n of x[row, n]`.
 *
 * Args: 0 x, 1 out, 2 rows, 3 N, 4 rows per piece.
 */
export function sumColumns(piece: i32): void {
  const n = arg(3);
  const first = piece * arg(4);
  const last = min(first + arg(4), arg(2));
  for (let row = first; row < last; row++) {
    const p = <usize> arg(0) + (<usize> (row * n) << 2);
    let sum = f32x4.splat(0);
    let i = 0;
    for (; i + 4 <= n; i += 4) sum = f32x4.add(sum, v128.load(p + (<usize> i << 2)));
    if (i < n) sum = f32x4.add(sum, loadLanes(p + (<usize> i << 2), n - i));
    f32.store(<usize> arg(1) + (<usize> row << 2), sumOfLanes(sum));
  }
}

/**
 * Softmax of rows. Args: 0 x, 1 out, 2 rows, 3 N, 4 rows per piece.
 */
export function softmax(piece: i32): void {
  const n = arg(3);
  const first = piece * arg(4);
  const last = min(first + arg(4), arg(2));
  for (let row = first; row < last; row++) {
    const p = <usize> arg(0) + (<usize> (row * n) << 2), o = <usize> arg(1) + (<usize> (row * n) << 2);
    let greatest: f32 = -Infinity;
    for (let i = 0; i < n; i++) greatest = max(greatest, f32.load(p + (<usize> i << 2)));
    const top = f32x4.splat(greatest);
    let sum = f32x4.splat(0);
    for (let i = 0; i < n; i += 4) {
      const at = <usize> i << 2;
      const e = exp(f32x4.sub(v128.load(p + at), top));
      storeLanes(o + at, e, n - i);
      sum = f32x4.add(sum, n - i >= 4 ? e : loadLanes(o + at, n - i));
    }
    const total = f32x4.splat(sumOfLanes(sum));
    for (let i = 0; i < n; i += 4) {
      const at = <usize> i << 2;
      storeLanes(o + at, f32x4.div(v128.load(o + at), total), n - i);
    }
  }
}

/**
 * Sums over rows: `out[group, n] = sum over the group's rows of x[row, n]`; a second call with the groups
 * as rows ends it. Args: 0 x, 1 out, 2 rows, 3 N, 4 rows per group (a group is a piece).
 */
export function sumRows(piece: i32): void {
  const rows = arg(2), n = arg(3);
  const first = piece * arg(4);
  const last = min(first + arg(4), rows);
  const rowBytes = <usize> n << 2;
  const x = <usize> arg(0);
  const out = <usize> arg(1) + <usize> piece * rowBytes;
  let column = 0;
  for (; column + 16 <= n; column += 16) {
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
    let p = x + <usize> first * rowBytes + (<usize> column << 2);
    for (let row = first; row < last; row++) {
      s0 = f32x4.add(s0, v128.load(p));
      s1 = f32x4.add(s1, v128.load(p, 16));
      s2 = f32x4.add(s2, v128.load(p, 32));
      s3 = f32x4.add(s3, v128.load(p, 48));
      p += rowBytes;
    }
    const o = out + (<usize> column << 2);
    v128.store(o, s0);
    v128.store(o, s1, 16);
    v128.store(o, s2, 32);
    v128.store(o, s3, 48);
  }
  for (; column < n; column++) {
    let sum: f32 = 0;
    let p = x + <usize> first * rowBytes + (<usize> column << 2);
    for (let row = first; row < last; row++) {
      sum += f32.load(p);
      p += rowBytes;
    }
    f32.store(out + (<usize> column << 2), sum);
  }
}

/** Values over and over. Args: 0 x, 1 out, 2 values, 3 times, 4 times per piece. */
export function repeat(piece: i32): void {
  const x = <usize> arg(0), bytes = <usize> arg(2) << 2;
  const first = piece * arg(4);
  const last = min(first + arg(4), arg(3));
  let o = <usize> arg(1) + <usize> first * bytes;
  for (let i = first; i < last; i++) {
    if (bytes & 15) memory.copy(o, x, bytes);
    else {
      for (let at: usize = 0; at < bytes; at += 16) v128.store(o + at, v128.load(x + at));
    }
    o += bytes;
  }
}

/** `scale / sqrt(variance + epsilon)`. Args: 0 variance, 1 scale or 0, 2 out, 3 values, 4 epsilon (f32). */
export function batchNormFactors(_: i32): void {
  const variance = <usize> arg(0), scale = <usize> arg(1), out = <usize> arg(2), n = arg(3);
  const epsilon = f32x4.splat(floatArg(4));
  for (let i = 0; i < n; i += 4) {
    const at = <usize> i << 2;
    const root = f32x4.sqrt(f32x4.add(v128.load(variance + at), epsilon));
    const dividend = scale === 0 ? f32x4.splat(1) : v128.load(scale + at);
    v128.store(out + at, f32x4.div(dividend, root));
  }
}

/**
 * `out[row, n] = (x[row, n] - mean[n]) * factor[n] + offset[n]`.
 *
 * Args: 0 x, 1 mean, 2 factors, 3 offset or 0, 4 out, 5 rows, 6 N, 7 rows per piece.
 */
export function batchNorm(piece: i32): void {
  const mean = <usize> arg(1), factors = <usize> arg(2), offset = <usize> arg(3), n = arg(6);
  const first = piece * arg(7);
  const last = min(first + arg(7), arg(5));
  let x = <usize> arg(0) + (<usize> (first * n) << 2);
  let out = <usize> arg(4) + (<usize> (first * n) << 2);
  for (let row = first; row < last; row++) {
    for (let i = 0; i < n; i += 4) {
      const at = <usize> i << 2;
      const shift = offset === 0 ? f32x4.splat(0) : v128.load(offset + at);
      const y = madd(f32x4.sub(v128.load(x + at), v128.load(mean + at)), v128.load(factors + at), shift);
      storeLanes(out + at, y, n - i);
    }
    x += <usize> n << 2;
    out += <usize> n << 2;
  }
}

/** Zero for numbers below the least normal one. */
// @ts-ignore: decorator
@inline
function withoutSubnormals(v: v128, least: v128): v128 {
  return v128.andnot(v, f32x4.lt(f32x4.abs(v), least));
}

/**
 * One step of Adam (Kingma and Ba, 2015) on one variable, in the order of operations of tfjs. Moments that
 * decay become zero instead of subnormal: too small to move a weight, those make Adam three times as
 * long, and would stay for good (nine tenths of the least number are rounded to itself).
 *
 * Args: 0 value, 1 gradient, 2 first moment, 3 second moment, 4 new value, 5 new first, 6 new second,
 * 7 elements, 8 per piece; f32: 9 beta1, 10 beta2, 11 1 - beta1^t, 12 1 - beta2^t, 13 epsilon,
 * 14 -learningRate, 15 1 - beta1, 16 1 - beta2.
 */
export function adam(piece: i32): void {
  const value = <usize> arg(0), gradient = <usize> arg(1), m = <usize> arg(2), v = <usize> arg(3);
  const newValue = <usize> arg(4), newM = <usize> arg(5), newV = <usize> arg(6);
  const first = piece * arg(8);
  const last = min(first + arg(8), arg(7));
  const beta1 = f32x4.splat(floatArg(9)), beta2 = f32x4.splat(floatArg(10));
  const correction1 = f32x4.splat(floatArg(11)), correction2 = f32x4.splat(floatArg(12));
  const epsilon = f32x4.splat(floatArg(13)), rate = f32x4.splat(floatArg(14));
  const rest1 = f32x4.splat(floatArg(15)), rest2 = f32x4.splat(floatArg(16));
  const least = f32x4.splat(f32.MIN_NORMAL_VALUE);
  for (let i = first; i < last; i += 4) {
    const o = <usize> i << 2;
    const g = v128.load(gradient + o);
    const m1 = withoutSubnormals(madd(v128.load(m + o), beta1, f32x4.mul(g, rest1)), least);
    const v1 = withoutSubnormals(
      madd(v128.load(v + o), beta2, f32x4.mul(f32x4.mul(g, g), rest2)),
      least,
    );
    const step = f32x4.div(
      f32x4.div(m1, correction1),
      f32x4.add(f32x4.sqrt(f32x4.div(v1, correction2)), epsilon),
    );
    v128.store(newM + o, m1);
    v128.store(newV + o, v1);
    v128.store(newValue + o, madd(step, rate, v128.load(value + o)));
  }
}
