/** Milliseconds to wait for JSR. What comes later is in Deno's cache for the next command. */
const LIMIT_MS = 1_000;

/**
 * Imports a JSR package of `deno.json`, or gives `undefined` where JSR is out of reach or silent, with
 * one notice.
 *
 * The package's name is not written into an `import`: Deno would wait for JSR before it runs anything.
 */
export async function fromJsr<T>(name: string): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), LIMIT_MS);
  const loaded = await Promise.race([
    import(name).then((module): T => module, () => undefined),
    late,
  ]);
  clearTimeout(timer);
  // Only a human at a terminal gains from the notice; in logs and test output it is noise.
  if (loaded === undefined && Deno.stderr.isTerminal()) {
    // deno-lint-ignore no-console
    console.error(`Note: jsr:${name} is out of reach; its equivalent from npm or Node is used.`);
  }
  return loaded;
}
