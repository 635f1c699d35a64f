import * as tf from "@tensorflow/tfjs";
import { CLASSES, IMAGE_SIZE, PIXELS } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";

/**
 * The shape in which a classifier takes one image: `[28, 28, 1]` for a convolutional network, `[784]`
 * for a dense one, `[28, 28]` for a recurrent one.
 *
 * @throws {InputError} Unless it maps 784 values to 10 probabilities.
 */
export function imageShape(model: tf.LayersModel): number[] {
  const [input, output] = [model.inputs, model.outputs].map((tensors) =>
    tensors.length === 1 ? tensors[0]!.shape.slice(1) : undefined
  );
  const size = input?.reduce<number>((product, dimension) => product * (dimension ?? NaN), 1);
  if (size !== PIXELS) {
    throw new InputError(
      `The model takes ${
        describe(model.inputs)
      }; expected [null, ${IMAGE_SIZE}, ${IMAGE_SIZE}, 1] ` +
        `or another shape of ${PIXELS} values. Mind \`inputShape\` of the first layer.`,
    );
  }
  if (output?.length !== 1 || output[0] !== CLASSES) {
    throw new InputError(
      `The model gives ${
        describe(model.outputs)
      }; expected [null, ${CLASSES}], a probability for ` +
        "each digit. Let it end with `flatten` (or pooling) and a dense layer of 10 units.",
    );
  }
  return input as number[];
}

function describe(tensors: readonly tf.SymbolicTensor[]): string {
  return tensors.map(({ shape }) => `[${shape.map((size) => size ?? "null").join(", ")}]`)
    .join(" and ");
}

/** Images `[n, 28, 28]` as a tensor that the model takes. */
export function imageTensor(model: tf.LayersModel, images: Float32Array): tf.Tensor {
  return tf.tensor(images, [images.length / PIXELS, ...imageShape(model)]);
}
