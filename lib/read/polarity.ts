import type { GrayImage } from "lib/read/image.ts";
import { IntegralImage } from "lib/read/integral.ts";

/** So many pixels along the longer side are looked at. */
const SAMPLES = 500;

/** Added to brightness before its logarithm, as noise would count for much in the dark. */
const NOISE = 16;
/** The logarithm of each brightness, scaled to 0..255. */
const LOGARITHMS = Uint8Array.from(
  { length: 256 },
  (_, grey) => Math.round(255 * Math.log(1 + grey / NOISE) / Math.log(1 + 255 / NOISE)),
);

/**
 * Whether the ink is lighter than its paper. Ink is the smaller part of any neighbourhood, so it is
 * on the side to which brightness is skewed from its local mean; the edges of a sheet or a shadow
 * are on both sides alike. Of brightness the logarithm counts, so that ink in a shadow is as much as
 * ink in the light.
 */
export function isLightOnDark(image: GrayImage): boolean {
  const { width, height, values: greys } = sampled(image);
  const values = greys.map((grey) => LOGARITHMS[grey]!);
  const sums = new IntegralImage({ width, height, values });
  const radius = Math.ceil(Math.max(width, height) / 16);
  let skewness = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      skewness += (values[y * width + x]! - sums.mean(x, y, radius)) ** 3;
    }
  }
  return skewness > 0;
}

/** Every so-manieth pixel: a mean of several would wash thin strokes out. */
function sampled(image: GrayImage): GrayImage {
  const step = Math.ceil(Math.max(image.width, image.height) / SAMPLES);
  if (step === 1) return image;
  const width = Math.ceil(image.width / step), height = Math.ceil(image.height / step);
  const values = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      values[y * width + x] = image.values[(y * image.width + x) * step]!;
    }
  }
  return { width, height, values };
}
