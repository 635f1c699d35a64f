import { assertAlmostEquals, assertEquals, assertThrows } from "lib/assert.ts";
import { InputError } from "lib/errors.ts";
import { ElasticTransform } from "lib/preprocessing/mod.ts";
import { RandomState } from "lib/random.ts";
import keys from "../fixtures/bicubic.json" with { type: "json" };
import scipy from "../fixtures/elastic.json" with { type: "json" };

for (const { image, alpha, sigma, seed, pixels } of scipy.cases) {
  Deno.test(`elastic distortion gives NumPy's and SciPy's pixels: alpha ${alpha}, sigma ${sigma}`, () => {
    const transform = new ElasticTransform({ alpha, sigma });
    const out = transform.randomTransform(Float32Array.from(scipy.images[image]!), seed);
    pixels.forEach((expected, i) => assertAlmostEquals(out[i]!, expected, 2e-6, `pixel ${i}`));
  });
}

Deno.test("elastic distortion interpolates as Keys does, too", () => {
  const { image, alpha, sigma, seed } = scipy.cases[0]!;
  const transform = new ElasticTransform({ alpha, sigma, interpolation: "bicubic" });
  const out = transform.randomTransform(Float32Array.from(scipy.images[image]!), seed);
  keys.elastic.forEach((expected, i) => assertAlmostEquals(out[i]!, expected, 2e-6, `pixel ${i}`));
});

Deno.test("elastic distortion goes on with a stream", () => {
  const transform = new ElasticTransform({ alpha: 20, sigma: 4 });
  const image = Float32Array.from(scipy.images[0]!);
  const random = new RandomState(1);
  const [first, second] = [random, random].map((stream) =>
    transform.randomTransform(image, stream)
  );
  assertEquals(first, transform.randomTransform(image, 1));
  assertEquals(first!.every((value, i) => value === second![i]), false);
});

Deno.test("elastic distortion refuses what makes no sense", () => {
  for (const alpha of [-1, NaN, Infinity]) {
    assertThrows(() => new ElasticTransform({ alpha, sigma: 4 }), InputError, "`alpha` is");
  }
  for (const sigma of [0, -1, NaN]) {
    assertThrows(() => new ElasticTransform({ alpha: 8, sigma }), InputError, "`sigma` is");
  }
  const interpolation = "linear" as "bilinear";
  assertThrows(
    () => new ElasticTransform({ alpha: 8, sigma: 4, interpolation }),
    InputError,
    "`interpolation` is linear; expected one of bilinear, bicubic",
  );
});
