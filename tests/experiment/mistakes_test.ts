import { assertEquals } from "lib/assert.ts";
import { findMistakes } from "lib/experiment/mod.ts";
import { confusions } from "lib/metrics/mod.ts";

Deno.test("mistakes come with image and confidence, the most confident first", () => {
  const images = Float32Array.from({ length: 4 * 784 }, (_, i) => Math.trunc(i / 784));
  const labels = Uint8Array.of(3, 1, 4, 1);
  const probabilities = new Float32Array(40);
  probabilities.set([0.5], 0 + 7);
  probabilities.set([1], 10 + 1);
  probabilities.set([0.75], 20 + 9);
  probabilities.set([0.5], 30 + 7);
  const predictions = Uint8Array.of(7, 1, 9, 7);
  const mistakes = findMistakes(
    { accuracy: 0.25, loss: 1, predictions, probabilities },
    { images, labels },
  );
  assertEquals(
    mistakes.map(({ row, actual, predicted, confidence }) => [
      row,
      actual,
      predicted,
      confidence,
    ]),
    [[2, 4, 9, 0.75], [0, 3, 7, 0.5], [3, 1, 7, 0.5]],
  );
  assertEquals(mistakes[0]!.image, images.subarray(2 * 784, 3 * 784));
});

Deno.test("confusions are what is off the diagonal, the most frequent first", () => {
  assertEquals(confusions([[5, 1, 0], [2, 6, 1], [0, 0, 7]]), [
    { actual: 1, predicted: 0, count: 2 },
    { actual: 0, predicted: 1, count: 1 },
    { actual: 1, predicted: 2, count: 1 },
  ]);
  assertEquals(confusions([[3]]), []);
});
