import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Scratch, SimdBackend } from "lib/backend/backend.ts";
import { PANEL } from "lib/backend/codegen/blocks.ts";
import { panelsFor, type RightHand, sumOfProducts } from "lib/backend/kernels/convolution.ts";

/** Examples that go through all steps together. */
const ROWS = 16;

/** A recurrent layer over `[batch, steps]`, `units` a multiple of four. */
export interface Recurrent {
  readonly kind: keyof typeof GATES;
  readonly batch: number;
  readonly steps: number;
  readonly units: number;
  /** True if gates are Keras's piecewise linear sigmoid. */
  readonly isHard: boolean;
}

/** How many there are, the candidate included. */
export const GATES = { lstm: 4, gru: 3 } as const;

/** What the gradient needs. */
export interface States {
  /** `[batch, steps, gates * units]`: input, forget, candidate, output; or update, reset, candidate. */
  readonly gates: TensorInfo;
  /** Hidden states, `[batch, steps + 1, units]`, zeros first. */
  readonly hidden: TensorInfo;
  /** The cells of an LSTM; else the hidden states. */
  readonly cell: TensorInfo;
}

/** Columns of `weights`, `[units, gates * units]`, for the hidden states; or those transposed. */
function columnsOf(
  backend: SimdBackend,
  { kind, units }: Recurrent,
  weights: TensorInfo,
  [from, to]: readonly [from: number, to: number],
  isTransposed = false,
): RightHand {
  const row = GATES[kind] * units, columns = (to - from) * units;
  return {
    data: backend.arenaData(weights),
    offset: from * units,
    rows: isTransposed ? columns : units,
    rowStride: isTransposed ? 1 : row,
    columns: isTransposed ? units : columns,
    columnStride: isTransposed ? row : 1,
  };
}

/** Floats of a thread's scratch: the products for all gates, one of them in whole panels. */
const scratchFloats = ({ kind, units }: Recurrent): number =>
  ROWS * (GATES[kind] * units + Math.ceil(units / PANEL) * PANEL);

/** What all kernels are called with. */
// deno-lint-ignore explicit-function-return-type -- the kernels' table says what it has to be
function shared(
  backend: SimdBackend,
  layer: Recurrent,
  gates: TensorInfo,
  panels: readonly RightHand[],
  scratch: Scratch,
) {
  return {
    gates: backend.address(gates),
    panels: panelsFor(backend, panels),
    batch: layer.batch,
    steps: layer.steps,
    units: layer.units,
    isHard: layer.isHard ? 1 : 0,
    rowsPerPiece: ROWS,
    scratch: scratch.at,
    scratchBytes: scratchFloats(layer) * 4,
  };
}

/**
 * All states of a layer.
 *
 * @param gates The input's share of what goes into the gates, which is written over by what comes out of them.
 * @param weights `[units, gates * units]`, for the hidden states.
 */
export function recur(
  backend: SimdBackend,
  layer: Recurrent,
  gates: TensorInfo,
  weights: TensorInfo,
): States {
  const { kind, batch, steps, units } = layer;
  const hidden = backend.output([batch, steps + 1, units]);
  const cell = kind === "lstm" ? backend.output(hidden.shape) : hidden;
  const columns = (from: number, to: number): RightHand =>
    columnsOf(backend, layer, weights, [from, to]);
  const panels = kind === "lstm" ? [columns(0, 4)] : [columns(0, 2), columns(2, 3)];
  using scratch = backend.scratch(scratchFloats(layer) * backend.threads.count, hidden.shape);
  const args = { ...shared(backend, layer, gates, panels, scratch), hidden: hidden.at };
  const pieces = Math.ceil(batch / ROWS);
  if (kind === "gru") backend.threads.run("gru", pieces, args);
  else backend.threads.run("lstm", pieces, { ...args, cell: backend.address(cell) });
  return { gates, hidden, cell };
}

/**
 * The gradient of what goes into the gates, `[batch, steps, gates * units]`.
 *
 * @param dy That of all hidden states, `[batch, steps, units]`, or of the last one alone, `[batch, units]`.
 */
export function recurGradient(
  backend: SimdBackend,
  layer: Recurrent,
  { gates, hidden, cell }: States,
  weights: TensorInfo,
  dy: TensorInfo,
): TensorInfo {
  const { kind } = layer;
  const out = backend.output(gates.shape);
  const columns = (from: number, to: number): RightHand =>
    columnsOf(backend, layer, weights, [from, to], true);
  const panels = kind === "lstm" ? [columns(0, 4)] : [columns(2, 3), columns(0, 2)];
  using scratch = backend.scratch(scratchFloats(layer) * backend.threads.count, hidden.shape);
  const args = {
    ...shared(backend, layer, gates, panels, scratch),
    dy: backend.address(dy),
    isSequence: dy.shape.length === 3 ? 1 : 0,
    out: out.at,
  };
  const pieces = Math.ceil(layer.batch / ROWS);
  if (kind === "gru") {
    backend.threads.run("gruGrad", pieces, { ...args, hidden: backend.address(hidden) });
  } else backend.threads.run("lstmGrad", pieces, { ...args, cell: backend.address(cell) });
  return out;
}

/**
 * The gradient of some gates' weights, `[units, count * units]`: `states` before each step times that of the gates.
 *
 * @param states `[batch, steps, units]`, or one step more.
 */
export function weightsGradient(
  backend: SimdBackend,
  { kind, batch, steps, units }: Recurrent,
  states: TensorInfo,
  dGates: TensorInfo,
  [from, to]: readonly [from: number, to: number],
): TensorInfo {
  const outChannels = (to - from) * units;
  const out = backend.output([units, outChannels]);
  sumOfProducts(backend, {
    x: backend.address(states),
    images: batch,
    size: [states.shape[1]!, 1],
    channels: units,
    kernel: [1, 1],
    strides: [1, 1],
    dilations: [1, 1],
    padding: [0, 0],
    results: [steps, 1],
  }, {
    dy: backend.address(dGates) + 4 * from * units,
    pixelStride: GATES[kind] * units,
    outChannels,
    out: out.at,
  });
  return out;
}
