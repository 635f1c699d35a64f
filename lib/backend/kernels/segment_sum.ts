import { type FastKernel, isFloat, sizeOf } from "lib/backend/kernels/common.ts";

/**
 * Sums of the rows of `x` that have the same number: `out[ids[row]] += x[row]`, the gradient of an
 * embedding. Rows whose number is no segment are skipped.
 */
export const unsortedSegmentSum: FastKernel = ({ inputs: { x, segmentIds }, backend, attrs }) => {
  if (!x || !segmentIds || !isFloat(x)) return undefined;
  if (segmentIds.shape.length !== 1 || segmentIds.shape[0] !== x.shape[0]) return undefined;
  const { numSegments } = attrs as { numSegments: number };
  if (numSegments < 1) return undefined;
  const shape = [numSegments, ...x.shape.slice(1)];
  const out = backend.output(shape);
  const values = backend.arenaData(x).values, sums = backend.arenaData(out).values.fill(0);
  const ids = backend.readSync(segmentIds.dataId) as Int32Array;
  const n = sizeOf(x.shape.slice(1));
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row]!;
    if (id < 0 || id >= numSegments) continue;
    const from = row * n, to = id * n;
    for (let i = 0; i < n; i++) sums[to + i]! += values[from + i]!;
  }
  return out;
};
