import * as tf from "@tensorflow/tfjs";
import { setThreadsCount } from "lib/backend/mod.ts";
import { setVectorBits } from "lib/backend/vectors.ts";
import { InputError } from "lib/errors.ts";
import { registerWasmBackend } from "lib/model/wasm_backend.ts";
import type { Settings } from "lib/settings.ts";

/**
 * Makes the chosen backend TensorFlow.js's current one.
 *
 * @throws InputError where this machine can't run it.
 */
export async function useBackend(
  { backend, threads, vectorBits = 128 }:
    & Pick<Settings, "backend" | "threads">
    & Partial<Pick<Settings, "vectorBits">>,
): Promise<void> {
  if (backend === "simd") {
    setThreadsCount(threads);
    setVectorBits(vectorBits);
  }
  if (backend === "wasm") await registerWasmBackend();
  if (backend === "webgpu") await import("@tensorflow/tfjs-backend-webgpu");
  if (!await tf.setBackend(backend).catch(() => false)) {
    throw new InputError(
      `--backend ${backend} can't start on this machine; "simd" and "cpu" run everywhere.`,
    );
  }
  await tf.ready();
  // The cpu backend recommends a native install at its first use, which is what people avoid here.
  if (backend === "cpu") Object.assign(tf.backend(), { firstUse: false });
}
