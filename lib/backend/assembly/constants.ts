const INTEGERS: usize = memory.data<i32>([1, 2, 3, 4]);

/**
 * Four lanes of an integer from 1 to 4, by a single load: V8 takes three instructions to make a constant of four
 * lanes, and makes it anew in each round of a loop.
 */
// @ts-ignore: decorator
@inline
export function lanes(x: i32): v128 {
  return v128.load32_splat(INTEGERS + (<usize> (x - 1) << 2));
}
