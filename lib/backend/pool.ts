/**
 * The threads that share one memory and do a kernel's pieces together.
 * @module
 */

/** As many as have a table of their own in shared memory (assembly/control.ts). */
export const MOST_THREADS = 64;

/** Kernels of the WebAssembly module, by the numbers of `runPiece` in assembly/main.ts. */
export const Kernel = {
  pack: 0,
  rowsTimesPanels: 1,
  columnsTimesPanels: 2,
  pad: 3,
  maxPool: 4,
  maxPoolGrad: 5,
  binary: 6,
  unary: 7,
  sumRows: 8,
  adam: 9,
  winogradFilter: 10,
  winogradForward: 11,
  winogradInput: 12,
  winogradFilterGrad: 13,
  convolveFused: 14,
  unpool: 15,
  sumUnpooled: 16,
  binaryRows: 17,
  sumColumns: 18,
  softmax: 19,
  peak: 20,
  oneChannelPooled: 21,
  oneChannelFilterGrad: 22,
} as const;
export type KernelId = typeof Kernel[keyof typeof Kernel];

/** What the module exports (assembly/main.ts). */
export interface KernelModule {
  runPiece(kernel: number, piece: number): void;
  run(kernel: number, pieces: number, spins: number): number;
  waitOn(spins: number): number;
  work(thread: number, spins: number): void;
}

/** Addresses of assembly/control.ts, as indices of 32-bit words. */
const DONE = 128 >> 2;
const FAILED = 320 >> 2;
const PIECES = 388 >> 2;
const ARGS = 512 >> 2;
/** A worker's error message: length, then UTF-8. */
const MESSAGE = 1024;
const MESSAGE_BYTES = 1024;

/** How often a thread looks before it sleeps (about a millisecond): a step's kernels follow each other faster. */
const SPINS = 500_000;
/** After this long without an answer a worker is taken for dead. */
const PATIENCE_MS = 60_000;

/** What a worker is started with. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Which of the pool's threads it is; 0 is the calling one. */
  readonly index: number;
}

interface Thread {
  terminate(): void;
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
    kernels.work(index, SPINS);
  } catch (error) {
    const text = new TextEncoder().encode(String(error)).subarray(0, MESSAGE_BYTES - 4);
    new Uint8Array(memory.buffer).set(text, MESSAGE + 4);
    words[MESSAGE >> 2] = text.length;
    Atomics.store(words, FAILED, 1);
    Atomics.notify(words, DONE);
  }
}

function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelModule {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelModule;
}

/** Starts one worker and waits until it is ready. It does not keep the process alive. */
async function startWorker(start: WorkerStart): Promise<Thread> {
  const url = new URL("./worker.ts", import.meta.url);
  if ("Deno" in globalThis) {
    // Deno's web workers keep the process alive, Node's can be told not to.
    const { Worker } = await import("node:worker_threads");
    const worker = new Worker(url, { workerData: start });
    await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    worker.unref();
    return { terminate: () => void worker.terminate() };
  }
  const worker = new Worker(url, { type: "module" });
  await new Promise((resolve, reject) => {
    worker.onmessage = resolve;
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(start);
  });
  return { terminate: () => worker.terminate() };
}

/** The main thread and its workers. */
export class ThreadPool {
  readonly #kernels: KernelModule;
  readonly #words: Int32Array;
  readonly #memory: WebAssembly.Memory;
  readonly #workers: readonly Thread[];
  #broken: Error | undefined;

  private constructor(start: Omit<WorkerStart, "index">, workers: readonly Thread[]) {
    this.#kernels = instantiate(start.module, start.memory);
    this.#memory = start.memory;
    this.#words = new Int32Array(start.memory.buffer);
    this.#workers = workers;
  }

  /** Starts `threads - 1` workers beside the calling thread. */
  static async start(
    start: Omit<WorkerStart, "index">,
    threads: number,
  ): Promise<ThreadPool> {
    const workers = await Promise.all(
      Array.from({ length: threads - 1 }, (_, i) => startWorker({ ...start, index: i + 1 })),
    );
    return new ThreadPool(start, workers);
  }

  /** Number of threads, the calling one included. */
  get threads(): number {
    return this.#workers.length + 1;
  }

  /**
   * Runs all pieces of a kernel and returns when they are done.
   *
   * @param pieces Must follow from shapes alone, never from the number of threads: then results are
   * the same, bit by bit, for any number of them.
   * @param args Integers (addresses, counts), and floats through {@linkcode float}.
   */
  run(kernel: KernelId, pieces: number, args: readonly number[]): void {
    if (this.#broken) throw this.#broken;
    const words = this.#words;
    for (let i = 0; i < args.length; i++) words[ARGS + i] = args[i]!;
    try {
      if (pieces === 1 || this.#workers.length === 0) {
        for (let piece = 0; piece < pieces; piece++) this.#kernels.runPiece(kernel, piece);
        return;
      }
      if (this.#kernels.run(kernel, pieces, SPINS)) return;
    } catch (error) {
      this.#fail(`kernel ${kernel} of the simd backend failed: ${error}`);
    }
    this.#await();
  }

  /** Waits for workers that the system has put aside for a while. */
  #await(): void {
    const words = this.#words;
    const start = performance.now();
    while (!this.#kernels.waitOn(SPINS)) {
      if (Atomics.load(words, FAILED) !== 0) {
        const length = words[MESSAGE >> 2]!;
        const text = new Uint8Array(this.#memory.buffer).slice(MESSAGE + 4, MESSAGE + 4 + length);
        this.#fail(`A worker thread of the simd backend failed: ${new TextDecoder().decode(text)}`);
      }
      if (performance.now() - start > PATIENCE_MS) {
        const done = Atomics.load(words, DONE);
        this.#fail(
          `A worker thread of the simd backend has stopped: ${done} of ${
            words[PIECES]
          } pieces are ` +
            `done after ${PATIENCE_MS / 1000} s.`,
        );
      }
    }
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
