import { GruArgs, GruGradArgs, LstmArgs, LstmGradArgs } from "./arguments";
import { PANEL, rowsTimesMatrix } from "./blocks";
import { threadIndex } from "./control";
import { madd } from "./simd";

/**
 * Recurrent layers over all steps in time. What happens to an example does not depend on the others, so a piece takes
 * some of a batch through all steps.
 *
 * States lie as `[batch][steps + 1][units]`, zeros first. Gates lie as `[batch][steps][gates][units]`; they hold the
 * input's share of what goes into them, and then what comes out.
 */

function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes);
}

const CONSTANTS: usize = memory.data<f32>([0, 0.2, 0.5, 1, 9.02, -9.02]);
const ZERO: usize = CONSTANTS, FIFTH: usize = CONSTANTS + 4, HALF: usize = CONSTANTS + 8, ONE: usize = CONSTANTS + 12;
const MOST: usize = CONSTANTS + 16, LEAST: usize = CONSTANTS + 20;

/** Of the quotient below in powers of x squared, the greatest first. */
const NUMERATOR: usize = memory.data<f32>([
  -8.436004583114305e-14,
  5.257762825517942e-11,
  -2.0183934680877905e-8,
  1.1144248134527054e-5,
  3.1030006246168017e-3,
  0.13083156243521293,
  0.9999999932295673,
]);
const DENOMINATOR: usize = memory.data<f32>([
  2.5447501025136827e-4,
  2.4491378199459613e-2,
  0.46416483205671094,
  1,
]);

/** Four times the same constant. */
// @ts-ignore: decorator
@inline
function all(at: usize): v128 {
  return v128.load32_splat(at);
}

/** Hyperbolic tangent as a quotient of polynomials, to 4e-7: a third of the instructions that its last digits take. */
// @ts-ignore: decorator
@inline
function tanh(x: v128): v128 {
  // In this order both keep what is not a number.
  const a = f32x4.pmax(f32x4.pmin(x, all(MOST)), all(LEAST));
  const u = f32x4.mul(a, a);
  let p = all(NUMERATOR), q = all(DENOMINATOR);
  p = madd(p, u, all(NUMERATOR + 4));
  p = madd(p, u, all(NUMERATOR + 8));
  p = madd(p, u, all(NUMERATOR + 12));
  p = madd(p, u, all(NUMERATOR + 16));
  p = madd(p, u, all(NUMERATOR + 20));
  p = madd(p, u, all(NUMERATOR + 24));
  q = madd(q, u, all(DENOMINATOR + 4));
  q = madd(q, u, all(DENOMINATOR + 8));
  q = madd(q, u, all(DENOMINATOR + 12));
  return f32x4.div(f32x4.mul(a, p), q);
}

/** The sigmoid function, or Keras's piecewise linear one. */
// @ts-ignore: decorator
@inline
function gate(x: v128, isHard: i32): v128 {
  const half = all(HALF);
  if (isHard) return f32x4.pmax(f32x4.pmin(madd(x, all(FIFTH), half), all(ONE)), all(ZERO));
  return madd(tanh(f32x4.mul(x, half)), half, half);
}

/** The derivative of a gate by its input, from its value. */
// @ts-ignore: decorator
@inline
function gateSlope(y: v128, isHard: i32): v128 {
  const slope = f32x4.mul(y, f32x4.sub(all(ONE), y));
  // The product is above zero where the piecewise linear one rises.
  return isHard ? v128.and(f32x4.gt(slope, all(ZERO)), all(FIFTH)) : slope;
}

/** Long short-term memory (Hochreiter and Schmidhuber, 1997): input, forget, candidate, output. */
export function lstm(piece: i32, a: LstmArgs): void {
  const units = a.units;
  const row = <usize> units << 2, gatesRow = row << 2;
  const gatesBytes = <usize> a.steps * gatesRow, statesBytes = <usize> (a.steps + 1) * row;
  const first = piece * a.rowsPerPiece;
  const rows = min(a.rowsPerPiece, a.batch - first);
  const sums = a.scratch + <usize> threadIndex() * a.scratchBytes;
  let gates = a.gates + <usize> first * gatesBytes;
  let hidden = a.hidden + <usize> first * statesBytes;
  let cell = a.cell + <usize> first * statesBytes;
  for (let r: usize = 0; r < <usize> rows; r++) {
    clear(hidden + r * statesBytes, row);
    clear(cell + r * statesBytes, row);
  }
  for (let step = 0; step < a.steps; step++) {
    rowsTimesMatrix(rows, hidden, statesBytes, units, a.panels, 4 * units, sums, gatesRow);
    for (let r: usize = 0; r < <usize> rows; r++) {
      const s = sums + r * gatesRow, g = gates + r * gatesBytes;
      const h = hidden + r * statesBytes, c = cell + r * statesBytes;
      for (let k: usize = 0; k < row; k += 16) {
        const p = g + k, q = s + k;
        const input = gate(f32x4.add(v128.load(p), v128.load(q)), a.isHard);
        const forget = gate(f32x4.add(v128.load(p + row), v128.load(q + row)), a.isHard);
        const candidate = tanh(f32x4.add(v128.load(p + 2 * row), v128.load(q + 2 * row)));
        const output = gate(f32x4.add(v128.load(p + 3 * row), v128.load(q + 3 * row)), a.isHard);
        const next = f32x4.add(f32x4.mul(forget, v128.load(c + k)), f32x4.mul(input, candidate));
        v128.store(p, input);
        v128.store(p + row, forget);
        v128.store(p + 2 * row, candidate);
        v128.store(p + 3 * row, output);
        v128.store(c + k + row, next);
        v128.store(h + k + row, f32x4.mul(output, tanh(next)));
      }
    }
    gates += gatesRow;
    hidden += row;
    cell += row;
  }
}

