import { assertEquals } from "lib/assert.ts";
import { buildModel, multiplyAddsOf, type NetworkName, networkOf } from "../../bench/networks.ts";

/** By hand: products of the first layer twice, of all others three times. */
const COUNTS: Partial<Record<NetworkName, number>> = {
  report: 2 * (26 * 26 * 32 * 9) + 3 * (11 * 11 * 64 * 9 * 32 + 1600 * 128 + 128 * 10),
  mlp: 2 * (784 * 512) + 3 * (512 * 512 + 512 * 10),
  autoencoder: 2 * (14 * 14 * 32 * 9) +
    3 * (7 * 7 * 64 * 9 * 32 + 7 * 7 * 64 * 9 * 64 + 14 * 14 * 32 * 9 * 64 + 28 * 28 * 9 * 32),
  // Only the share of the images, 28 values a step, has no gradient of what it reads.
  lstm: 28 * (2 * (28 * 4 * 128) + 3 * (128 * 4 * 128)) + 3 * (128 * 10),
};

for (const [name, count] of Object.entries(COUNTS)) {
  Deno.test(`bench: multiply-adds of a step, ${name}`, () => {
    const model = buildModel(networkOf(name as NetworkName));
    try {
      assertEquals(multiplyAddsOf(model), count);
    } finally {
      model.dispose();
    }
  });
}
