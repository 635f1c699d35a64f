import { assertEquals } from "lib/assert.ts";
import { inkBoxes, intensityCounts, meanIntensities } from "lib/ink.ts";

Deno.test("an ink box is the smallest that holds all ink, including a faint pixel", () => {
  const images = new Uint8Array(3 * 784);
  images[5 * 28 + 3] = 255;
  images[7 * 28 + 12] = 1;
  images[784 + 0] = 9; // the first pixel of the second image
  images[784 + 783] = 9; // and its last
  const { widths, heights } = inkBoxes(images);
  assertEquals([...widths], [10, 28, 0]);
  assertEquals([...heights], [3, 28, 0]);
});

Deno.test("mean intensities are sorted within each digit", () => {
  const images = new Uint8Array(3 * 784);
  images.fill(8, 0, 784);
  images.fill(4, 784, 2 * 784);
  images.fill(2, 2 * 784, 2 * 784 + 392);
  const means = meanIntensities(images, [3, 3, 7]);
  assertEquals(means.map((digit) => [...digit]), [[], [], [], [4, 8], [], [], [], [1], [], []]);
});

Deno.test("each intensity is counted", () => {
  const counts = intensityCounts(Uint8Array.of(0, 0, 255, 7));
  assertEquals([counts[0], counts[7], counts[255], counts.length], [2, 1, 1, 256]);
});