/**
 * The gradient of what goes into the gates, from that of the hidden states: of all, or of the last one alone.
 * Panels are those of the transposed weights.
 */
export function lstmGrad(piece: i32, a: LstmGradArgs): void {
  const units = a.units;
  const row = <usize> units << 2, gatesRow = row << 2;
  const gatesBytes = <usize> a.steps * gatesRow, statesBytes = <usize> (a.steps + 1) * row;
  const dyBytes = a.isSequence ? <usize> a.steps * row : row;
  const first = piece * a.rowsPerPiece;
  const rows = min(a.rowsPerPiece, a.batch - first);
  // The gradients of the states behind the step, from the steps that follow; those of the hidden ones in whole panels.
  const columns = (units + PANEL - 1) / PANEL * PANEL;
  const hiddenRow = <usize> columns << 2;
  const dHidden = a.scratch + <usize> threadIndex() * a.scratchBytes;
  const dCell = dHidden + <usize> rows * hiddenRow;
  clear(dHidden, <usize> rows * (hiddenRow + row));
  const one = all(ONE);
  for (let step = a.steps - 1; step >= 0; step--) {
    const gates = a.gates + <usize> first * gatesBytes + <usize> step * gatesRow;
    const out = a.out + <usize> first * gatesBytes + <usize> step * gatesRow;
    const cell = a.cell + <usize> first * statesBytes + <usize> step * row;
    const dy = a.dy + <usize> first * dyBytes + (a.isSequence ? <usize> step * row : 0);
    const hasDy = a.isSequence !== 0 || step === a.steps - 1;
    for (let r: usize = 0; r < <usize> rows; r++) {
      const g = gates + r * gatesBytes, o = out + r * gatesBytes, c = cell + r * statesBytes;
      const dh = dHidden + r * hiddenRow, dc = dCell + r * row;
      for (let k: usize = 0; k < row; k += 16) {
        const p = g + k, q = o + k;
        const input = v128.load(p), forget = v128.load(p + row);
        const candidate = v128.load(p + 2 * row), output = v128.load(p + 3 * row);
        const squashed = tanh(v128.load(c + k + row));
        let d = v128.load(dh + k);
        if (hasDy) d = f32x4.add(d, v128.load(dy + r * dyBytes + k));
        const through = f32x4.mul(output, f32x4.sub(one, f32x4.mul(squashed, squashed)));
        const e = f32x4.add(v128.load(dc + k), f32x4.mul(d, through));
        const slope = f32x4.sub(one, f32x4.mul(candidate, candidate));
        v128.store(q, f32x4.mul(f32x4.mul(e, candidate), gateSlope(input, a.isHard)));
        v128.store(q + row, f32x4.mul(f32x4.mul(e, v128.load(c + k)), gateSlope(forget, a.isHard)));
        v128.store(q + 2 * row, f32x4.mul(f32x4.mul(e, input), slope));
        v128.store(q + 3 * row, f32x4.mul(f32x4.mul(d, squashed), gateSlope(output, a.isHard)));
        v128.store(dc + k, f32x4.mul(e, forget));
      }
    }
    if (step > 0) rowsTimesMatrix(rows, out, gatesBytes, 4 * units, a.panels, columns, dHidden, hiddenRow);
  }
}

