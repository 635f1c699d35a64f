import * as tf from "@tensorflow/tfjs";
import { moduleBytes, registerAs } from "lib/backend/register.ts";
import type { SimdBackend } from "lib/backend/backend.ts";
import type { ModuleFile } from "lib/backend/build.ts";
import { PAIRS_FILE } from "lib/backend/vectors.ts";
import { projectPath } from "lib/project.ts";
import { trial } from "./trial.ts";

/** The backend from one module, on so many threads. */
export class Variant {
  readonly name: string;

  constructor(readonly file: ModuleFile, readonly threads: number) {
    this.name = `${file}, ${threads} thread${threads > 1 ? "s" : ""}`;
  }

  get backend(): SimdBackend {
    return tf.findBackend(this.name) as SimdBackend;
  }
}

/** The backend in all its forms: each module, on one thread and on two. */
export const MODULES: readonly [file: ModuleFile, variants: readonly [Variant, Variant]][] = trial
  .files.map((file) => [file, [new Variant(file, 1), new Variant(file, 2)]]);

export const VARIANTS: readonly Variant[] = MODULES.flatMap(([, variants]) => variants);

/** Starts all variants, in place of those that run. */
export async function startVariants(): Promise<void> {
  for (const [file, variants] of MODULES) {
    const module = await WebAssembly.compile(
      file === PAIRS_FILE
        ? await Deno.readFile(projectPath("lib", "backend", file))
        : await moduleBytes(file),
    );
    for (const { name, threads } of variants) {
      if (tf.findBackend(name)) tf.removeBackend(name);
      await registerAs(name, module, threads);
    }
  }
}

await startVariants();

/** A tensor's values, apart from any backend. */
export interface Values {
  readonly shape: number[];
  readonly dtype: string;
  readonly values: Float32Array | Int32Array | Uint8Array;
}
/** Runs `fn` on a backend, with its tensors disposed afterwards, and gives the values it made. */
export async function valuesOn(
  backend: string,
  fn: () => tf.Tensor | tf.Tensor[],
): Promise<Values[]> {
  await tf.setBackend(backend);
  return tf.tidy(() =>
    [fn()].flat().map((t) => ({
      shape: t.shape,
      dtype: t.dtype,
      values: t.dataSync(),
    }))
  );
}

/** Values between -1 and 1 that follow from the seed: a linear congruential generator. */
export function values(size: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** A float32 tensor of such values. */
export function tensor(shape: number[], seed = 1): tf.Tensor {
  return tf.tensor(values(tf.util.sizeFromShape(shape), seed), shape, "float32");
}
