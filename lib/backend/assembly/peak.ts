import { PeakArgs } from "./arguments";
import { madd } from "./simd";

/**
 * Nothing but multiply-adds, twelve vectors per iteration: the best that machine and runtime can do, against
 * which the benchmark measures the kernels. A piece's sums take 16 bytes.
 */
export function peak(piece: i32, a: PeakArgs): void {
  const x = f32x4.splat(a.factor), y = f32x4.splat(a.summand);
  let c0 = f32x4.splat(0), c1 = f32x4.splat(1), c2 = f32x4.splat(2), c3 = f32x4.splat(3);
  let c4 = f32x4.splat(4), c5 = f32x4.splat(5), c6 = f32x4.splat(6), c7 = f32x4.splat(7);
  let c8 = f32x4.splat(8), c9 = f32x4.splat(9), ca = f32x4.splat(10), cb = f32x4.splat(11);
  for (let i = 0, n = a.rounds; i < n; i++) {
    c0 = madd(c0, x, y), c1 = madd(c1, x, y), c2 = madd(c2, x, y), c3 = madd(c3, x, y);
    c4 = madd(c4, x, y), c5 = madd(c5, x, y), c6 = madd(c6, x, y), c7 = madd(c7, x, y);
    c8 = madd(c8, x, y), c9 = madd(c9, x, y), ca = madd(ca, x, y), cb = madd(cb, x, y);
  }
  c0 = f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3));
  c4 = f32x4.add(f32x4.add(c4, c5), f32x4.add(c6, c7));
  c8 = f32x4.add(f32x4.add(c8, c9), f32x4.add(ca, cb));
  v128.store(a.sums + (<usize> piece << 4), f32x4.add(c0, f32x4.add(c4, c8)));
}
