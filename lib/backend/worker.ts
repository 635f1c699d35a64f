/** A worker thread of the simd backend: receives module and memory once, then communicates through shared memory. */
import { nodeModule } from "lib/backend/environment.ts";
import { serve } from "lib/backend/thread_pool.ts";
import type { WorkerStart } from "lib/backend/workers.ts";

const threads = nodeModule("node:worker_threads");
if (threads) {
  serve(threads.workerData, () => threads.parentPort?.postMessage("ready"));
} else {
  addEventListener("message", ({ data }: MessageEvent<WorkerStart>) => {
    serve(data, () => postMessage("ready"));
  });
}
