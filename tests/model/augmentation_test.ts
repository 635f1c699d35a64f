import { assertEquals } from "lib/assert.ts";
import { imageBatches } from "lib/model/augmentation.ts";
import { ElasticTransform, ImageDataGenerator } from "lib/preprocessing/mod.ts";
import { RandomState } from "lib/random.ts";
import { rowExamples } from "./_examples.ts";

Deno.test("a thread of its own gives the same images as this one, epoch after epoch", async () => {
  const examples = rowExamples(2_100, 1);
  const generator = new ImageDataGenerator({ rotationRange: 15, zoomRange: 0.2 });
  const elastic = new ElasticTransform({ alpha: 10, sigma: 4 });
  // What is not of lib/preprocessing can't be handed to another thread.
  const sameHere = {
    randomTransform: (image: Float32Array, random: RandomState): Float32Array =>
      generator.randomTransform(image, random),
  };
  const settings = { batchSize: 64, seed: 3 };
  using beside = await imageBatches(examples, { ...settings, augmentations: [generator, elastic] });
  using here = await imageBatches(examples, { ...settings, augmentations: [sameHere, elastic] });
  assertEquals([beside, here].map(({ constructor }) => constructor.name), [
    "BatchesBeside",
    "BatchesHere",
  ]);
  for (const epoch of [1, 2]) {
    // An order of its own, and fewer images than there are: the last batch is small.
    const order = new RandomState(epoch).permutation(2_100).subarray(0, 330);
    for (const batches of [beside, here]) batches.start(epoch, order);
    for (let batch = 0; batch < 6; batch++) {
      assertEquals(beside.next(), here.next(), `epoch ${epoch}, batch ${batch}`);
    }
  }
});
