import { join } from "node:path";
import { assert, assertEquals } from "lib/assert.ts";
import { sha256 } from "lib/files.ts";
import { projectPath } from "lib/project.ts";
import denoJson from "../deno.json" with { type: "json" };

const ASSERT = denoJson.imports["@std/assert"].split("@").at(-1)!;
const CSV = denoJson.imports["@std/csv"].split("@").at(-1)!;

/**
 * The packages as JSR would serve them, with the dependencies of the real ones; each of the two that
 * the project imports has a mark by which it is known.
 */
const PACKAGES: readonly { name: string; version: string; source: string }[] = [
  {
    name: "@std/csv",
    version: CSV,
    source: `import "jsr:@std/streams@^1.0.9";
      export const stringify = (rows, { headers }) => "JSR " + headers + " " + rows.length;`,
  },
  {
    name: "@std/assert",
    version: ASSERT,
    source: `import "jsr:@std/internal@^1.0.12";
      export const assertEquals = () => console.log("JSR assertEquals");
      export const assert = () => {};
      export { assert as assertRejects, assert as assertThrows, assert as assertAlmostEquals };`,
  },
  { name: "@std/streams", version: "1.0.17", source: `import "jsr:@std/bytes@^1.0.6";` },
  { name: "@std/internal", version: "1.0.12", source: "export {};" },
  { name: "@std/bytes", version: "1.0.6", source: "export {};" },
];

/** What JSR says of a package's version; the lock's integrity is its SHA-256. */
function manifest(source: string): string {
  return JSON.stringify({
    exports: { ".": "./mod.js" },
    manifest: { "/mod.js": { size: source.length, checksum: `sha256-${sha256(source)}` } },
  });
}

function playJsr(request: Request): Response {
  const path = new URL(request.url).pathname;
  for (const { name, version, source } of PACKAGES) {
    if (path === `/${name}/meta.json`) {
      // A newer version is there, which the project has not asked for.
      return Response.json({ latest: "1.99.0", versions: { [version]: {}, "1.99.0": {} } });
    }
    if (path === `/${name}/${version}_meta.json`) return new Response(manifest(source));
    if (path === `/${name}/${version}/mod.js`) {
      return new Response(source, { headers: { "content-type": "text/javascript" } });
    }
  }
  return new Response("not found", { status: 404 });
}

const SCRIPT = `
  import { stringifyCsv } from "lib/csv.ts";
  import { assertEquals } from "lib/assert.ts";
  console.log(stringifyCsv([["a", "b"], [1, 'x,"y"']]).trim());
  assertEquals({ a: [1] }, { a: [1] });
  Deno.exit();`;

/** A copy of what the script needs, with a lock for the packages that are played. */
async function withCopy<T>(
  use: (folder: string, lock: string) => Promise<T>,
  keeps: (specifier: string) => boolean = () => true,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "lib"));
    for (const file of ["lib/csv.ts", "lib/assert.ts", "lib/jsr.ts"]) {
      await Deno.copyFile(projectPath(file), join(folder, file));
    }
    const imports = Object.entries(denoJson.imports).filter(([, specifier]) => keeps(specifier));
    const config = { imports: Object.fromEntries(imports), nodeModulesDir: "none" };
    await Deno.writeTextFile(join(folder, "deno.json"), JSON.stringify(config));
    const lock = JSON.parse(await Deno.readTextFile(projectPath("deno.lock")));
    for (const { name, version, source } of PACKAGES) {
      lock.jsr[`${name}@${version}`].integrity = sha256(manifest(source));
    }
    lock.specifiers = Object.fromEntries(
      Object.entries(lock.specifiers).filter(([specifier]) => keeps(specifier)),
    );
    lock.workspace.dependencies = lock.workspace.dependencies.filter(keeps);
    if (!keeps("npm:")) delete lock.npm;
    const text = JSON.stringify(lock, null, 2) + "\n";
    await Deno.writeTextFile(join(folder, "deno.lock"), text);
    await Deno.writeTextFile(join(folder, "script.ts"), SCRIPT);
    return await use(folder, text);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What the script prints with JSR at the given address. */
async function runWithJsrAt(folder: string, jsrUrl: string, denoDir?: string): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-read", "--allow-env", "script.ts"],
    cwd: folder,
    env: { JSR_URL: jsrUrl, ...(denoDir && { DENO_DIR: denoDir }) },
  }).output();
  return new TextDecoder().decode(stdout).trim().replaceAll("\r\n", "\n");
}

Deno.test("with JSR in reach its packages are used, in the versions of the lock, which stays as it is", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen(): void {} }, playJsr);
  await withCopy(async (folder, lock) => {
    const address = `http://127.0.0.1:${server.addr.port}/`;
    const printed = await runWithJsrAt(folder, address, join(folder, "deno-dir"));
    assertEquals(printed, "JSR false 2\nJSR assertEquals");
    assertEquals(await Deno.readTextFile(join(folder, "deno.lock")), lock);
    // Nothing from npm: Deno would fetch all of it into the empty cache.
  }, (specifier) => !specifier.startsWith("npm:"));
});

const EQUIVALENTS = 'a,b\n1,"x,""y"""';

Deno.test("with JSR out of reach the equivalents are used, and the lock stays as it is", async () => {
  await withCopy(async (folder, lock) => {
    // Port 9 (discard) is closed, so the connection is refused at once.
    assertEquals(await runWithJsrAt(folder, "http://127.0.0.1:9/"), EQUIVALENTS);
    assertEquals(await Deno.readTextFile(join(folder, "deno.lock")), lock);
  });
});

Deno.test("a JSR that never answers is waited for no longer than a second for each package", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  (async () => {
    for await (const connection of listener) connections.push(connection);
  })();
  try {
    const start = performance.now();
    await withCopy(async (folder) => {
      const address = `http://127.0.0.1:${listener.addr.port}/`;
      assertEquals(await runWithJsrAt(folder, address), EQUIVALENTS);
    });
    // Deno itself would wait for minutes.
    assert(performance.now() - start < 30_000);
    assert(connections.length > 0, "it was asked");
  } finally {
    for (const connection of connections) connection.close();
  }
});

Deno.test("JSR packages are pinned exactly", () => {
  for (const version of [ASSERT, CSV]) assert(/^\d+\.\d+\.\d+$/.test(version), version);
});
