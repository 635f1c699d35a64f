import { fromBase64 } from "./base64.ts";
import type { Parts } from "../types.ts";

/** What the page carries beside its own code, each compressed, by the id of its element. */
export type PartName = "worker.js" | keyof Parts;

/** The bytes of a part of the page. */
export async function part(name: PartName): Promise<Uint8Array<ArrayBuffer>> {
  const text = document.getElementById(name)?.textContent;
  if (!text) throw new Error(`The page is damaged: ${name} is missing.`);
  const stream = new Blob([fromBase64(text)]).stream().pipeThrough(
    new DecompressionStream("deflate-raw"),
  );
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
