import { relative } from "node:path";
import { assertEquals } from "lib/assert.ts";
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
  return entries;
}

Deno.test("findCycle finds a cycle, and none where there is none", () => {
  assertEquals(findCycle(new Map([["a", ["b"]], ["b", ["c"]], ["c", ["b"]]])), ["b", "c", "b"]);
  assertEquals(findCycle(new Map([["a", ["b", "c"]], ["b", ["c"]], ["c", []]])), undefined);
});

Deno.test("no module of lib/ imports itself by way of others", async () => {
  const edges = new Map<string, string[]>();
  for (const entry of await entryPoints()) {
    for (const { specifier, dependencies = [] } of (await moduleGraph(entry)).modules) {
      if (!specifier.startsWith("file:")) continue;
      const imported = dependencies.flatMap(({ code }) => code?.specifier ?? []);
      edges.set(specifier, imported.filter((name) => name.startsWith("file:")));
    }
  }
  const cycle = findCycle(edges)?.map((url) => relative(PROJECT_ROOT, new URL(url).pathname));
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
