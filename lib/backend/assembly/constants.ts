/**
 * Constants in memory, where a kernel finds one by a single load. V8 takes three instructions to make a
 * constant of four lanes, and makes it anew in each round of a loop.
 */

const FLOATS: usize = memory.data<f32>([
  0.0625,
  0.125,
  0.25,
  0.5,
  2,
  2.5,
  4,
  8,
  16,
  -0.5,
  -1,
  -2,
  -4,
  -5,
  1.0 / 6.0,
  -1.0 / 6.0,
  1.0 / 12.0,
  1.0 / 24.0,
  -1.0 / 3.0,
  1.0 / 9.0,
  1.0 / 36.0,
  -1.0 / 60.0,
  32.0 / 45.0,
]);

/** Four lanes of one of the numbers above; which one is settled when this is compiled. */
// @ts-ignore: decorator
@inline
export function constant(x: f32): v128 {
  if (x === <f32> (0.0625)) return v128.load32_splat(FLOATS, 0);
  if (x === <f32> (0.125)) return v128.load32_splat(FLOATS, 4);
  if (x === <f32> (0.25)) return v128.load32_splat(FLOATS, 8);
  if (x === <f32> (0.5)) return v128.load32_splat(FLOATS, 12);
  if (x === <f32> (2)) return v128.load32_splat(FLOATS, 16);
  if (x === <f32> (2.5)) return v128.load32_splat(FLOATS, 20);
  if (x === <f32> (4)) return v128.load32_splat(FLOATS, 24);
  if (x === <f32> (8)) return v128.load32_splat(FLOATS, 28);
  if (x === <f32> (16)) return v128.load32_splat(FLOATS, 32);
  if (x === <f32> (-0.5)) return v128.load32_splat(FLOATS, 36);
  if (x === <f32> (-1)) return v128.load32_splat(FLOATS, 40);
  if (x === <f32> (-2)) return v128.load32_splat(FLOATS, 44);
  if (x === <f32> (-4)) return v128.load32_splat(FLOATS, 48);
  if (x === <f32> (-5)) return v128.load32_splat(FLOATS, 52);
  if (x === <f32> (1.0 / 6.0)) return v128.load32_splat(FLOATS, 56);
  if (x === <f32> (-1.0 / 6.0)) return v128.load32_splat(FLOATS, 60);
  if (x === <f32> (1.0 / 12.0)) return v128.load32_splat(FLOATS, 64);
  if (x === <f32> (1.0 / 24.0)) return v128.load32_splat(FLOATS, 68);
  if (x === <f32> (-1.0 / 3.0)) return v128.load32_splat(FLOATS, 72);
  if (x === <f32> (1.0 / 9.0)) return v128.load32_splat(FLOATS, 76);
  if (x === <f32> (1.0 / 36.0)) return v128.load32_splat(FLOATS, 80);
  if (x === <f32> (-1.0 / 60.0)) return v128.load32_splat(FLOATS, 84);
  if (x === <f32> (32.0 / 45.0)) return v128.load32_splat(FLOATS, 88);
  return f32x4.splat(x);
}

const INTEGERS: usize = memory.data<i32>([1, 2, 3, 4]);

/** Four lanes of an integer from 1 to 4. */
// @ts-ignore: decorator
@inline
export function lanes(x: i32): v128 {
  return v128.load32_splat(INTEGERS + (<usize> (x - 1) << 2));
}
