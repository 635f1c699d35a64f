/**
 * What differs between browsers, Node, Deno and Bun: modules of Node, cores, how a file is read.
 * @module
 */

interface NodeModules {
  "node:fs/promises": typeof import("node:fs/promises");
  "node:os": typeof import("node:os");
  "node:worker_threads": typeof import("node:worker_threads");
}

/** A module of Node, which Deno and Bun have too; undefined in browsers. Bundlers do not see it. */
export function nodeModule<Name extends keyof NodeModules>(
  name: Name,
): NodeModules[Name] | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?(name: string): NodeModules[Name] };
  };
  return process?.getBuiltinModule?.(name);
}

/** Number of cores that this process may use. */
export function coreCount(): number {
  // Node has `navigator` from version 21 on.
  const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
  return navigator?.hardwareConcurrency ?? nodeModule("node:os")?.availableParallelism() ?? 1;
}

/** False in a page that browsers do not let share memory with workers; see COOP and COEP. */
export function canShareMemory(): boolean {
  return (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== false;
}

/** The bytes at an address; outside browsers it may be a path. Throws an error that says what is wrong. */
export async function readBytes(address: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  const text = String(address);
  const files = nodeModule("node:fs/promises");
  if (files && !/^(https?|data|blob):/.test(text)) {
    return new Uint8Array(await files.readFile(text.startsWith("file:") ? new URL(text) : text));
  }
  const response = await fetch(text);
  if (!response.ok) throw new Error(`${text} gives HTTP ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
