/**
 * Reading pictures and PDF pages from files: decoding, the model that comes with the project, and
 * pictures of what was read. Needs Deno, sharp and, for PDF, PDFium; `lib/read/mod.ts` does without.
 *
 * @example Usage
 * ```ts
 * import { useBackend } from "lib/model/mod.ts";
 * import { readPicture, readReader } from "lib/read/pictures/mod.ts";
 *
 * await useBackend({ backend: "simd", threads: 1 });
 * const reader = await readReader();
 *
 * async function numbers(file: string): Promise<string[]> {
 *   const { lines } = await readPicture(await Deno.readFile(file), reader, file);
 *   return lines.map(({ text }) => text);
 * }
 * ```
 *
 * @module
 */
export { annotate } from "lib/read/pictures/annotate.ts";
export { decodeImage } from "lib/read/pictures/decode.ts";
export { DEFAULT_READER, readReader } from "lib/read/pictures/model_files.ts";
export type { Page } from "lib/read/pictures/page.ts";
export { filePages } from "lib/read/pictures/pages.ts";
export { readPicture } from "lib/read/pictures/read_picture.ts";
