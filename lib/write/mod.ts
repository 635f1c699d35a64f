/** A page to write digits on: one file that reads, explains and learns. @module */
import { join } from "node:path";
import { WASM_FILES } from "lib/backend/options.ts";
import { projectPath } from "lib/project.ts";
import { DEFAULT_READER } from "lib/read/pictures/model_files.ts";
import { bundle } from "./bundle.ts";
import { renderWritePage } from "./page.ts";

/**
 * Makes the page; the same bytes each time.
 *
 * @param onProgress Told what is done next.
 */
export async function buildWritePage(onProgress?: (step: string) => void): Promise<string> {
  onProgress?.("Bundling the worker: engine, reading, learning");
  const worker = await bundle("lib/write/worker/main.ts", "iife");
  onProgress?.("Bundling the page's program");
  const script = await bundle("lib/write/browser/main.ts", "esm");
  onProgress?.("Packing");
  const [relaxed, plain] = await Promise.all(
    WASM_FILES.map((name) => Deno.readFile(projectPath("lib", "backend", name))),
  );
  const [model, weights] = await Promise.all(
    ["model.json", "weights.bin"].map((name) => Deno.readFile(join(DEFAULT_READER, name))),
  );
  return renderWritePage({
    script,
    parts: {
      "worker.js": worker,
      "relaxed-simd.wasm": relaxed!,
      "simd.wasm": plain!,
      "model.json": model!,
      "weights.bin": weights!,
    },
  });
}
