import { assert, assertAlmostEquals, assertEquals } from "lib/assert.ts";
import { describeFluctuation, measureFluctuation } from "lib/experiment/fluctuation.ts";
import type { Evaluation, HistoryRow } from "lib/model/mod.ts";

const rows = (valLosses: number[], valAccuracies: number[]): HistoryRow[] =>
  valLosses.map((valLoss, i) => ({
    epoch: i + 1,
    loss: 1 / (i + 1),
    accuracy: 0.9,
    valLoss,
    valAccuracy: valAccuracies[i]!,
  }));

/** Four images; the third is a 2 that is read as 7 with 60% confidence, 30% for the 2. */
const labels = Uint8Array.of(0, 1, 2, 3);
const probabilities = new Float32Array(40);
probabilities.set([1], 0);
probabilities.set([1], 11);
probabilities.set([0.3], 22);
probabilities.set([0.6], 27);
probabilities.set([1], 33);
const evaluation: Evaluation = {
  accuracy: 0.75,
  loss: -Math.log(0.3) / 4 + 0.1,
  predictions: Uint8Array.of(0, 1, 7, 3),
  probabilities,
};

Deno.test("a fluctuation is measured against the sample's standard error", () => {
  const history = rows([0.5, 0.3, 0.4, 0.45, 0.35], [0.7, 0.8, 0.75, 0.75, 0.75]);
  const figures = measureFluctuation(history, evaluation, labels)!;
  assertAlmostEquals(figures.standardError, Math.sqrt(0.75 * 0.25 / 4), 1e-12);
  assertAlmostEquals(figures.typicalChange, Math.sqrt((0.1 ** 2 + 0.05 ** 2) / 4), 1e-12);
  assertEquals(figures.falls, 1);
  assertEquals(figures.best.epoch, 2);
  assertEquals([figures.rise!.from.epoch, figures.rise!.to.epoch], [2, 4]);
  assertEquals(figures.mistakes.n, 1);
  assertAlmostEquals(figures.mistakes.confidence, 0.6, 1e-6);
  assertAlmostEquals(
    figures.mistakes.lossShare,
    -Math.log(0.3) / 4 / evaluation.loss,
    1e-6,
  );
});

Deno.test("a loss that only falls has no rise; too few epochs have no fluctuation; no mistake is no NaN", () => {
  const falling = rows([0.5, 0.3, 0.2], [0.7, 0.8, 0.9]);
  assertEquals(measureFluctuation(falling, evaluation, labels)!.rise, undefined);
  assertEquals(measureFluctuation(falling.slice(1), evaluation, labels), undefined);
  const perfect = { ...evaluation, accuracy: 1, predictions: labels };
  const text = describeFluctuation("Model 2", falling, perfect, labels)
    .map((shown) => shown["text/plain"]).join("\n");
  assert(
    text.includes("does not rise") && !text.includes("NaN") && !text.includes("misread"),
    text,
  );
});
