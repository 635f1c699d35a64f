/**
 * A backend for TensorFlow.js that trains and predicts with SIMD on all cores, with no native code:
 *
 * ```ts
 * import * as tf from "@tensorflow/tfjs";
 * import "lib/backend/mod.ts";
 *
 * await tf.setBackend("simd");
 * tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).print();
 * ```
 *
 * @module
 */
export { getThreadsCount, setThreadsCount, setWasmPaths } from "lib/backend/options.ts";
export type { WasmFile } from "lib/backend/options.ts";
export { version_simd } from "lib/backend/version.ts";

import { registerSimd } from "lib/backend/register.ts";

registerSimd();
