import { backend_util, slice_util, type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "lib/backend/backend.ts";
import { scalar } from "lib/backend/fusion/expression.ts";
import { rowMajor } from "lib/backend/fusion/launch.ts";
import { computeInto, copyInto, elementwise, show, viewOf } from "lib/backend/fusion/lazy.ts";
import { type FastKernel, isFloat, type KernelCall, sizeOf } from "lib/backend/kernels/common.ts";

/** A tensor that is a view of another: only strides differ. */
function shown(
  view: ReturnType<typeof viewOf>,
  backend: SimdBackend,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): TensorInfo {
  return show(backend, shape, view.data, view.offset + offset, strides);
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, d) => sum + value * b[d]!, 0);

export const slice: FastKernel = ({ inputs: { x }, backend, attrs }) => {
  if (!x || !isFloat(x)) return undefined;
  const { begin, size } = attrs as { begin: number[]; size: number[] };
  const [starts, shape] = slice_util.parseSliceParams(x as never, begin, size);
  slice_util.assertParamsValid(x as never, starts!, shape!);
  if (shape!.includes(0)) return undefined;
  const view = viewOf(backend, x);
  return shown(view, backend, shape!, view.strides, dot(starts!, view.strides));
};

export const transpose: FastKernel = ({ inputs: { x }, backend, attrs }) => {
  if (!x || !isFloat(x)) return undefined;
  const perm = attrs["perm"] as number[];
  const view = viewOf(backend, x);
  return shown(view, backend, perm.map((d) => x.shape[d]!), perm.map((d) => view.strides[d]!));
};

export const reverse: FastKernel = ({ inputs: { x }, backend, attrs }) => {
  if (!x || !isFloat(x)) return undefined;
  const dims = util.parseAxisParam(attrs["dims"] as number[], x.shape);
  const view = viewOf(backend, x);
  const last = x.shape.map((n, d) => dims.includes(d) ? n - 1 : 0);
  const strides = view.strides.map((stride, d) => dims.includes(d) ? -stride : stride);
  return shown(view, backend, x.shape, strides, dot(last, view.strides));
};

/** Repeats values. */
export const tile: FastKernel = ({ inputs: { x }, backend, attrs }) => {
  const reps = attrs["reps"] as number[];
  if (!x || !isFloat(x) || reps.length !== x.shape.length || reps.includes(0)) return undefined;
  const shape = x.shape.map((n, d) => n * reps[d]!);
  const view = viewOf(backend, x);
  if (reps.every((times, d) => times === 1 || x.shape[d] === 1)) {
    return shown(view, backend, shape, view.strides.map((s, d) => reps[d] === 1 ? s : 0));
  }
  const split = x.shape.flatMap((n, d) => [reps[d]!, n]);
  const repeated = shown(view, backend, split, view.strides.flatMap((stride) => [0, stride]));
  const out = backend.output(shape);
  copyInto(backend, split, [repeated], [{ at: out.at }]);
  backend.disposeIntermediateTensorInfo(repeated);
  return out;
};

/** Consecutive parts of a tensor along an axis. */
function parts(
  backend: SimdBackend,
  x: TensorInfo,
  axis: number,
  sizes: readonly number[],
  shapeOf: (size: number) => readonly number[],
  stridesOf: (strides: readonly number[]) => readonly number[],
): TensorInfo[] {
  const view = viewOf(backend, x);
  let start = 0;
  return sizes.map((size) => {
    const offset = start * view.strides[axis]!;
    start += size;
    return shown(view, backend, shapeOf(size), stridesOf(view.strides), offset);
  });
}

const without = (list: readonly number[], d: number): number[] => list.filter((_, i) => i !== d);

export const splitV = ({ inputs: { x }, backend, attrs }: KernelCall): TensorInfo[] | undefined => {
  if (!x || !isFloat(x)) return undefined;
  const { numOrSizeSplits, axis } = attrs as { numOrSizeSplits: number | number[]; axis: number };
  const [d] = util.parseAxisParam(axis, x.shape) as [number];
  const sizes = backend_util.prepareSplitSize(x as never, numOrSizeSplits, d);
  if (sizes.includes(0)) return undefined;
  const shapeOf = (size: number): number[] => x.shape.with(d, size);
  return parts(backend, x, d, sizes, shapeOf, (strides) => strides);
};

