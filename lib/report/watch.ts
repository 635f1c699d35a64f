import { basename } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { projectPath } from "lib/project.ts";

/** Milliseconds in which changes count as one: editors write a file in several steps. */
const QUIET = 300;

/**
 * Calls `run` at once, and again whenever a notebook, `lib/` or `deno.json` has changed since the
 * last call began. Calls do not overlap. Ends with the signal.
 */
export async function watchSources(
  run: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  using watcher = Deno.watchFs(["notebooks", "lib", "deno.json"].map((path) => projectPath(path)));
  signal.addEventListener("abort", () => watcher.close(), { once: true });
  let changed = Promise.withResolvers<void>();
  (async () => {
    for await (const event of watcher) {
      if (event.kind !== "access" && event.paths.some(isSource)) changed.resolve();
    }
    changed.resolve();
  })();
  while (!signal.aborted) {
    changed = Promise.withResolvers();
    await run();
    await changed.promise;
    if (!signal.aborted) await delay(QUIET);
  }
}

/** Jupyter's checkpoints and files half written are not sources. */
function isSource(path: string): boolean {
  return !/[\\/]\.|\.tmp$/.test(path) && /\.(ipynb|ts|js|css|json|wasm)$/.test(basename(path));
}
