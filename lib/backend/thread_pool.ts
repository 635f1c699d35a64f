/**
 * The threads that share one memory and the pieces of each kernel.
 * @module
 */

import { startWorkers, type WorkerStart, type WorkerThread } from "lib/backend/workers.ts";
import { type KernelArgs, type KernelId, LAYOUT, NUMBERS } from "lib/backend/kernel_table.ts";

export { Kernel, type KernelId } from "lib/backend/kernel_table.ts";

/** As many as have a table of their own in shared memory (assembly/control.ts). */
export const MOST_THREADS = 64;

/** What the module exports (assembly/main.ts). */
interface KernelModule {
  runPiece(kernel: number, piece: number): void;
  give(): void;
  finish(): boolean;
  work(thread: number): void;
}

/** Addresses of assembly/control.ts, as indices of 32-bit words. */
const STATE = 128 >> 2;
const FAILED = 320 >> 2;
const NEVER_NOTIFIED = 448 >> 2;
const JOBS = 36864 >> 2;
const JOB_WORDS = 640 >> 2;
const JOB_PLACES = 128;
/** A worker's error message: length, then UTF-8. */
const MESSAGE = 1024;
const MESSAGE_BYTES = 1024;

/** After this long without an answer a worker is considered dead. */
const PATIENCE_MS = 60_000;

/** After this long the main thread yields its core to a worker that may have lost its own, for this long at a time. */
const NAP_AFTER_MS = 0.5, NAP_MS = 0.1;

/** Sleeps briefly, where that is allowed: not in a page's main thread. */
function nap(words: Int32Array): void {
  try {
    Atomics.wait(words, NEVER_NOTIFIED, 0, NAP_MS);
  } catch {
    // It looks on.
  }
}

const bits = new DataView(new ArrayBuffer(4));

/** A float as the 32-bit integer with the same bits, to be passed as an argument of a kernel. */
export function float(value: number): number {
  bits.setFloat32(0, value);
  return bits.getInt32(0);
}

/** Runs a worker's whole life; a crash is left in shared memory for the main thread to report. */
export function serve({ module, memory, index }: WorkerStart, ready: () => void): void {
  const words = new Int32Array(memory.buffer);
  try {
    const kernels = instantiate(module, memory);
    ready();
    kernels.work(index);
  } catch (error) {
    const text = new TextEncoder().encode(String(error)).subarray(0, MESSAGE_BYTES - 4);
    new Uint8Array(memory.buffer).set(text, MESSAGE + 4);
    words[MESSAGE >> 2] = text.length;
    Atomics.store(words, FAILED, 1);
  }
}

type FusedKernel = (args: number, piece: number) => void;

function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelModule {
  const fused = new Map<number, FusedKernel>();
  const env = {
    memory,
    now: () => performance.now(),
    /** Each thread compiles a kernel at its first piece of it; V8 shares the code of identical bytes. */
    runFused(args: number, piece: number): void {
      const [number, code, bytes] = new Int32Array(memory.buffer, args, 3);
      let run = fused.get(number!);
      if (run === undefined) {
        const source = new Uint8Array(memory.buffer, code!, bytes!).slice();
        const instance = new WebAssembly.Instance(new WebAssembly.Module(source), {
          env: { memory },
        });
        run = instance.exports["run"] as FusedKernel;
        fused.set(number!, run);
      }
      run(args, piece);
    },
  };
  return new WebAssembly.Instance(module, { env }).exports as unknown as KernelModule;
}

/** The main thread and its workers. */
export class ThreadPool {
  readonly #kernels: KernelModule;
  readonly #words: Int32Array;
  readonly #floats: Float32Array;
  readonly #memory: WebAssembly.Memory;
  readonly #workers: readonly WorkerThread[];
  /** Jobs queued so far, and how many of them may be unfinished. */
  #given = 0;
  #waiting = 0;
  #broken: Error | undefined;

