import * as tf from "@tensorflow/tfjs";
import { CLASSES, IMAGE_SIZE, PIXELS } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";
import type { Classify } from "lib/read/reading.ts";

/** A network to read with, and how sure it has to be. */
export interface Reader {
  /** The network. */
  readonly model: tf.LayersModel;
  /** What the network makes of images. */
  readonly classify: Classify;
  /** For `readDigits`: calibrated where the model says so, 0.5 where not. */
  readonly threshold: number;
}

/**
 * Makes a reader of the two files of a LayersModel: in Deno, a browser or elsewhere.
 *
 * @param modelJson The content of `model.json`.
 * @param weights The content of `weights.bin`.
 * @throws {InputError} If they are damaged, or the model is none for digits.
 */
export async function loadReader(
  modelJson: tf.io.ModelJSON,
  weights: ArrayBuffer,
): Promise<Reader> {
  let model: tf.LayersModel;
  try {
    model = await tf.loadLayersModel(tf.io.fromMemory({
      modelTopology: modelJson.modelTopology,
      weightSpecs: modelJson.weightsManifest.flatMap((group) => group.weights),
      weightData: weights,
      ...(modelJson.userDefinedMetadata && { userDefinedMetadata: modelJson.userDefinedMetadata }),
    }));
  } catch (error) {
    throw new InputError(
      `It is no whole LayersModel (${error instanceof Error ? error.message : error}).`,
    );
  }
  return readerOf(model);
}

/**
 * Makes a reader of a model that maps 784 values in 0..1 to 10 probabilities, or to 11, of which the
 * last is that of "no digit".
 *
 * @throws {InputError} For another model.
 */
export function readerOf(model: tf.LayersModel): Reader {
  const input = model.inputs[0]!.shape.slice(1).map((size) => size ?? NaN);
  const output = model.outputs[0]!.shape.slice(1);
  const values = input.reduce((product, size) => product * size, 1);
  const classes = output[0];
  if (
    values !== PIXELS || output.length !== 1 || (classes !== CLASSES && classes !== CLASSES + 1)
  ) {
    throw new InputError(
      `The model maps [${input.join(", ")}] to [${output.join(", ")}]; expected one that maps ` +
        `[${IMAGE_SIZE}, ${IMAGE_SIZE}, 1] to [${CLASSES}] or [${CLASSES + 1}] probabilities.`,
    );
  }
  const threshold = (model.getUserDefinedMetadata() as { threshold?: unknown } | undefined)
    ?.threshold;
  return {
    model,
    classify: async (images) => {
      const probabilities = tf.tidy(() => {
        const x = tf.tensor(images, [images.length / PIXELS, ...input]);
        return model.predict(x) as tf.Tensor;
      });
      try {
        return await probabilities.data() as Float32Array;
      } finally {
        probabilities.dispose();
      }
    },
    threshold: typeof threshold === "number" ? threshold : 0.5,
  };
}