/** Gated recurrent units (Cho et al., 2014): update, reset, candidate. Panels of the first two, then of the candidate. */
export function gru(piece: i32, a: GruArgs): void {
  const units = a.units;
  const row = <usize> units << 2, gatesRow = 3 * row;
  const gatesBytes = <usize> a.steps * gatesRow, statesBytes = <usize> (a.steps + 1) * row;
  const first = piece * a.rowsPerPiece;
  const rows = min(a.rowsPerPiece, a.batch - first);
  const columns = (units + PANEL - 1) / PANEL * PANEL;
  const sumsRow = 2 * row, candidateRow = <usize> columns << 2;
  const sums = a.scratch + <usize> threadIndex() * a.scratchBytes;
  const kept = sums + <usize> rows * sumsRow;
  const candidates = kept + <usize> rows * row;
  const candidatePanels = a.panels + (<usize> (2 * units * units) << 2);
  let gates = a.gates + <usize> first * gatesBytes;
  let hidden = a.hidden + <usize> first * statesBytes;
  const one = all(ONE);
  for (let r: usize = 0; r < <usize> rows; r++) clear(hidden + r * statesBytes, row);
  for (let step = 0; step < a.steps; step++) {
    rowsTimesMatrix(rows, hidden, statesBytes, units, a.panels, 2 * units, sums, sumsRow);
    for (let r: usize = 0; r < <usize> rows; r++) {
      const s = sums + r * sumsRow, g = gates + r * gatesBytes;
      const h = hidden + r * statesBytes, to = kept + r * row;
      for (let k: usize = 0; k < row; k += 16) {
        const p = g + k, q = s + k;
        const reset = gate(f32x4.add(v128.load(p + row), v128.load(q + row)), a.isHard);
        v128.store(p, gate(f32x4.add(v128.load(p), v128.load(q)), a.isHard));
        v128.store(p + row, reset);
        v128.store(to + k, f32x4.mul(reset, v128.load(h + k)));
      }
    }
    rowsTimesMatrix(rows, kept, row, units, candidatePanels, columns, candidates, candidateRow);
    for (let r: usize = 0; r < <usize> rows; r++) {
      const s = candidates + r * candidateRow, g = gates + r * gatesBytes, h = hidden + r * statesBytes;
      for (let k: usize = 0; k < row; k += 16) {
        const p = g + k, update = v128.load(p);
        const candidate = tanh(f32x4.add(v128.load(p + 2 * row), v128.load(s + k)));
        v128.store(p + 2 * row, candidate);
        v128.store(
          h + k + row,
          f32x4.add(f32x4.mul(update, v128.load(h + k)), f32x4.mul(f32x4.sub(one, update), candidate)),
        );
      }
    }
    gates += gatesRow;
    hidden += row;
  }
}

/** As `lstmGrad`. Panels are those of the transposed weights, of the candidate first. */
export function gruGrad(piece: i32, a: GruGradArgs): void {
  const units = a.units;
  const row = <usize> units << 2, gatesRow = 3 * row;
  const gatesBytes = <usize> a.steps * gatesRow, statesBytes = <usize> (a.steps + 1) * row;
  const dyBytes = a.isSequence ? <usize> a.steps * row : row;
  const first = piece * a.rowsPerPiece;
  const rows = min(a.rowsPerPiece, a.batch - first);
  const columns = (units + PANEL - 1) / PANEL * PANEL;
  const productRow = <usize> columns << 2;
  const dHidden = a.scratch + <usize> threadIndex() * a.scratchBytes;
  const products = dHidden + <usize> rows * row;
  const gatePanels = a.panels + (<usize> (units * columns) << 2);
  clear(dHidden, <usize> rows * (row + productRow));
  const one = all(ONE);
  for (let step = a.steps - 1; step >= 0; step--) {
    const gates = a.gates + <usize> first * gatesBytes + <usize> step * gatesRow;
    const out = a.out + <usize> first * gatesBytes + <usize> step * gatesRow;
    const hidden = a.hidden + <usize> first * statesBytes + <usize> step * row;
    const dy = a.dy + <usize> first * dyBytes + (a.isSequence ? <usize> step * row : 0);
    const hasDy = a.isSequence !== 0 || step === a.steps - 1;
    for (let r: usize = 0; r < <usize> rows; r++) {
      const g = gates + r * gatesBytes, o = out + r * gatesBytes, h = hidden + r * statesBytes;
      const dh = dHidden + r * row, s = products + r * productRow;
      for (let k: usize = 0; k < row; k += 16) {
        const update = v128.load(g + k), candidate = v128.load(g + k + 2 * row);
        let d = f32x4.add(v128.load(dh + k), v128.load(s + k));
        if (hasDy) d = f32x4.add(d, v128.load(dy + r * dyBytes + k));
        const apart = f32x4.sub(v128.load(h + k), candidate);
        const slope = f32x4.sub(one, f32x4.mul(candidate, candidate));
        v128.store(o + k, f32x4.mul(f32x4.mul(d, apart), gateSlope(update, a.isHard)));
        v128.store(o + k + 2 * row, f32x4.mul(f32x4.mul(d, f32x4.sub(one, update)), slope));
        v128.store(dh + k, f32x4.mul(d, update));
      }
    }
    rowsTimesMatrix(rows, out + 2 * row, gatesBytes, units, a.panels, columns, products, productRow);
    for (let r: usize = 0; r < <usize> rows; r++) {
      const g = gates + r * gatesBytes, o = out + r * gatesBytes, h = hidden + r * statesBytes;
      const dh = dHidden + r * row, s = products + r * productRow;
      for (let k: usize = 0; k < row; k += 16) {
        const reset = v128.load(g + k + row), d = v128.load(s + k);
        v128.store(o + k + row, f32x4.mul(f32x4.mul(d, v128.load(h + k)), gateSlope(reset, a.isHard)));
        v128.store(dh + k, f32x4.add(v128.load(dh + k), f32x4.mul(d, reset)));
      }
    }
    if (step > 0) rowsTimesMatrix(rows, out, gatesBytes, 2 * units, gatePanels, columns, products, productRow);
  }
}
