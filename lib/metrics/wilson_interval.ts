import { InputError } from "lib/errors.ts";

/** A range with its bounds. */
export interface Interval {
  /** Lower bound. */
  readonly low: number;
  /** Upper bound. */
  readonly high: number;
}

/**
 * The Wilson score interval (Wilson 1927) of a share seen in independent trials, without correction
 * for continuity. Unlike the textbook's `p ± z sqrt(p (1 - p) / n)` it stays within 0 to 1 and keeps
 * its promise near both ends, where accuracies are.
 *
 * @example Usage
 * ```ts
 * import { wilsonInterval } from "lib/metrics/mod.ts";
 * import { assertAlmostEquals } from "lib/assert.ts";
 *
 * const { low, high } = wilsonInterval(5, 10);
 * assertAlmostEquals(low, 0.2366, 1e-4);
 * assertAlmostEquals(high, 0.7634, 1e-4);
 * ```
 *
 * @param successes How often it came true, such as digits predicted right.
 * @param trials How often it was tried, at least once.
 * @param confidence How sure the interval is to hold the true share: 0 to 1, both excluded.
 * @returns Bounds of the share, 0 to 1.
 * @throws {InputError} If one of them is out of range.
 */
export function wilsonInterval(successes: number, trials: number, confidence = 0.95): Interval {
  if (!(trials > 0 && successes >= 0 && successes <= trials)) {
    throw new InputError(
      `${successes} of ${trials}: expected 0 <= successes <= trials, trials > 0.`,
    );
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new InputError(`The confidence is ${confidence}; expected a number between 0 and 1.`);
  }
  const z = normalQuantile((1 + confidence) / 2);
  const share = successes / trials;
  const shrink = 1 + z * z / trials;
  const centre = (share + z * z / (2 * trials)) / shrink;
  const halfWidth = z / shrink *
    Math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials));
  // At the ends the bound is exact, where rounding would leave a hair.
  return {
    low: successes === 0 ? 0 : centre - halfWidth,
    high: successes === trials ? 1 : centre + halfWidth,
  };
}

/** `coefficients[0] + coefficients[1] x + ...` */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}

/**
 * The z below which a standard normal number falls with the given probability, 0.5 to 1 (excluded),
 * to about 16 digits: Wichura's algorithm AS 241, PPND16 (Applied Statistics 37, 1988).
 */
function normalQuantile(probability: number): number {
  const q = probability - 0.5;
  if (q <= 0.425) {
    const r = 0.180625 - q * q;
    return q * polynomial(CENTRE_NUMERATOR, r) / polynomial(CENTRE_DENOMINATOR, r);
  }
  const r = Math.sqrt(-Math.log(1 - probability));
  return r <= 5
    ? polynomial(MIDDLE_NUMERATOR, r - 1.6) / polynomial(MIDDLE_DENOMINATOR, r - 1.6)
    : polynomial(TAIL_NUMERATOR, r - 5) / polynomial(TAIL_DENOMINATOR, r - 5);
}

const CENTRE_NUMERATOR = [
  3.3871328727963666080,
  133.14166789178437745,
  1971.5909503065514427,
  13731.693765509461125,
  45921.953931549871457,
  67265.770927008700853,
  33430.575583588128105,
  2509.0809287301226727,
];
const CENTRE_DENOMINATOR = [
  1,
  42.313330701600911252,
  687.18700749205790830,
  5394.1960214247511077,
  21213.794301586595867,
  39307.895800092710610,
  28729.085735721942674,
  5226.4952788528545610,
];
const MIDDLE_NUMERATOR = [
  1.42343711074968357734,
  4.63033784615654529590,
  5.76949722146069140550,
  3.64784832476320460504,
  1.27045825245236838258,
  0.241780725177450611770,
  0.0227238449892691845833,
  7.74545014278341407640e-4,
];
const MIDDLE_DENOMINATOR = [
  1,
  2.05319162663775882187,
  1.67638483018380384940,
  0.689767334985100004550,
  0.148103976427480074590,
  0.0151986665636164571966,
  5.47593808499534494600e-4,
  1.05075007164441684324e-9,
];
const TAIL_NUMERATOR = [
  6.65790464350110377720,
  5.46378491116411436990,
  1.78482653991729133580,
  0.296560571828504891230,
  0.0265321895265761230930,
  0.00124266094738807843860,
  2.71155556874348757815e-5,
  2.01033439929228813265e-7,
];
const TAIL_DENOMINATOR = [
  1,
  0.599832206555887937690,
  0.136929880922735805310,
  0.0148753612908506148525,
  7.86869131145613259100e-4,
  1.84631831751005468180e-5,
  1.42151175831644588870e-7,
  2.04426310338993978564e-15,
];
