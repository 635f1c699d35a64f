import * as tf from "@tensorflow/tfjs";
import { moduleBytes, registerAs } from "lib/backend/register.ts";
import type { SimdBackend } from "lib/backend/backend.ts";

export interface Variant {
  readonly name: string;
  readonly backend: SimdBackend;
}

/** The backend in all its forms: each module, on one thread and on two. */
export const MODULES: readonly [module: string, variants: readonly [Variant, Variant]][] =
  await Promise.all(
    (["relaxed-simd.wasm", "simd.wasm"] as const).map(async (file) => {
      const module = await WebAssembly.compile(await moduleBytes(file));
      const register = async (name: string, threads: number): Promise<Variant> => ({
        name,
        backend: await registerAs(name, module, threads),
      });
      return [
        file,
        [await register(`${file}, 1 thread`, 1), await register(`${file}, 2 threads`, 2)],
      ] as const;
    }),
  );

export const VARIANTS: readonly Variant[] = MODULES.flatMap(([, variants]) => variants);

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
