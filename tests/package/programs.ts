/** Programs that use the package, as JavaScript. @module */
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { assert, assertAlmostEquals, assertEquals } from "lib/assert.ts";
import { projectPath } from "lib/project.ts";
import type { Outcome } from "./experiment.ts";

/** A module of this folder as one JavaScript file, that imports TensorFlow.js and the package by name. */
export async function bundleProgram(
  module: "program.ts" | "experiment.ts" | "responsive.ts",
  format: "esm" | "cjs" = "esm",
): Promise<string> {
  return await bundle(module, {
    format,
    alias: { lib: projectPath("lib") },
    external: ["@tensorflow/*", "tfjs-backend-simd"],
  });
}

/** The same with all that it imports, by the files where that is. */
export async function bundleWhole(
  module: "program.ts",
  files: Readonly<Record<string, string>>,
): Promise<string> {
  return await bundle(module, { format: "esm", alias: { lib: projectPath("lib"), ...files } });
}

async function bundle(module: string, options: esbuild.BuildOptions): Promise<string> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [fileURLToPath(import.meta.resolve(`./${module}`))],
    bundle: true,
    write: false,
    target: "es2022",
    logLevel: "error",
    ...options,
  });
  await esbuild.stop();
  return outputFiles![0]!.text;
}

/** Bit-identical where both have the same V8; another engine's `Math.exp` may round otherwise. */
export function assertSameOutcome(actual: Outcome, expected: Outcome): void {
  assert(expected.losses.at(-1)! < expected.losses[0]!);
  assertEquals(actual.losses.length, expected.losses.length);
  actual.losses.forEach((loss, i) => assertAlmostEquals(loss, expected.losses[i]!, 1e-6));
  actual.predictions.forEach((p, i) => assertAlmostEquals(p, expected.predictions[i]!, 1e-6));
}
