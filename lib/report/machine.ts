import { cpus } from "node:os";
import type { Settings } from "lib/settings.ts";

/** The machine that a run was made on, for people who compare times. */
export interface Machine {
  /** The processor's name, or `unknown processor`. */
  readonly cpu: string;
  /** Logical cores. */
  readonly cores: number;
  /** TensorFlow.js's backend. */
  readonly backend: string;
  /** Threads of the backend; `null` where the backend has its own way. */
  readonly threads: number | null;
  /** Operating system and architecture, such as `linux x86_64`. */
  readonly platform: string;
  /** Version of Deno. */
  readonly deno: string;
}

/** This machine. */
export function machine({ backend, threads }: Pick<Settings, "backend" | "threads">): Machine {
  return {
    cpu: cpus()[0]?.model.trim() || "unknown processor",
    cores: navigator.hardwareConcurrency,
    backend,
    threads: backend === "simd" ? threads : null,
    platform: `${Deno.build.os} ${Deno.build.arch}`,
    deno: Deno.version.deno,
  };
}
