import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "lib/backend/backend.ts";
import { PANEL } from "lib/backend/codegen/blocks.ts";
import { panelsFor, sumOfProducts } from "lib/backend/kernels/convolution.ts";

/** Examples that go through all steps together. */
const ROWS = 16;

/** A layer of long short-term memory over `[batch, steps]`, `units` a multiple of four. */
export interface Lstm {
  readonly batch: number;
  readonly steps: number;
  readonly units: number;
  /** True if gates are Keras's piecewise linear sigmoid. */
  readonly isHard: boolean;
}

/** What the gradient needs. */
export interface LstmStates {
  /** `[batch, steps, 4 * units]`: input, forget, candidate, output. */
  readonly gates: TensorInfo;
  /** Hidden states and cells, `[batch, steps + 1, units]`, zeros first. */
  readonly hidden: TensorInfo;
  readonly cell: TensorInfo;
}

// deno-lint-ignore explicit-function-return-type -- the kernels' table says what it has to be
function shared(
  backend: SimdBackend,
  { batch, steps, units, isHard }: Lstm,
  gates: TensorInfo,
  cell: TensorInfo,
) {
  return {
    gates: backend.address(gates),
    cell: backend.address(cell),
    batch,
    steps,
    units,
    isHard: isHard ? 1 : 0,
    rowsPerPiece: ROWS,
  };
}

/**
 * All states of a layer.
 *
 * @param gates The input's share of what goes into the gates, which is written over by what comes out of them.
 * @param weights `[units, 4 * units]`, for the hidden states.
 */
export function lstm(
  backend: SimdBackend,
  layer: Lstm,
  gates: TensorInfo,
  weights: TensorInfo,
): LstmStates {
  const { batch, steps, units } = layer;
  const cell = backend.output([batch, steps + 1, units]);
  const hidden = backend.output([batch, steps + 1, units]);
  const scratchFloats = ROWS * 4 * units;
  using scratch = backend.scratch(scratchFloats * backend.threads.count, [batch, steps, units]);
  backend.threads.run("lstm", Math.ceil(batch / ROWS), {
    ...shared(backend, layer, gates, cell),
    panels: panelsFor(backend, [{
      data: backend.arenaData(weights),
      rows: units,
      rowStride: 4 * units,
      columns: 4 * units,
      columnStride: 1,
    }]),
    scratch: scratch.at,
    scratchBytes: scratchFloats * 4,
    hidden: hidden.at,
  });
  return { gates, hidden, cell };
}

/**
 * The gradient of what goes into the gates, `[batch, steps, 4 * units]`.
 *
 * @param dy That of all hidden states, `[batch, steps, units]`, or of the last one alone, `[batch, units]`.
 */
export function lstmGradient(
  backend: SimdBackend,
  layer: Lstm,
  { gates, cell }: LstmStates,
  weights: TensorInfo,
  dy: TensorInfo,
): TensorInfo {
  const { batch, steps, units } = layer;
  const out = backend.output([batch, steps, 4 * units]);
  const scratchFloats = ROWS * (Math.ceil(units / PANEL) * PANEL + units);
  using scratch = backend.scratch(scratchFloats * backend.threads.count, [batch, steps, units]);
  backend.threads.run("lstmGrad", Math.ceil(batch / ROWS), {
    ...shared(backend, layer, gates, cell),
    panels: panelsFor(backend, [{
      data: backend.arenaData(weights),
      rows: 4 * units,
      rowStride: 1,
      columns: units,
      columnStride: 4 * units,
    }]),
    scratch: scratch.at,
    scratchBytes: scratchFloats * 4,
    dy: backend.address(dy),
    isSequence: dy.shape.length === 3 ? 1 : 0,
    out: out.at,
  });
  return out;
}

/** The gradient of the weights for the hidden states: those before each step times the gradient of the gates. */
export function lstmWeightsGradient(
  backend: SimdBackend,
  { batch, steps, units }: Lstm,
  hidden: TensorInfo,
  dGates: TensorInfo,
): TensorInfo {
  const out = backend.output([units, 4 * units]);
  sumOfProducts(backend, {
    x: backend.address(hidden),
    images: batch,
    size: [steps + 1, 1],
    channels: units,
    kernel: [1, 1],
    strides: [1, 1],
    dilations: [1, 1],
    padding: [0, 0],
    results: [steps, 1],
  }, { dy: backend.address(dGates), outChannels: 4 * units, out: out.at });
  return out;
}
