/**
 * How worker threads start, in browsers and in Node, Deno and Bun.
 * @module
 */
import { nodeModule } from "lib/backend/environment.ts";

/** What a worker is started with. */
export interface WorkerStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Which of the pool's threads it is; 0 is the calling one. */
  readonly index: number;
}

/** A running worker. */
export interface WorkerThread {
  terminate(): void;
}

/** After this long without an answer a worker is considered unable to start. */
const PATIENCE_MS = 30_000;

/**
 * Starts workers and waits until they are ready. If one can't start, a warning says why, and there
 * are none.
 */
export async function startWorkers(
  start: Omit<WorkerStart, "index">,
  count: number,
): Promise<WorkerThread[]> {
  const outcomes = await Promise.allSettled(
    Array.from({ length: count }, (_, i) => startWorker({ ...start, index: i + 1 })),
  );
  const workers = outcomes.flatMap((outcome) =>
    outcome.status === "fulfilled" ? outcome.value : []
  );
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (!failed) return workers;
  for (const worker of workers) worker.terminate();
  // deno-lint-ignore no-console
  console.warn(
    `The backend simd works on one thread, because its workers can't start: ${failed.reason}`,
  );
  return [];
}

async function startWorker(start: WorkerStart): Promise<WorkerThread> {
  const threads = nodeModule("node:worker_threads");
  const { worker, ready } = threads ? startInNode(threads, start) : startInBrowser(start);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    const message = `no answer for ${PATIENCE_MS / 1000} s.`;
    timer = setTimeout(() => reject(new Error(message)), PATIENCE_MS);
  });
  try {
    await Promise.race([ready, silence]);
    return worker;
  } catch (error) {
    worker.terminate();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

interface Starting {
  readonly worker: WorkerThread;
  /** Resolves when the worker waits for jobs, rejects where it can't. */
  readonly ready: Promise<unknown>;
}

/** The worker does not keep the process alive; a web worker, in Deno, would. */
function startInNode(
  { Worker }: typeof import("node:worker_threads"),
  start: WorkerStart,
): Starting {
  const file = besideThisModule("./worker.ts");
  // Deno takes modules from the network, but no script of a worker.
  const script = file.protocol === "file:"
    ? file
    : new URL(`data:text/javascript,${encodeURIComponent(importing(file))}`);
  const worker = new Worker(script, { workerData: start });
  const ready = new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  return {
    worker: { terminate: () => void worker.terminate() },
    ready: ready.finally(() => worker.unref()),
  };
}

function startInBrowser(start: WorkerStart): Starting {
  const worker = createWebWorker();
  const ready = new Promise((resolve, reject) => {
    worker.onmessage = resolve;
    worker.onerror = ({ message }) => reject(new Error(message || NO_REASON));
    worker.postMessage(start);
  });
  return { worker, ready };
}

/** Browsers say nothing about a script that can't be loaded. */
const NO_REASON = "the browser gives no reason. Is the package's worker.js served, and does the " +
  "Content-Security-Policy allow it (worker-src)?";

function createWebWorker(): Worker {
  try {
    // Bundlers recognise a worker by this very expression.
    return new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  } catch {
    // A worker's script must come from the page's own origin, but may import from another (a CDN).
    const script = new Blob([importing(besideThisModule("./worker.ts"))], {
      type: "text/javascript",
    });
    return new Worker(URL.createObjectURL(script), { type: "module" });
  }
}

function importing(url: URL): string {
  return `import ${JSON.stringify(url)};`;
}

/** Bundlers would add a file that is named in `new URL` itself. */
function besideThisModule(name: string): URL {
  return new URL(name, import.meta.url);
}
