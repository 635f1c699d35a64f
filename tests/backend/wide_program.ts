/**
 * Trains networks for two steps and prints the digest of their weights: `wide_test.ts` runs it with and
 * without V8's flags for vectors of 256 bits.
 *
 *     deno run ... tests/backend/wide_program.ts 128|256
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount } from "lib/backend/mod.ts";
import { setVectorBits } from "lib/backend/vectors.ts";
import { sha256 } from "lib/files.ts";
import { buildModel, networkOf, tensorsOf } from "../../bench/networks.ts";

setThreadsCount(2);
setVectorBits(Number(Deno.args[0]) as 128 | 256);
await tf.setBackend("simd");
// Between them: products with and without a rest, Winograd's of both sizes and strides, transposed, recurrent.
for (const name of ["report", "vgg-bn", "deotte", "resnet", "autoencoder", "lstm"] as const) {
  const network = networkOf(name, { withDropout: false });
  const model = buildModel(network);
  const { x, y } = tensorsOf(network, 14);
  for (let step = 0; step < 2; step++) await model.trainOnBatch(x, y);
  const weights = model.getWeights().map((weight) => weight.dataSync().slice());
  // deno-lint-ignore no-console
  console.log(name, sha256(new Uint8Array(await new Blob(weights).arrayBuffer())));
  tf.dispose([x, y]);
  model.dispose();
}
Deno.exit();
