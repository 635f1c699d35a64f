import { assert, assertAlmostEquals, assertEquals, assertThrows } from "lib/assert.ts";
import { InputError } from "lib/errors.ts";
import {
  calibrationCurve,
  expectedCalibrationError,
  kolmogorovSmirnovTest,
  mcnemarTest,
  standardDeviation,
  wilsonInterval,
} from "lib/metrics/mod.ts";
import fixture from "../fixtures/metrics.json" with { type: "json" };

for (const { successes, trials, confidence, bounds } of fixture.intervals) {
  Deno.test(`wilsonInterval is SciPy's: ${successes} of ${trials} at ${confidence}`, () => {
    const { low, high } = wilsonInterval(successes, trials, confidence);
    assertAlmostEquals(low, bounds[0]!, 1e-13);
    assertAlmostEquals(high, bounds[1]!, 1e-13);
  });
}

Deno.test("wilsonInterval reaches 0 and 1 exactly", () => {
  for (let trials = 1; trials <= 100; trials++) {
    assertEquals(wilsonInterval(0, trials).low, 0);
    assertEquals(wilsonInterval(trials, trials).high, 1);
  }
});

Deno.test("wilsonInterval defaults to 95 % and refuses nonsense", () => {
  assertEquals(wilsonInterval(8300, 8400), wilsonInterval(8300, 8400, 0.95));
  assertThrows(() => wilsonInterval(2, 1), InputError, "2 of 1");
  assertThrows(() => wilsonInterval(0, 0), InputError, "trials > 0");
  assertThrows(() => wilsonInterval(1, 2, 1), InputError, "The confidence is 1");
});

for (const { onlyFirst, onlySecond, pValue, midP } of fixture.mcnemar) {
  Deno.test(`mcnemarTest is SciPy's binomial test: ${onlyFirst} against ${onlySecond}`, () => {
    const rows = 25 + onlyFirst + onlySecond;
    const yTrue = new Uint8Array(rows);
    const first = new Uint8Array(rows).fill(1, 25 + onlyFirst);
    const second = new Uint8Array(rows).fill(2, 25, 25 + onlyFirst);
    // Rows on which both are right or both wrong must not count.
    first.fill(3, 0, 10);
    second.fill(4, 0, 10);
    const result = mcnemarTest(yTrue, first, second);
    assertEquals(result.onlyFirstRight, onlyFirst);
    assertEquals(result.onlySecondRight, onlySecond);
    assertAlmostEquals(result.pValue, pValue, 1e-10 * pValue);
    assertAlmostEquals(result.midP, midP, 1e-10 * midP);
  });
}

Deno.test("mcnemarTest of models that agree finds no difference", () => {
  assertEquals(mcnemarTest([0, 1], [0, 2], [0, 3]), {
    onlyFirstRight: 0,
    onlySecondRight: 0,
    pValue: 1,
    midP: 1,
  });
  assertThrows(() => mcnemarTest([0, 1], [0, 1], [0]), InputError, "2 true labels for 2 and 1");
});

const { yTrue, probabilities, curves } = fixture.calibration;

for (const [binsText, expected] of Object.entries(curves)) {
  Deno.test(`calibrationCurve is scikit-learn's, with ${binsText} bins`, () => {
    const bins = calibrationCurve(yTrue, probabilities.flat(), Number(binsText));
    assertEquals(bins.length, Number(binsText));
    assertEquals(bins.reduce((sum, { count }) => sum + count, 0), yTrue.length);
    const filled = bins.filter(({ count }) => count > 0);
    assertEquals(filled.map(({ accuracy }) => accuracy), expected.accuracy);
    for (const [i, { confidence, low, high }] of filled.entries()) {
      assertAlmostEquals(confidence, expected.confidence[i]!, 1e-12);
      assert(low <= confidence && confidence <= high);
    }
    assertAlmostEquals(expectedCalibrationError(bins), expected.error, 1e-12);
  });
}

Deno.test("calibrationCurve refuses what are no probabilities", () => {
  assertThrows(() => calibrationCurve([0, 1], [0.5, 0.5, 1]), InputError, "do not divide");
  assertThrows(() => calibrationCurve([0, 1], [1, 0, 0, 1.5]), InputError, "1.5 in row 1");
  assertThrows(() => calibrationCurve([0], [NaN, NaN]), InputError, "NaN in row 0");
  assertEquals(calibrationCurve([0], [1 + 1e-7, 0])[9]!.accuracy, 1);
});

for (const { x, y, statistic, pValue } of fixture.kolmogorovSmirnov) {
  Deno.test(`kolmogorovSmirnovTest is SciPy's: ${x.length} and ${y.length}, D = ${statistic}`, () => {
    const result = kolmogorovSmirnovTest(x, y);
    assertAlmostEquals(result.statistic, statistic, 1e-14);
    assertAlmostEquals(result.pValue, pValue, 1e-10 * pValue);
    assertEquals(kolmogorovSmirnovTest(y, x).statistic, result.statistic);
  });
}

Deno.test("kolmogorovSmirnovTest refuses samples that are empty or hold no number", () => {
  assertThrows(() => kolmogorovSmirnovTest([], [1]), InputError, "0 and 1 values");
  assertThrows(() => kolmogorovSmirnovTest([1], [NaN]), InputError, "expected numbers");
});

Deno.test("standardDeviation is numpy.std with ddof=1", () => {
  assertAlmostEquals(
    standardDeviation([0.985, 0.9871, 0.9843, 0.9868]),
    0.001363818169698601,
    1e-15,
  );
  assertEquals(standardDeviation([1]), NaN);
});
