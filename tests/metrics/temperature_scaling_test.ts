import { assert, assertAlmostEquals, assertEquals } from "lib/assert.ts";
import { fitTemperature, scaleTemperature } from "lib/metrics/mod.ts";
import scipy from "../fixtures/temperature.json" with { type: "json" };

for (const { labels, probabilities, temperature, loss } of scipy.cases) {
  Deno.test(`the temperature is SciPy's: ${temperature.toFixed(3)}`, () => {
    assertAlmostEquals(fitTemperature(labels, probabilities), temperature, 1e-6 * temperature);
    const scaled = scaleTemperature(Float32Array.from(probabilities), 10, temperature);
    const mean = labels.reduce((sum, label, i) => sum - Math.log(scaled[10 * i + label]!), 0) /
      labels.length;
    assertAlmostEquals(mean, loss, 1e-6);
  });
}

Deno.test("a temperature keeps the order and the sum of a row; 1 changes nothing", () => {
  const row = Float32Array.of(0.7, 0.2, 0.1, 0);
  const soft = scaleTemperature(row, 4, 3);
  assert(soft[0]! > soft[1]! && soft[1]! > soft[2]! && soft[0]! < 0.7);
  assertAlmostEquals(soft.reduce((a, b) => a + b), 1, 1e-6);
  const same = scaleTemperature(row, 4, 1);
  row.forEach((p, k) => assertAlmostEquals(same[k]!, p, 1e-7));
});

Deno.test("a classifier that is always right may be as sure as it can", () => {
  const temperature = fitTemperature([0, 1], [0.9, 0.1, 0.1, 0.9]);
  assert(temperature > 0 && temperature < 0.1, String(temperature));
  assertEquals([...scaleTemperature(Float32Array.of(0.9, 0.1), 2, temperature)][0], 1);
});
