import * as tf from "@tensorflow/tfjs";
import { join } from "node:path";
import { writeFileAtomically } from "lib/files.ts";
import type { Calibration } from "lib/read/training/calibrate.ts";

/** What `model.json` says about the training, under `userDefinedMetadata`. */
interface ReaderMetadata extends Calibration {
  readonly seed: number;
  readonly digits: string;
}

/**
 * Writes `model.json` and `weights.bin` in TensorFlow.js's LayersModel format, the weights as 16-bit
 * numbers, which `tf.loadLayersModel` reads.
 */
export async function saveReader(
  folder: string,
  model: tf.LayersModel,
  metadata: ReaderMetadata,
): Promise<void> {
  await model.save(tf.io.withSaveHandler(async (artifacts) => {
    const weights = new Float32Array(tf.io.CompositeArrayBuffer.join(artifacts.weightData));
    const modelJson: tf.io.ModelJSON = {
      modelTopology: artifacts.modelTopology!,
      format: "layers-model",
      generatedBy: `TensorFlow.js tfjs-layers v${tf.version["tfjs-layers"]}`,
      convertedBy: null!,
      userDefinedMetadata: { ...metadata },
      weightsManifest: [{
        paths: ["weights.bin"],
        weights: artifacts.weightSpecs!.map((spec) => ({
          ...spec,
          quantization: { dtype: "float16", original_dtype: "float32" },
        })),
      }],
    };
    await writeFileAtomically(join(folder, "weights.bin"), halfPrecision(weights));
    await writeFileAtomically(
      join(folder, "model.json"),
      JSON.stringify(modelJson, null, 2) + "\n",
    );
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
  }));
}

/** IEEE 754 half precision, little-endian. */
function halfPrecision(values: Float32Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(2 * values.length));
  values.forEach((value, i) => bytes.setFloat16(2 * i, value, true));
  return new Uint8Array(bytes.buffer);
}
