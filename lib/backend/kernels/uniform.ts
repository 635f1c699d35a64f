import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "lib/backend/backend.ts";
import { sizeOf } from "lib/backend/kernels/common.ts";

/** Spreads strings over whole numbers of 32 bits, one after the other (Baagøe's Mash, as in seedrandom). */
function mash(): (text: string) => number {
  let n = 0xefc8249d;
  return (text) => {
    for (let i = 0; i < text.length; i++) {
      n += text.charCodeAt(i);
      let h = 0.02519603282416938 * n;
      n = h >>> 0;
      h -= n;
      h *= n;
      n = h >>> 0;
      n += (h - n) * 2 ** 32;
    }
    return n >>> 0;
  };
}

/** The values of `tf.randomUniform(shape, 0, 1, "float32", seed)`. */
export function uniform(
  backend: SimdBackend,
  shape: readonly number[],
  seed: number | string = Math.random(),
): TensorInfo {
  const spread = mash();
  const blank = [spread(" "), spread(" "), spread(" ")] as const;
  const [state0, state1, state2] = blank.map((n) => n - spread(String(seed))) as [
    number,
    number,
    number,
  ];
  const out = backend.output(shape);
  const n = sizeOf(shape);
  backend.threads.run("uniform", 1, { out: out.at, n, state0, state1, state2, carry: 1 });
  return out;
}
