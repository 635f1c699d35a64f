import * as tf from "@tensorflow/tfjs";
import { PIXELS } from "lib/digits.ts";
import { RandomState } from "lib/random.ts";

/** Noisy copies of an image, and the standard deviation of their noise. */
const COPIES = 16, NOISE = 0.1;

/**
 * Which pixels a decision hangs on: the size of the gradient of the chosen class's probability with
 * respect to each pixel, smoothed by averaging over noisy copies of the image (SmoothGrad, Smilkov et
 * al. 2017, with the same noise each time).
 *
 * @param model A classifier of 784 values an image, with any number of classes.
 * @param images `[n, 28, 28]` in 0..1.
 * @param classes The class to explain for each image, `[n]`.
 * @returns `[n, 28, 28]`, each image scaled to 0..1.
 */
export function inputSaliency(
  model: tf.LayersModel,
  images: Float32Array,
  classes: Uint8Array,
): Float32Array {
  const shape = model.inputs[0]!.shape.slice(1) as number[];
  const random = new RandomState(0);
  const noiseValues = Float32Array.from({ length: COPIES * PIXELS }, () => random.normal(0, NOISE));
  const saliency = new Float32Array(images.length);
  for (let i = 0; i < classes.length; i++) {
    const heat = tf.tidy(() => {
      const image = tf.tensor(images.slice(i * PIXELS, (i + 1) * PIXELS), [1, ...shape]);
      const noisy = tf.add(image, tf.tensor(noiseValues, [COPIES, ...shape]));
      const probability = (x: tf.Tensor): tf.Scalar =>
        tf.sum(tf.slice(model.apply(x) as tf.Tensor2D, [0, classes[i]!], [-1, 1]));
      return tf.mean(tf.abs(tf.grad(probability)(noisy)), 0).dataSync();
    });
    const peak = Math.max(...heat);
    for (let p = 0; p < PIXELS; p++) saliency[i * PIXELS + p] = peak > 0 ? heat[p]! / peak : 0;
  }
  return saliency;
}
