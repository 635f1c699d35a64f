import { getKernelsForBackend, registerBackend, registerKernel } from "@tensorflow/tfjs-core";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { SimdBackend } from "lib/backend/backend.ts";
import { replaceGradients } from "lib/backend/gradients.ts";
import { canShareMemory, coreCount, readBytes } from "lib/backend/environment.ts";
import { replaceLayers } from "lib/backend/layers/mod.ts";
import { Arena } from "lib/backend/memory.ts";
import { MOST_THREADS, ThreadPool } from "lib/backend/thread_pool.ts";
import {
  preferredModule,
  runsOn,
  threadsWanted,
  WASM_FILES,
  type WasmFile,
  wasmPath,
} from "lib/backend/options.ts";
import { replaceOptimizers } from "lib/backend/optimizers.ts";
import { KERNELS } from "lib/backend/kernels/mod.ts";

/**
 * Makes the backend `simd` known to TensorFlow.js, which starts it when `tf.setBackend("simd")` chooses it.
 *
 * Every op of the `cpu` backend works; the ones that matter for training run on fast kernels.
 */
export function registerSimd(): void {
  registerBackend("simd", async () => {
    const module = await bestModule();
    if (!module) {
      warn("WebAssembly has no SIMD here: the backend simd is no faster than cpu.");
      registerKernels("simd", {});
      runsOn(1);
      return new MathBackendCPU();
    }
    registerKernels("simd", KERNELS);
    const backend = await start(module, chooseThreads());
    runsOn(backend.threads.count);
    return backend;
  });
}

function chooseThreads(): number {
  const wanted = threadsWanted();
  if (canShareMemory()) return wanted ?? Math.min(coreCount(), MOST_THREADS);
  if (wanted !== undefined && wanted > 1) {
    warn(
      "The backend simd works on one thread, because the page is not cross-origin isolated: " +
        "send it with the headers Cross-Origin-Opener-Policy: same-origin and " +
        "Cross-Origin-Embedder-Policy: require-corp.",
    );
  }
  return 1;
}

/** The best module that this runtime can compile: with relaxed SIMD, else with plain SIMD, else none. */
export async function bestModule(): Promise<WebAssembly.Module | undefined> {
  for (const module of [preferredModule() ?? [], ...WASM_FILES].flat()) {
    const bytes = await (module instanceof URL ? readBytes(module) : moduleBytes(module));
    if (WebAssembly.validate(bytes)) return WebAssembly.compile(bytes);
  }
  return undefined;
}

/** One of the package's WebAssembly files. */
export async function moduleBytes(name: WasmFile): Promise<Uint8Array<ArrayBuffer>> {
  const address = wasmPath(name) ?? ADDRESSES[name]();
  try {
    const bytes = await readBytes(address);
    // Servers of single-page apps return a page for missing files.
    if (bytes[0] !== 0 || bytes[1] !== 0x61) throw new Error(`${address} is not WebAssembly`);
    return bytes;
  } catch (error) {
    throw new Error(
      `The backend simd can't load ${name}: ${
        (error as Error).message
      }. Serve the package's .wasm ` +
        "files, or say where they are with setWasmPaths.",
      { cause: error },
    );
  }
}

/** Bundlers copy files named like this. Code from a `blob:` has no files beside it. */
const ADDRESSES: Readonly<Record<WasmFile, () => URL>> = {
  "relaxed-simd.wasm": () => new URL("./relaxed-simd.wasm", import.meta.url),
  "simd.wasm": () => new URL("./simd.wasm", import.meta.url),
};

/** Registers a backend of its own memory and threads under a name; tests run several side by side. */
export async function registerAs(
  name: string,
  module: WebAssembly.Module,
  threads: number,
): Promise<SimdBackend> {
  const backend = await start(module, threads);
  registerKernels(name, KERNELS);
  // tfjs disposes a backend, which ends its workers, and may then ask for another (engine().reset).
  let unused: SimdBackend | undefined = backend;
  registerBackend(name, () => {
    const given = unused ?? start(module, threads);
    unused = undefined;
    return given;
  });
  return backend;
}

async function start(module: WebAssembly.Module, threads: number): Promise<SimdBackend> {
  const arena = new Arena();
  const pool = await ThreadPool.start({ module, memory: arena.memory }, threads);
  replaceOptimizers();
  replaceGradients();
  replaceLayers();
  return new SimdBackend(arena, pool);
}

function warn(message: string): void {
  // deno-lint-ignore no-console
  console.warn(message);
}

/** Registers all of cpu's kernels for a backend, fast ones in front of their own. */
function registerKernels(backendName: string, fastKernels: typeof KERNELS): void {
  // TensorFlow.js may start a backend again.
  if (getKernelsForBackend(backendName).length > 0) return;
  for (const kernel of getKernelsForBackend("cpu")) {
    const fast = fastKernels[kernel.kernelName];
    const kernelFunc = fast ? fast(kernel.kernelFunc) : kernel.kernelFunc;
    registerKernel({ ...kernel, backendName, kernelFunc });
  }
}
