import type { SimdBackend } from "lib/backend/backend.ts";
import { float, Kernel } from "lib/backend/pool.ts";
import { cut } from "lib/backend/kernels/common.ts";

/** Operations by their numbers in assembly/elementwise.ts. */
export const UNARY = {
  Relu: 0,
  Step: 1,
  Square: 2,
  Sqrt: 3,
  Neg: 4,
  Abs: 5,
  Exp: 6,
  Log: 7,
  Sigmoid: 8,
  Tanh: 9,
  ClipByValue: 10,
  Floor: 11,
  Rsqrt: 12,
} as const;
/** Multiplies by the first parameter. */
export const SCALE = 13;

/** Applies an operation to `size` values. */
export function runUnary(
  backend: SimdBackend,
  op: number,
  x: number,
  out: number,
  size: number,
  parameters: readonly [number, number] = [0, 0],
): void {
  const { pieces, size: part } = cut(size);
  backend.pool.run(Kernel.unary, pieces, [x, out, op, size, part, ...parameters.map(float)]);
}
