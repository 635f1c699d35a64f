import * as tf from "@tensorflow/tfjs";
import { agree, type Case, type ExplicitPadding, image } from "./agree.ts";
import { tensor } from "../variants.ts";

/** Convolution, bias, ReLU and pooling, which are done in one pass where they follow each other. */
const chainCases: Case[] = [];
for (
  const [x, filter, pad, size] of [
    [[3, 20, 17, 1], [3, 3, 1, 16], "valid", 2],
    [[5, 13, 13, 16], [3, 3, 16, 24], "valid", 2],
    [[2, 8, 7, 3], [3, 3, 3, 8], "same", 2],
    // In several strips of rows.
    [[2, 30, 22, 3], [3, 3, 3, 8], "same", 2],
    [[2, 8, 7, 3], [3, 3, 3, 4], "valid", 2],
    [[2, 8, 7, 3], [3, 3, 3, 5], "valid", 2],
    [[2, 9, 9, 16], [3, 3, 16, 16], "same", 2],
    [[2, 9, 9, 16], [3, 3, 16, 16], "same", 3],
    [[2, 9, 9, 4], [2, 2, 4, 16], "valid", 2],
  ] as [number[], [number, number, number, number], "valid" | "same", number][]
) {
  // Whole numbers make many equal values, of which the first counts. Winograd's algorithm, which serves 16
  // channels and more, is not exact: there which value is the greatest must not hang on the last digit.
  const inputs = (): tf.Tensor[] =>
    [image(x), image(filter, 2), tensor([filter[3]], 3)].map((t) =>
      filter[2] < 16 ? t.mul(2).round() : t
    );
  const conv = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor4D =>
    tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, pad);
  const pool = (x: tf.Tensor): tf.Tensor => tf.maxPool(x as tf.Tensor4D, size, size, "valid");
  const chains: Record<string, (...inputs: tf.Tensor[]) => tf.Tensor> = {
    "conv, bias, relu, pool": (x, f, b) => pool(tf.relu(tf.add(conv(x!, f!), b!))),
    "conv, bias, relu, pool, flatten": (x, f, b) =>
      pool(tf.relu(tf.add(conv(x!, f!), b!))).reshape([x!.shape[0]!, -1]),
    "conv, relu, pool": (x, f) => pool(tf.relu(conv(x!, f!))),
    "conv, bias, pool": (x, f, b) => pool(tf.add(conv(x!, f!), b!)),
    "conv, pool": (x, f) => pool(conv(x!, f!)),
    "conv, bias, relu": (x, f, b) => tf.relu(tf.add(conv(x!, f!), b!)),
    "conv, bias, relu, twice pooled": (x, f, b) => {
      const y = tf.relu(tf.add(conv(x!, f!), b!));
      return tf.add(pool(y), pool(y));
    },
    "conv, bias, relu, pooled and averaged": (x, f, b) => {
      const y = tf.relu(tf.add(conv(x!, f!), b!));
      return tf.add(pool(y), tf.mean(y));
    },
    "conv, bias, sigmoid": (x, f, b) => tf.sigmoid(tf.add(conv(x!, f!), b!)),
    "conv, relu, relu": (x, f) => tf.relu(tf.relu(conv(x!, f!))),
  };
  for (const [name, chain] of Object.entries(chains)) {
    chainCases.push([`${name} [${x}] * [${filter}] pad ${pad} size ${size}`, () => {
      const dy = tensor(chain(...inputs()).shape, 4);
      return [chain(...inputs()), ...tf.grads(chain)(inputs().slice(0, chain.length), dy)];
    }]);
  }
}
chainCases.push(["a fused convolution, pooled", () =>
  tf.maxPool(
    tf.fused.conv2d({
      x: image([2, 9, 9, 16]),
      filter: image([3, 3, 16, 16], 2),
      strides: 1,
      pad: "same",
      bias: tensor([16], 3),
      activation: "relu",
    }),
    2,
    2,
    "valid",
  )]);

// Padding on one side of images that whole tiles fill, because pooling leaves out a row or a column.
for (const [top, left] of [[1, 0], [0, 1], [1, 1]] as const) {
  const x = [2, 10, 10, 16];
  const chain = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
    tf.maxPool(
      tf.conv2d(
        x as tf.Tensor4D,
        filter as tf.Tensor4D,
        1,
        [[0, 0], [top, 0], [left, 0], [0, 0]] as ExplicitPadding as never,
        "NHWC",
      ) as tf.Tensor4D,
      2,
      2,
      "valid",
    );
  chainCases.push([`conv padded by ${top} above and ${left} to the left, pool`, () => {
    const inputs = [image(x), image([3, 3, 16, 16], 2)];
    return [chain(inputs[0]!, inputs[1]!), ...tf.grads(chain)(inputs, tensor([2, 4, 4, 16], 4))];
  }]);
}

agree("chains", chainCases);