export const unpack = (
  { inputs: { value }, backend, attrs }: KernelCall,
): TensorInfo[] | undefined => {
  if (!value || !isFloat(value)) return undefined;
  const [d] = util.parseAxisParam(attrs["axis"] as number, value.shape) as [number];
  const sizes = Array<number>(value.shape[d]!).fill(1);
  return parts(backend, value, d, sizes, () => without(value.shape, d), (s) => without(s, d));
};

/** A tensor that is written part by part, each with its strides. */
function joined(
  backend: SimdBackend,
  shape: readonly number[],
  tensors: readonly TensorInfo[],
  place: (i: number) => { offset: number; strides: readonly number[] },
): TensorInfo {
  const out = backend.output(shape);
  const [first] = tensors as [TensorInfo];
  const places = tensors.map(({ shape }, i) => {
    const { offset, strides } = place(i);
    return { at: out.at + 4 * offset, strides, isInside: sizeOf(shape) % 4 !== 0 };
  });
  if (tensors.every((other) => util.arraysEqual(other.shape, first.shape))) {
    copyInto(backend, first.shape, tensors, places);
  } else {
    tensors.forEach((tensor, i) => {
      if (!tensor.shape.includes(0)) copyInto(backend, tensor.shape, [tensor], [places[i]!]);
    });
  }
  return out;
}

export const concat: FastKernel = ({ inputs, backend, attrs }) => {
  const tensors = Object.values(inputs) as TensorInfo[];
  if (!tensors.every(({ dtype }) => dtype === "float32")) return undefined;
  const [d] = util.parseAxisParam(attrs["axis"] as number, tensors[0]!.shape) as [number];
  const shapes = tensors.map(({ shape }) => shape);
  backend_util.assertParamsConsistent(shapes, d);
  const shape = backend_util.computeOutShape(shapes, d);
  if (shape.includes(0)) return undefined;
  const strides = rowMajor(shape);
  const starts = shapes.map((_, i) => shapes.slice(0, i).reduce((sum, s) => sum + s[d]!, 0));
  return joined(backend, shape, tensors, (i) => ({ offset: starts[i]! * strides[d]!, strides }));
};

export const pack: FastKernel = ({ inputs, backend, attrs }) => {
  const tensors = Object.values(inputs) as TensorInfo[];
  if (!isFloat(...tensors)) return undefined;
  const d = attrs["axis"] as number;
  const { shape } = tensors[0]!;
  if (tensors.some((other) => !util.arraysEqual(other.shape, shape))) return undefined;
  const whole = shape.toSpliced(d, 0, tensors.length);
  const strides = rowMajor(whole);
  return joined(backend, whole, tensors, (i) => ({
    offset: i * strides[d]!,
    strides: without(strides, d),
  }));
};

export const pad: FastKernel = ({ inputs: { x }, backend, attrs }) => {
  if (!x || !isFloat(x)) return undefined;
  const { paddings, constantValue } = attrs as {
    paddings: [number, number][];
    constantValue: number;
  };
  if (x.shape.length === 0) return undefined;
  const shape = x.shape.map((n, d) => paddings[d]![0] + n + paddings[d]![1]);
  const strides = rowMajor(shape);
  const out = backend.output(shape);
  computeInto(
    backend,
    shape,
    [],
    [{ at: out.at }],
    () => [scalar(constantValue)],
  );
  const offset = dot(paddings.map(([before]) => before), strides);
  const place = { at: out.at + 4 * offset, strides, isInside: true };
  copyInto(backend, x.shape, [x], [place]);
  return out;
};

/** The same number everywhere. */
export const fill: FastKernel = ({ backend, attrs }) => {
  const { shape, value, dtype } = attrs as { shape: number[]; value: number; dtype?: string };
  if (dtype !== "float32" || shape.includes(0)) return undefined;
  return elementwise(backend, shape, [], () => scalar(value));
};
