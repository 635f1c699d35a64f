import { assertAlmostEquals, assertEquals } from "lib/assert.ts";
import { CLASSES, IMAGE_SIZE, PIXELS } from "lib/digits.ts";
import { lookAgain } from "lib/read/second_look.ts";

Deno.test("lookAgain takes the mean of five looks where a digit is unclear, and only there", async () => {
  const images = new Float32Array(3 * PIXELS);
  // A pixel in the middle of each.
  for (let i = 0; i < 3; i++) images[i * PIXELS + 14 * IMAGE_SIZE + 14] = 1;
  const first = new Float32Array(3 * CLASSES);
  first[3] = 0.99;
  first[CLASSES + 5] = 0.5;
  first[2 * CLASSES + 5] = 0.01;
  const seen: number[] = [];
  // Eleven classes; a 5 the more the further down and to the right its pixel is.
  const result = await lookAgain(images, first, (views) => {
    const probabilities = new Float32Array(views.length / PIXELS * (CLASSES + 1));
    for (let i = 0; i < views.length / PIXELS; i++) {
      const at = views.subarray(i * PIXELS, (i + 1) * PIXELS).indexOf(1);
      seen.push(at);
      probabilities[i * (CLASSES + 1) + 5] = at / 1000;
    }
    return probabilities;
  });
  const middle = 14 * IMAGE_SIZE + 14;
  assertEquals(seen, [middle + 1, middle - 1, middle + IMAGE_SIZE, middle - IMAGE_SIZE]);
  assertAlmostEquals(result[CLASSES + 5]!, (0.5 + 4 * middle / 1000) / 5, 1e-6);
  assertEquals([result[3], result[2 * CLASSES + 5]], [first[3], first[2 * CLASSES + 5]]);
  assertEquals(first[CLASSES + 5], 0.5, "the first look stays as it was");
});
