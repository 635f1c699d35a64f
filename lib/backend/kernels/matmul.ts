import { backend_util, type TensorInfo } from "@tensorflow/tfjs-core";
import type { ArenaData, SimdBackend } from "lib/backend/backend.ts";
import { activate, isBuiltIn } from "lib/backend/kernels/activation.ts";
import { type FastKernel, isFloat, sizeOf } from "lib/backend/kernels/common.ts";
import {
  convolve,
  matrix,
  pack,
  panelFloats,
  type RightHand,
  sumOfProducts,
} from "lib/backend/kernels/convolution.ts";
import { DeferredProduct } from "lib/backend/kernels/deferred.ts";

function product(
  { a, b, bias }: { a: TensorInfo; b: TensorInfo; bias: TensorInfo | undefined },
  backend: SimdBackend,
  transposeA: boolean,
  transposeB: boolean,
  relu: boolean,
): TensorInfo | undefined {
  const rank = a.shape.length;
  if (rank < 2 || b.shape.length < 2) return undefined;
  const [aRows, aColumns] = a.shape.slice(-2) as [number, number];
  const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
  const m = transposeA ? aColumns : aRows;
  const k = transposeA ? aRows : aColumns;
  const n = transposeB ? bRows : bColumns;
  if (k !== (transposeB ? bColumns : bRows)) return undefined;
  if (bias && (sizeOf(bias.shape) !== n)) return undefined;
  const aBatch = sizeOf(a.shape.slice(0, -2)), bBatch = sizeOf(b.shape.slice(0, -2));
  if (aBatch !== bBatch && aBatch !== 1 && bBatch !== 1) return undefined;
  const batchShape = backend_util.assertAndGetBroadcastShape(
    a.shape.slice(0, -2),
    b.shape.slice(0, -2),
  );
  const batch = sizeOf(batchShape);
  if (batch !== Math.max(aBatch, bBatch)) return undefined;
  const shape = [...batchShape, m, n];
  const operands = [a, b, ...bias ? [bias] : []].map((tensor) => backend.arenaData(tensor));
  const run = (out: number): void => {
    const [left, right, offset] = operands as [ArenaData, ArenaData, ArenaData | undefined];
    multiply(backend, {
      left: left.at,
      leftStep: aBatch === 1 ? 0 : m * k,
      right: {
        at: right.at,
        batch: bBatch,
        batchStride: bBatch === 1 ? 0 : k * n,
        rows: k,
        rowStride: transposeB ? 1 : bColumns,
        columns: n,
        columnStride: transposeB ? bColumns : 1,
      },
      transposeA,
      batch,
      rows: m,
      bias: offset?.at ?? 0,
      relu,
      out,
    });
  };
  // The gradient of a left side is such a product.
  if (transposeB && !transposeA) {
    return backend.deferredOutput(new DeferredProduct(shape, operands, run));
  }
  const out = backend.output(shape);
  run(out.at);
  return out;
}

/** Products of `batch` matrices one after the other; steps in floats. */
function multiply(
  backend: SimdBackend,
  { left, leftStep, right, transposeA, batch, rows, bias, relu, out }: {
    left: number;
    leftStep: number;
    right: RightHand & { readonly batch: number; readonly batchStride: number };
    transposeA: boolean;
    batch: number;
    rows: number;
    bias: number;
    relu: boolean;
    out: number;
  },
): void {
  const outChannels = right.columns;
  const outAt = (i: number): number => out + i * rows * outChannels * 4;
  const leftAt = (i: number): number => left + i * leftStep * 4;
  if (transposeA) {
    for (let i = 0; i < batch; i++) {
      sumOfProducts(backend, matrix(leftAt(i), right.rows, rows), {
        dy: right.at + i * right.batchStride * 4,
        pixelStride: right.rowStride,
        channelStride: right.columnStride,
        outChannels,
        out: outAt(i),
      });
    }
    return;
  }
  const floats = panelFloats(right);
  const panels = backend.scratch(floats, [right.rows, outChannels]);
  pack(backend, right, panels);
  const step = right.batch === 1 ? 0 : floats / right.batch * 4;
  for (let i = 0; i < batch; i++) {
    convolve(backend, matrix(leftAt(i), rows, right.rows), panels + i * step, {
      outSize: [rows, 1],
      outChannels,
      bias,
      relu,
      out: outAt(i),
    });
  }
  backend.giveBack(panels);
}

interface MatMulAttrs {
  transposeA: boolean;
  transposeB: boolean;
  activation?: string;
  leakyreluAlpha?: number;
}

export const batchMatMul: FastKernel = ({ inputs: { a, b }, backend, attrs }) => {
  if (!a || !b || !isFloat(a, b)) return undefined;
  const { transposeA, transposeB } = attrs as unknown as MatMulAttrs;
  return product({ a, b, bias: undefined }, backend, transposeA, transposeB, false);
};

export const fusedMatMul: FastKernel = ({ inputs, backend, attrs }) => {
  const { a, b, bias, preluActivationWeights } = inputs;
  if (!a || !b || !isFloat(a, b, bias, preluActivationWeights)) return undefined;
  const { transposeA, transposeB, activation = "linear", leakyreluAlpha } =
    attrs as unknown as MatMulAttrs;
  // Only the kernel for rows has a bias and an activation built in.
  if (transposeA && (bias || activation !== "linear")) return undefined;
  const result = product({ a, b, bias }, backend, transposeA, transposeB, activation === "relu");
  if (result === undefined || isBuiltIn(activation)) return result;
  return activate(backend, result, activation, preluActivationWeights, leakyreluAlpha);
};
