/** `a * b + c` by lane: fused where the relaxed-SIMD module is built, two roundings otherwise. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** Stores the first `n` (1 to 4) lanes. */
// @ts-ignore: decorator
@inline
export function storeLanes(p: usize, v: v128, n: i32): void {
  if (n >= 4) {
    v128.store(p, v);
    return;
  }
  f32.store(p, f32x4.extract_lane(v, 0));
  if (n > 1) f32.store(p, f32x4.extract_lane(v, 1), 4);
  if (n > 2) f32.store(p, f32x4.extract_lane(v, 2), 8);
}
