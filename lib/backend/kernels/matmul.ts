import { backend_util, type TensorInfo } from "@tensorflow/tfjs-core";
import type { ArenaData, SimdBackend } from "lib/backend/backend.ts";
import { activate, isBuiltIn } from "lib/backend/kernels/activation.ts";
import { type FastKernel, isFloat, sizeOf } from "lib/backend/kernels/common.ts";
import {
  convolve,
  matrix,
  panelFloats,
  panelsFor,
  type RightHand,
  sumOfProducts,
} from "lib/backend/kernels/convolution.ts";
import { DeferredSum } from "lib/backend/kernels/deferred.ts";

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
  const [left, data, offset] = operands as [ArenaData, ArenaData, ArenaData | undefined];
  const leftAt = (i: number): number => left.at + (aBatch === 1 ? 0 : i * m * k * 4);
  const right: RightHand = {
    data,
    batch: bBatch,
    batchStride: k * n,
    rows: k,
    rowStride: transposeB ? 1 : bColumns,
    columns: n,
    columnStride: transposeB ? bColumns : 1,
  };
  const sum = (out: number, add: boolean): void => {
    for (let i = 0; i < batch; i++) {
      sumOfProducts(backend, matrix(leftAt(i), k, m), {
        dy: data.at + (bBatch === 1 ? 0 : i * k * n * 4),
        pixelStride: right.rowStride,
        channelStride: right.columnStride,
        outChannels: n,
        out: out + i * m * n * 4,
        add,
      });
    }
  };
  const rows = (out: number, add: boolean): void => {
    const panels = panelsFor(backend, [right]);
    const step = bBatch === 1 ? 0 : panelFloats(right) / bBatch * 4;
    for (let i = 0; i < batch; i++) {
      convolve(backend, matrix(leftAt(i), m, k), panels + i * step, {
        outSize: [m, 1],
        outChannels: n,
        bias: offset?.at ?? 0,
        relu,
        out: out + i * m * n * 4,
        add,
      });
    }
  };
  if (!bias && !relu) {
    const run = transposeA ? sum : rows;
    return backend.deferredOutput(new DeferredSum(shape, [{ operands, run }]));
  }
  const out = backend.output(shape);
  rows(out.at, false);
  return out;
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
