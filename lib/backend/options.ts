// What a program may choose before the backend starts, by the names of tfjs-backend-wasm.

import { MOST_THREADS } from "lib/backend/thread_pool.ts";

/** Name of a WebAssembly file of the package: with relaxed SIMD, and for runtimes without it. */
export type WasmFile = "relaxed-simd.wasm" | "simd.wasm";
/** The better one first. @internal */
export const WASM_FILES: readonly WasmFile[] = ["relaxed-simd.wasm", "simd.wasm"];

let wantedThreads: number | undefined;
let actualThreads: number | undefined;
let preferred: URL | undefined;
let paths: string | Readonly<Record<WasmFile, string>> | undefined;

/**
 * Sets how many threads work together, the calling one included; default: the number of cores.
 *
 * Call it before `tf.setBackend("simd")`; a running backend keeps its threads. Pages that are not
 * cross-origin isolated always have one. Results do not depend on it.
 *
 * @param threads A whole number, 1 or more; above 64 it is 64.
 */
export function setThreadsCount(threads: number): void {
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`threads is ${threads}; expected a whole number, 1 or more.`);
  }
  wantedThreads = Math.min(threads, MOST_THREADS);
}

/** How many threads the running backend has. Throws where it has not been started. */
export function getThreadsCount(): number {
  if (actualThreads === undefined) {
    throw new Error('The backend simd is not running: call `await tf.setBackend("simd")` first.');
  }
  return actualThreads;
}

/**
 * Says where the WebAssembly files are, if not beside the package's code.
 *
 * ```ts ignore
 * setWasmPaths("/static/wasm/");
 * setWasmPaths({ "relaxed-simd.wasm": "/a.wasm", "simd.wasm": "/b.wasm" });
 * ```
 *
 * @param prefixOrFileMap What to write before a file's name, or the address of each file. Outside
 * browsers these may be paths.
 */
export function setWasmPaths(
  prefixOrFileMap: string | Readonly<Record<WasmFile, string>>,
): void {
  if (actualThreads !== undefined) {
    throw new Error('The backend simd runs: call setWasmPaths before `tf.setBackend("simd")`.');
  }
  if (typeof prefixOrFileMap !== "string") {
    const missing = WASM_FILES.filter((name) => !prefixOrFileMap[name]);
    if (missing.length > 0) {
      throw new Error(`setWasmPaths: there is no address for ${missing.join(" and ")}.`);
    }
  }
  paths = prefixOrFileMap;
}

/** The setting of {@linkcode setThreadsCount}. @internal */
export function threadsWanted(): number | undefined {
  return wantedThreads;
}

/** Records that the backend has started. @internal */
export function runsOn(threads: number): void {
  actualThreads = threads;
}

/** The setting of {@linkcode setWasmPaths} for a file. @internal */
export function wasmPath(name: WasmFile): string | undefined {
  return typeof paths === "string" ? paths + name : paths?.[name];
}

/** Has a module tried before those of the package; undefined for none. @internal */
export function preferModule(address: URL | undefined): void {
  preferred = address;
}

/** The setting of {@linkcode preferModule}. @internal */
export function preferredModule(): URL | undefined {
  return preferred;
}
