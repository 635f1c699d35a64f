/**
 * Kernels for vectors of 256 bits, which V8 can be told to make of pairs of WebAssembly's.
 * @module
 */
import { preferModule } from "lib/backend/options.ts";

/** Name of the module with these kernels, beside this file. */
export const PAIRS_FILE = "relaxed-simd-pairs.wasm";

/**
 * Says how wide the vectors are that the runtime makes, so that the kernels are chosen which are fast with
 * those; default: 128 bits, WebAssembly's own. Results do not depend on it.
 *
 * V8 makes vectors of 256 bits on processors with AVX2, with the flag `--wasm-revectorize`; in Deno 2 it is
 * called `--experimental-wasm-revectorize` and needs `--no-wasm-bounds-checks` as well, with which a fault in
 * WebAssembly code can reach all of the process's memory: for programs that run no foreign WebAssembly.
 * Without the flags the kernels for 256 bits are slower than the others. Call it before
 * `tf.setBackend("simd")`.
 */
export function setVectorBits(bits: 128 | 256): void {
  preferModule(bits === 256 ? new URL(`./${PAIRS_FILE}`, import.meta.url) : undefined);
}
