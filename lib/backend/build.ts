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
import type { WasmFile } from "lib/backend/options.ts";
import { PAIRS_FILE } from "lib/backend/vectors.ts";

/** How a module is compiled. */
interface Target {
  /** Further options of `asc`. */
  readonly options: readonly string[];
  /** Whether vectors are used in pairs, which V8 can join to vectors of 256 bits. */
  readonly pairs: boolean;
}

/** Name of a module, beside this file. */
export type ModuleFile = WasmFile | typeof PAIRS_FILE;

const RELAXED = ["--enable", "relaxed-simd"];

/** The modules: with fused multiply-add where the runtime has relaxed SIMD, in pairs, and without either. */
export const MODULES: Readonly<Record<ModuleFile, Target>> = {
  [PAIRS_FILE]: { options: RELAXED, pairs: true },
  "relaxed-simd.wasm": { options: RELAXED, pairs: false },
  "simd.wasm": { options: [], pairs: false },
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
export function readSource(name: string, pairs: boolean): string | null {
  const generate = GENERATED[name];
  if (generate) return generate(pairs);
  try {
    return Deno.readTextFileSync(new URL(`./assembly/${name}`, import.meta.url));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/**
 * Compiles one module. Throws an error with the compiler's messages.
 *
 * @param readFile Gives the text of a source.
 */
export async function compile(
  { options, pairs }: Target,
  readFile = readSource,
): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const messages = asc.createMemoryStream();
  const { error } = await asc.main([...OPTIONS, ...options], {
    stderr: messages,
    readFile: (name: string) => readFile(name, pairs),
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
  for (const [name, target] of Object.entries(MODULES)) {
    await Deno.writeFile(new URL(name, import.meta.url), await compile(target));
  }
}
