import { relative, sep as SEPARATOR } from "node:path";
import { assert, assertEquals } from "lib/assert.ts";
import { PROJECT_ROOT, projectPath } from "lib/project.ts";

interface ModuleGraph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly code?: { readonly specifier: string };
    }[];
  }[];
}

async function moduleGraph(entry: string): Promise<ModuleGraph> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
    cwd: PROJECT_ROOT,
    stderr: "inherit",
  }).output();
  assertEquals(success, true, `deno info ${entry}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** The first cycle found by following imports depth first, or `undefined`. */
function findCycle(edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (node: string, path: string[]): string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of edges.get(node) ?? []) {
      const cycle = visit(next, [...path, node]);
      if (cycle) return cycle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of edges.keys()) {
    const cycle = visit(node, []);
    if (cycle) return cycle;
  }
  return undefined;
}

/** Programs for browsers: bundled, so that no module imports them. */
const BUNDLED = ["write/browser/main.ts", "write/worker/main.ts"];

async function entryPoints(): Promise<string[]> {
  const entries: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(projectPath("lib"))) {
    if (!isDirectory) continue;
    for await (const file of Deno.readDir(projectPath("lib", name))) {
      if (name === "cli" || file.name === "mod.ts") {
        entries.push(projectPath("lib", name, file.name));
      }
    }
  }
  return [...entries, ...BUNDLED.map((path) => projectPath("lib", ...path.split("/")))];
}

Deno.test("findCycle finds a cycle, and none where there is none", () => {
  assertEquals(findCycle(new Map([["a", ["b"]], ["b", ["c"]], ["c", ["b"]]])), ["b", "c", "b"]);
  assertEquals(findCycle(new Map([["a", ["b", "c"]], ["b", ["c"]], ["c", []]])), undefined);
});

/** The layers of `lib/`, from the ground up: a folder imports from its own layer and those below. */
const LAYERS: readonly (readonly string[])[] = [
  ["backend"], // a package of its own
  ["."], // the modules of lib/ itself
  ["dataset", "preprocessing", "metrics"],
  ["model", "plots", "notebook"],
  ["experiment", "study", "report", "read"],
  ["write"],
  ["cli"],
];

/** The folder of `lib/` that a module is in; `.` for `lib/` itself, nothing outside of it. */
function folderOf(url: string): string | undefined {
  const [lib, folder, ...rest] = relative(PROJECT_ROOT, new URL(url).pathname).split(SEPARATOR);
  if (lib !== "lib") return undefined;
  return rest.length === 0 ? "." : folder;
}

/** The imports between modules of lib/, by address. */
async function libEdges(): Promise<Map<string, string[]>> {
  const edges = new Map<string, string[]>();
  for (const entry of await entryPoints()) {
    for (const { specifier, dependencies = [] } of (await moduleGraph(entry)).modules) {
      if (!specifier.startsWith("file:")) continue;
      const imported = dependencies.flatMap(({ code }) => code?.specifier ?? []);
      edges.set(specifier, imported.filter((name) => name.startsWith("file:")));
    }
  }
  return edges;
}

Deno.test("no module of lib/ imports itself by way of others", async () => {
  const cycle = findCycle(await libEdges())?.map((url) =>
    relative(PROJECT_ROOT, new URL(url).pathname)
  );
  assertEquals(cycle, undefined);
});

Deno.test("the engine is a package of its own: no module of lib/ else, and of npm its peers", async () => {
  const backend = `file://${projectPath("lib", "backend")}/`;
  const allowed = {
    "mod.ts": ["@tensorflow/tfjs-backend-cpu", "@tensorflow/tfjs-core"],
    "worker.ts": [],
    "build.ts": ["assemblyscript"],
  };
  for (const [entry, packages] of Object.entries(allowed)) {
    const { modules } = await moduleGraph(projectPath("lib", "backend", entry));
    const others = modules.map(({ specifier }) => specifier)
      .filter((specifier) => !specifier.startsWith(backend) && !specifier.startsWith("node:"))
      .map((specifier) => /^npm:\/?((?:@[^/]+\/)?[^@/]+)/.exec(specifier)?.[1] ?? specifier);
    assertEquals(others.sort(), packages, entry);
  }
});

Deno.test("imports go down the layers of lib/; the engine imports nothing else of it", async () => {
  const layerOf = (folder: string): number => {
    const layer = LAYERS.findIndex((folders) => folders.includes(folder));
    assert(layer >= 0, `lib/${folder} has no layer`);
    return layer;
  };
  const upwards: string[] = [];
  for (const [importer, imported] of await libEdges()) {
    for (const url of imported) {
      const [from, to] = [folderOf(importer), folderOf(url)];
      if (from === undefined || to === undefined || from === to) continue;
      if (layerOf(to) > layerOf(from) || from === "backend") {
        upwards.push(`${relative(PROJECT_ROOT, new URL(importer).pathname)} imports lib/${to}`);
      }
    }
  }
  assertEquals(upwards, []);
});
