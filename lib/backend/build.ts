/**
 * Compiles the AssemblyScript kernels to the two modules that are committed beside this file.
 *
 * `deno task build` writes them; a test compiles again and compares the bytes.
 *
 * @module
 */
import asc from "assemblyscript/asc";
import { GENERATED } from "lib/backend/codegen/mod.ts";
import { MAX_PAGES } from "lib/backend/memory.ts";

/** The modules: with fused multiply-add where the runtime has relaxed SIMD, and without. */
export const MODULES: Readonly<Record<string, readonly string[]>> = {
  "relaxed-simd.wasm": ["--enable", "relaxed-simd"],
  "simd.wasm": [],
};

const OPTIONS = [
  "main.ts",
  "--runtime=stub",
  "--importMemory",
  "--noExportMemory",
  "--sharedMemory",
  "--initialMemory=2",
  // Constants lie between the jobs (assembly/control.ts) and the heap (memory.ts).
  "--memoryBase=118784",
  `--maximumMemory=${MAX_PAGES}`,
  "--enable=threads",
  "--enable=simd",
  // Level 3 gathers the multiply-adds of unrolled loops by accumulator, which then no longer fit in registers.
  "--optimizeLevel=2",
  "--shrinkLevel=0",
  "--noAssert",
  "--outFile=out.wasm",
];

/** The text of a file of assembly/, written or generated; null where there is none. */
export function readSource(name: string): string | null {
  const generate = GENERATED[name];
  if (generate) return generate();
  try {
    return Deno.readTextFileSync(new URL(`./assembly/${name}`, import.meta.url));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/**
 * Compiles one module with further options of `asc`. Throws an error with the compiler's messages.
 *
 * @param readFile Gives the text of a source.
 */
export async function compile(
  options: readonly string[],
  readFile = readSource,
): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const messages = asc.createMemoryStream();
  const { error } = await asc.main([...OPTIONS, ...options], {
    stderr: messages,
    readFile,
    writeFile(name: string, contents: Uint8Array | string): void {
      if (name === "out.wasm" && contents instanceof Uint8Array) binary = contents;
    },
    listFiles: () => [],
  });
  if (error || binary === undefined) {
    throw new Error(`asc: ${messages.toString()}`, { cause: error });
  }
  return binary;
}

if (import.meta.main) {
  for (const [name, options] of Object.entries(MODULES)) {
    await Deno.writeFile(new URL(name, import.meta.url), await compile(options));
  }
}
