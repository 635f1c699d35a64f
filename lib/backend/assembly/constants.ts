const INTEGERS: usize = memory.data<i32>([1, 2, 3, 4]);

/**
 * An integer from 1 to 4 in all four lanes, by a single load: V8 takes three instructions to materialise a
 * vector constant, and repeats them in each iteration of a loop.
 */
// @ts-ignore: decorator
@inline
export function lanes(x: i32): v128 {
  return v128.load32_splat(INTEGERS + (<usize> (x - 1) << 2));
}
