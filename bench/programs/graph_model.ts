import * as tf from "@tensorflow/tfjs";
import { noise } from "./examples.ts";
import type { Program, Running } from "./program.ts";

/** Models that others have trained in TensorFlow and converted, as an npm package carries them. */
function graphModel(
  file: string,
  what: string,
  shape: number[],
  dtype: "float32" | "int32",
): Program {
  return {
    name: file,
    what,
    batch: 1,
    async build(): Promise<Running> {
      // The package exports its code alone.
      const url = new URL(`../models/${file}.json`, import.meta.resolve("@vladmandic/human"));
      const model = await tf.loadGraphModel(tf.io.fromMemory(await readModel(url)));
      const x = tf.tidy(() => noise(shape).mul(dtype === "int32" ? 255 : 1).cast(dtype));
      return {
        models: [],
        step(): number {
          const outputs = [model.execute(x)].flat();
          const sums = outputs.map((output) => {
            const sum = tf.tidy(() => output.toFloat().abs().mean());
            const [value] = sum.dataSync();
            tf.dispose([sum, output]);
            return value!;
          });
          return sums.reduce((a, b) => a + b);
        },
      };
    },
  };
}

/** A model's files, as TensorFlow.js takes them. */
async function readModel(url: URL): Promise<tf.io.ModelArtifacts> {
  const { weightsManifest, modelTopology, format, signature, userDefinedMetadata } = JSON.parse(
    await Deno.readTextFile(url),
  );
  const specs: tf.io.WeightsManifestEntry[] = [], parts: Uint8Array[] = [];
  for (const { paths, weights } of weightsManifest) {
    specs.push(...weights);
    for (const path of paths) parts.push(await Deno.readFile(new URL(path, url)));
  }
  return {
    format,
    modelTopology,
    signature,
    userDefinedMetadata,
    weightSpecs: specs,
    weightData: await new Blob(parts as BlobPart[]).arrayBuffer(),
  };
}

/** Finds faces. */
export const blazeface = graphModel("blazeface", "converted, finds faces in 256x256", [
  1,
  256,
  256,
  3,
], "float32");

/** Finds a person's joints. */
export const movenet = graphModel(
  "movenet-lightning",
  "converted, finds joints in 192x192",
  [1, 192, 192, 3],
  "int32",
);
