import { InputError } from "lib/errors.ts";
import { projectPath } from "lib/project.ts";

/** The backends of TensorFlow.js that a run can choose from. */
export const BACKENDS = ["simd", "cpu", "wasm", "webgpu"] as const;
/** One of {@linkcode BACKENDS}. */
export type BackendName = typeof BACKENDS[number];

/**
 * Settings of a run. `deno task report` passes its options to the notebooks' kernel
 * through environment variables; a notebook opened in Jupyter sees the defaults.
 */
export interface Settings {
  /** Folder or zip with the digits (`DIGIT_RECOGNIZER_DATA`), default `data/`. */
  readonly data: string;
  /** True if `data` was named, so that finding nothing there is an error (`DIGIT_RECOGNIZER_DATA` set). */
  readonly dataIsNamed: boolean;
  /**
   * Where everything goes that a run makes (`DIGIT_RECOGNIZER_OUTPUTS`), default `outputs/`, or
   * `outputs/quick/` for a quick run, which must not replace a full one.
   */
  readonly outputs: string;
  /** Use a subset and fewer epochs (`DIGIT_RECOGNIZER_QUICK=1`). */
  readonly quick: boolean;
  /** Train the ensemble of the recipe `best`, which takes hours (`DIGIT_RECOGNIZER_BEST=1`). */
  readonly best: boolean;
  /** Train again even where a model with the same fingerprint is there (`DIGIT_RECOGNIZER_FORCE=1`). */
  readonly force: boolean;
  /** Backend of TensorFlow.js (`DIGIT_RECOGNIZER_BACKEND`), default `simd`. */
  readonly backend: BackendName;
  /** Threads of the `simd` backend (`DIGIT_RECOGNIZER_THREADS`), default the number of cores. */
  readonly threads: number;
  /** Vectors of the `simd` backend: 256 bits where V8 was told to make them (`DENO_V8_FLAGS`), else 128. */
  readonly vectorBits: 128 | 256;
}

/** With this flag V8 joins pairs of WebAssembly's vectors; later versions call it `--wasm-revectorize`. */
const WIDE_VECTORS = /--(experimental-)?wasm-revectorize/;

/**
 * Reads the settings from the environment. Throws {@linkcode InputError} where one is not valid.
 *
 * @param environment Where variables are looked up, default the process's.
 */
export function readSettings(environment: Pick<Deno.Env, "get"> = Deno.env): Settings {
  const flag = (name: string): boolean => !["", "0", "false"].includes(environment.get(name) ?? "");
  const quick = flag("DIGIT_RECOGNIZER_QUICK");
  const data = environment.get("DIGIT_RECOGNIZER_DATA");
  const backend = environment.get("DIGIT_RECOGNIZER_BACKEND") || "simd";
  if (!(BACKENDS as readonly string[]).includes(backend)) {
    throw new InputError(
      `DIGIT_RECOGNIZER_BACKEND is "${backend}"; expected one of ${BACKENDS.join(", ")}.`,
    );
  }
  const threadsText = environment.get("DIGIT_RECOGNIZER_THREADS");
  const threads = threadsText ? Number(threadsText) : navigator.hardwareConcurrency;
  if (!Number.isInteger(threads) || threads < 1) {
    throw new InputError(
      `DIGIT_RECOGNIZER_THREADS is "${threadsText}"; expected a whole number, 1 or more.`,
    );
  }
  return {
    data: data || projectPath("data"),
    dataIsNamed: Boolean(data),
    outputs: environment.get("DIGIT_RECOGNIZER_OUTPUTS") ||
      projectPath("outputs", ...(quick ? ["quick"] : [])),
    quick,
    best: flag("DIGIT_RECOGNIZER_BEST"),
    force: flag("DIGIT_RECOGNIZER_FORCE"),
    backend: backend as BackendName,
    threads,
    vectorBits: WIDE_VECTORS.test(environment.get("DENO_V8_FLAGS") ?? "") ? 256 : 128,
  };
}
