import { assert, assertAlmostEquals, assertEquals, assertThrows } from "lib/assert.ts";
import { InputError } from "lib/errors.ts";
import {
  ImageDataGenerator,
  type ImageDataGeneratorOptions,
  type ImageShape,
  type TransformParameters,
} from "lib/preprocessing/mod.ts";
import { RandomState } from "lib/random.ts";
import fixture from "../fixtures/augmentation.json" with { type: "json" };
import keys from "../fixtures/bicubic.json" with { type: "json" };

const TOLERANCE = 2e-6;

function generatorOf(options: unknown): ImageDataGenerator {
  return new ImageDataGenerator(options as ImageDataGeneratorOptions);
}

function assertPixels(actual: ArrayLike<number>, expected: readonly number[]): void {
  assertEquals(actual.length, expected.length);
  for (const [i, value] of expected.entries()) {
    assertAlmostEquals(actual[i]!, value, TOLERANCE, `value ${i}: ${actual[i]}, Keras: ${value}`);
  }
}

/** Parameters in Keras's words, those left out being without effect. */
function parametersOf(
  given: Record<string, number | boolean | undefined>,
): TransformParameters {
  const { flip_horizontal = false, flip_vertical = false, ...others } = given;
  return {
    theta: 0,
    tx: 0,
    ty: 0,
    shear: 0,
    zx: 1,
    zy: 1,
    flipHorizontal: Boolean(flip_horizontal),
    flipVertical: Boolean(flip_vertical),
    ...others,
  };
}

for (const { options, seed, parameters, flips } of fixture.parameters) {
  Deno.test(`getRandomTransform draws what Keras draws: ${JSON.stringify(options)}, seed ${seed}`, () => {
    const drawn = generatorOf(options).getRandomTransform(seed, [28, 20, 1]);
    const { theta, tx, ty, shear, zx, zy } = drawn;
    for (const [i, value] of [theta, tx, ty, shear, zx, zy].entries()) {
      assertAlmostEquals(value, parameters[i]!, 1e-12);
    }
    assertEquals([drawn.flipHorizontal, drawn.flipVertical], flips);
  });
}

for (const { options, parameters, image, pixels } of fixture.pixels) {
  const title = `${image}, ${options.fillMode}, ${JSON.stringify(parameters)}`;
  Deno.test(`applyTransform gives Keras's pixels: ${title}`, () => {
    const { shape, pixels: input } = fixture.images[image as keyof typeof fixture.images];
    const actual = generatorOf(options).applyTransform(
      Float32Array.from(input),
      parametersOf(parameters),
      shape as unknown as ImageShape,
    );
    assertPixels(actual, pixels);
  });
}

for (const { parameters, pixels } of keys.affine) {
  Deno.test(`bicubic interpolation is Keys's: ${JSON.stringify(parameters)}`, () => {
    const { shape, pixels: input } = fixture.images.grey;
    const actual = generatorOf({ fillMode: "constant", cval: 0.5, interpolation: "bicubic" })
      .applyTransform(
        Float32Array.from(input),
        parametersOf(parameters),
        shape as unknown as ImageShape,
      );
    assertPixels(actual, pixels);
  });
}

Deno.test("bicubic interpolation keeps to the image's range, and its channels apart", () => {
  const generator = generatorOf({ rotationRange: 30, interpolation: "bicubic" });
  const edges = Float32Array.from({ length: 784 }, (_, i) => i % 28 < 14 ? 0.25 : 0.75);
  for (const value of generator.randomTransform(edges, 1)) assert(value >= 0.25 && value <= 0.75);
  const shape = [5, 6, 3] as const;
  const colour = Float32Array.from(fixture.images.colour.pixels);
  const whole = generator.randomTransform(colour, 2, shape);
  for (let channel = 0; channel < 3; channel++) {
    const one = (of: Float32Array): Float32Array => of.filter((_, i) => i % 3 === channel);
    // Alone, a channel has a range of its own.
    const [low, high] = [Math.min(...one(colour)), Math.max(...one(colour))];
    assertPixels(
      generator.randomTransform(one(colour), 2, [5, 6, 1]),
      [...one(whole)].map((value) => Math.min(Math.max(value, low), high)),
    );
  }
});

