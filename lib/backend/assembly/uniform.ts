import { UniformArgs } from "./arguments";

/**
 * Numbers from 0 to 1 as seedrandom's `alea` gives them, whose fractions of 2^32 are whole numbers here: multiply
 * with carry (Marsaglia), lag 3.
 */
export function uniform(_piece: i32, a: UniformArgs): void {
  let first = <u64> a.state0, second = <u64> a.state1, third = <u64> a.state2;
  let carry = <u64> a.carry;
  let out = a.out;
  for (let i = a.n; i > 0; i--) {
    const next = 2091639 * first + carry;
    first = second;
    second = third;
    third = <u64> <u32> next;
    carry = next >> 32;
    // The factor is a power of two, so there is one rounding, as from double precision.
    f32.store(out, <f32> <u32> third * <f32> 2.3283064365386963e-10);
    out += 4;
  }
}