  private constructor(start: Omit<WorkerStart, "index">, workers: readonly WorkerThread[]) {
    this.#kernels = instantiate(start.module, start.memory);
    this.#memory = start.memory;
    this.#words = new Int32Array(start.memory.buffer);
    this.#floats = new Float32Array(start.memory.buffer);
    this.#workers = workers;
  }

  /** Starts `threads - 1` workers beside the calling thread; none if they can't start. */
  static async start(
    start: Omit<WorkerStart, "index">,
    threads: number,
  ): Promise<ThreadPool> {
    return new ThreadPool(start, await startWorkers(start, threads - 1));
  }

  /** Number of threads, the calling one included. */
  get count(): number {
    return this.#workers.length + 1;
  }

  /**
   * Queues a kernel as a job that runs after those queued before. What it writes may be read after
   * {@linkcode sync}, or by later jobs; without workers it runs at once.
   *
   * @param pieces At most 65535. They must follow from shapes alone, never from the number of threads:
   * then results are the same, bit by bit, for any number of them.
   * @param args Values by the names of kernel_table.ts; where it has none, integers (addresses, counts) by
   * position, and floats through {@linkcode float}.
   */
  run<K extends KernelId>(kernel: K, pieces: number, args: KernelArgs<K>): void {
    if (this.#broken) throw this.#broken;
    const isAlone = this.#workers.length === 0;
    if (this.#waiting === JOB_PLACES) this.sync();
    const words = this.#words;
    const at = JOBS + (isAlone ? 0 : this.#given++ % JOB_PLACES) * JOB_WORDS;
    const number = NUMBERS[kernel]!;
    words[at] = number;
    words[at + 1] = pieces;
    this.#writeArguments(at + 2, number, args);
    if (!isAlone) {
      this.#waiting++;
      this.#kernels.give();
      return;
    }
    try {
      for (let piece = 0; piece < pieces; piece++) this.#kernels.runPiece(number, piece);
    } catch (error) {
      this.#fail(`kernel ${kernel} of the simd backend failed: ${error}`);
    }
  }

  #writeArguments(
    at: number,
    kernel: number,
    args: readonly number[] | Readonly<Record<string, number>>,
  ): void {
    const layout = LAYOUT[kernel]!.args ?? [];
    for (const [i, { name, type }] of layout.entries()) {
      const words = type === "f32" ? this.#floats : this.#words;
      words[at + i] = (args as Readonly<Record<string, number>>)[name]!;
    }
    if (Array.isArray(args)) {
      if (args.length > JOB_WORDS - 2) {
        throw new Error(`${args.length} arguments don't fit in a job`);
      }
      this.#words.set(args, at);
    }
  }

  /** Works on the jobs until all are done. Throws if one failed. */
  sync(): void {
    if (this.#broken) throw this.#broken;
    if (this.#waiting === 0) return;
    const words = this.#words;
    let start: number | undefined;
    try {
      while (!this.#kernels.finish()) {
        if (Atomics.load(words, FAILED) !== 0) {
          const length = words[MESSAGE >> 2]!;
          const text = new Uint8Array(this.#memory.buffer).slice(MESSAGE + 4, MESSAGE + 4 + length);
          throw new Error(new TextDecoder().decode(text));
        }
        start ??= performance.now();
        const waited = performance.now() - start;
        if (waited > NAP_AFTER_MS) nap(words);
        if (waited > PATIENCE_MS) {
          const left = Atomics.load(words, STATE);
          throw new Error(`no answer for ${PATIENCE_MS / 1000} s, ${left} pieces are left`);
        }
      }
    } catch (error) {
      this.#fail(`A kernel of the simd backend failed: ${(error as Error).message}`);
    }
    this.#waiting = 0;
  }

  #fail(message: string): never {
    this.#broken = new Error(message);
    this.stop();
    throw this.#broken;
  }

  /** Ends the workers. */
  stop(): void {
    for (const worker of this.#workers) worker.terminate();
  }
}