for (const { options, flowOptions, length, labels, sums, pixels } of fixture.flows) {
  const { globalSeed, seed, ...others } = flowOptions as Record<string, number | undefined>;
  Deno.test(`flow gives Keras's batches: ${JSON.stringify({ ...options, ...flowOptions })}`, () => {
    const x = Float32Array.from(fixture.flowImages.pixels);
    const y = Uint8Array.from({ length: 7 }, (_, i) => i);
    const flow = generatorOf(options).flow(x, y, {
      ...others,
      shape: fixture.flowImages.shape as unknown as ImageShape,
      // Without a seed Keras draws from NumPy's global stream.
      seed: seed ?? new RandomState(globalSeed!),
    });
    assertEquals(flow.length, length);
    for (const [k, expectedLabels] of labels.entries()) {
      const batch = flow.nextBatch();
      assertEquals([...batch.y], expectedLabels);
      assertAlmostEquals(batch.x.reduce((sum, value) => sum + value, 0), sums[k]!, 1e-2);
      assertPixels(batch.x.filter((_, i) => i % 5 === 0), pixels[k]!);
    }
  });
}

Deno.test("randomTransform gives Keras's digit of 28 x 28, from floats and from grey values", () => {
  const { options, seed, pixels, transformed } = fixture.digit;
  assertPixels(
    generatorOf(options).randomTransform(Float32Array.from(pixels), seed),
    transformed,
  );
  const greys = Uint8Array.from(pixels, (value) => Math.round(value * 255));
  assertEquals(
    generatorOf(options).randomTransform(greys, seed),
    generatorOf(options).randomTransform(Float32Array.from(greys), seed),
  );
});

Deno.test("epoch gives every image once, with its own row of y", () => {
  const images = 5;
  const x = Float32Array.from({ length: images * 784 }, (_, i) => Math.floor(i / 784));
  const y = Float32Array.from({ length: images * 2 }, (_, i) => i);
  const flow = new ImageDataGenerator({ rescale: 0.5 }).flow(x, y, { batchSize: 2, seed: 1 });
  for (let epoch = 0; epoch < 2; epoch++) {
    const seen: number[] = [];
    for (const batch of flow.epoch()) {
      assertEquals(batch.x.length, batch.y.length / 2 * 784);
      for (let i = 0; i < batch.y.length / 2; i++) {
        const row = batch.y[2 * i]! / 2;
        assertEquals(batch.y[2 * i + 1], 2 * row + 1);
        assert(batch.x.subarray(i * 784, (i + 1) * 784).every((value) => value === row / 2));
        seen.push(row);
      }
    }
    assertEquals(seen.sort(), [0, 1, 2, 3, 4]);
  }
});

Deno.test("ImageDataGenerator refuses what makes no sense", () => {
  const refuse = (options: unknown, message: string): void => {
    assertThrows(() => generatorOf(options), InputError, message);
  };
  refuse({ rotationRange: -10 }, "`rotationRange` is -10");
  refuse({ widthShiftRange: [1, NaN] }, "`widthShiftRange` is [1,null]");
  refuse({ zoomRange: [0.9] }, "`zoomRange` is [0.9]");
  refuse({ fillMode: "mirror" }, "`fillMode` is mirror; expected one of constant, nearest");
  refuse({ interpolation: "cubic" }, "`interpolation` is cubic; expected one of bilinear, bicubic");
  const generator = new ImageDataGenerator();
  const image = new Float32Array(784);
  const seed = 0;
  assertThrows(
    () => generator.flow(new Float32Array(785), image, { seed }),
    InputError,
    "785 values are no images of 28 x 28 x 1",
  );
  assertThrows(
    () => generator.flow(new Float32Array(2 * 784), new Uint8Array(3), { seed }),
    InputError,
    "3 values for 2 images",
  );
  assertThrows(() => generator.flow(image, image, { seed, batchSize: 0 }), InputError, "is 0");
});
