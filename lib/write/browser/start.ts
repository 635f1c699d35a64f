import { type Remote, transfer, wrap } from "comlink";
import type { Parts } from "../types.ts";
import type { PageReader } from "../worker/page_reader.ts";
import { part } from "./parts.ts";

const NAMES = ["relaxed-simd.wasm", "simd.wasm", "model.json", "weights.bin"] as const;

/** Starts the worker that reads: from the page itself, so that it works from a file, too. */
export async function startReader(): Promise<Remote<PageReader>> {
  const code = await part("worker.js");
  const entries = await Promise.all(NAMES.map(async (name) => [name, await part(name)] as const));
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  const failure = new Promise<never>((_, reject) => {
    worker.onerror = ({ message }) => reject(new Error(message || "its worker can't start"));
  });
  const reader = wrap<PageReader>(worker);
  const parts = transfer(
    Object.fromEntries(entries) as Parts,
    entries.map(([, { buffer }]) => buffer),
  );
  await Promise.race([reader.start(parts), failure]);
  return reader;
}
