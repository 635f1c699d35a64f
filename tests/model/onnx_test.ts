import * as tf from "@tensorflow/tfjs";
import { assertAlmostEquals, assertEquals, assertThrows } from "lib/assert.ts";
import { InputError } from "lib/errors.ts";
import { sha256 } from "lib/files.ts";
import { encodeOnnx, predictProbabilities, useBackend } from "lib/model/mod.ts";
import onnx from "../fixtures/onnx.json" with { type: "json" };
import { images, network } from "../fixtures/onnx_network.ts";

Deno.test("onnxruntime reads with an exported network what the network reads", async () => {
  await useBackend({ backend: "simd", threads: 2 });
  const model = network();
  assertEquals(sha256(encodeOnnx(model)), onnx.sha256, "make_onnx.py was run with other bytes");
  const ours = predictProbabilities(model, images);
  onnx.probabilities.forEach((p, i) => assertAlmostEquals(ours[i]!, p, 1e-6, `probability ${i}`));
});

Deno.test("what the export does not know is refused by name", () => {
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [28, 28, 1] }),
      tf.layers.dense({ units: 10, activation: "sigmoid", name: "last" }),
    ],
  });
  assertThrows(() => encodeOnnx(model), InputError, "last has the activation sigmoid");
  const other = tf.sequential({
    layers: [tf.layers.averagePooling2d({ inputShape: [28, 28, 1], name: "mean" })],
  });
  assertThrows(() => encodeOnnx(other), InputError, "mean is of the class AveragePooling2D");
});
