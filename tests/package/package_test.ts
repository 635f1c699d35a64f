import { join } from "node:path";
import ts from "typescript";
import { assert, assertEquals } from "lib/assert.ts";
import { version_simd } from "lib/backend/mod.ts";
import { buildPackage, writePackage } from "lib/cli/package.ts";
import { projectPath } from "lib/project.ts";
import { npm, packInto, whyNoNpm } from "./npm.ts";

const files = await buildPackage();

function text(name: string): string {
  return files.get(name) as string;
}

Deno.test("package: a second build gives the same bytes, and nothing tells where it was built", async () => {
  assertEquals(await buildPackage(), files);
  for (const [name, content] of files) {
    assert(typeof content !== "string" || !content.includes(projectPath()), name);
  }
});

Deno.test("package: manifests and changelog agree with each other and with the files", () => {
  const { name, version, exports, peerDependencies, dependencies } = JSON.parse(
    text("package.json"),
  );
  const jsr = JSON.parse(text("jsr.json"));
  assertEquals([version, jsr.version], [version_simd, version_simd]);
  assertEquals(/^## (\S+)/m.exec(text("CHANGELOG.md"))?.[1], version_simd);
  assertEquals(dependencies, undefined);
  const peers = ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-cpu"];
  assertEquals(Object.keys(peerDependencies), peers);
  assertEquals(
    jsr.imports,
    Object.fromEntries(peers.map((peer) => [peer, `npm:${peer}@${peerDependencies[peer]}`])),
  );
  for (const path of [...Object.values(exports["."]) as string[], jsr.exports]) {
    assert(files.has(path.slice(2)), path);
  }
  assert(text("README.md").startsWith(`# ${name}\n`));
  assert(text("README.md").includes("`Conv2DBackpropFilter`, "));
});

Deno.test("package: the code finds worker and modules beside it, and has source maps", () => {
  const code = text("dist/index.js");
  assertEquals(code.includes('"./worker.ts"'), false);
  const named = [...code.matchAll(/new URL\("\.\/([^"]+)", import\.meta\.url\)/g)].map(([, file]) =>
    file!
  );
  assertEquals(named.sort(), ["relaxed-simd.wasm", "simd.wasm", "worker.js"]);
  for (const file of named) assert(files.has(`dist/${file}`), file);
  for (const name of ["index", "worker"]) {
    const { sources, sourcesContent } = JSON.parse(text(`dist/${name}.js.map`));
    assert(sources.includes("../environment.ts"), String(sources));
    assertEquals(sourcesContent.length, sources.length);
    assert(text(`dist/${name}.js`).endsWith(`//# sourceMappingURL=${name}.js.map\n`));
  }
});

/** What TypeScript says of a program that uses the package. */
function typeErrors(folder: string, program: string, options: ts.CompilerOptions): string[] {
  const file = join(folder, "main.ts");
  Deno.writeTextFileSync(file, program);
  const compiled = ts.createProgram([file], {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    types: [],
    ...options,
  });
  return ts.getPreEmitDiagnostics(compiled)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

Deno.test("package: its declarations serve TypeScript programs, without those of browsers or Node", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await writePackage(files, join(folder, "node_modules", "tfjs-backend-simd"));
    await Deno.writeTextFile(join(folder, "package.json"), '{ "type": "module" }');
    const program = `
      import { getThreadsCount, setThreadsCount, setWasmPaths, version_simd } from "tfjs-backend-simd";
      setThreadsCount(2);
      setWasmPaths("/wasm/");
      setWasmPaths({ "simd.wasm": "a", "relaxed-simd.wasm": "b" });
      export const version: string = version_simd, threads: number = getThreadsCount();`;
    const node = { module: ts.ModuleKind.NodeNext };
    assertEquals(typeErrors(folder, program, node), []);
    const bundler = {
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
    };
    assertEquals(typeErrors(folder, program, bundler), []);
    const [problem] = typeErrors(folder, program.replace("(2)", '("2")'), node);
    assert(problem?.includes("not assignable to parameter of type 'number'"), problem);
    const [internal] = typeErrors(folder, 'import { runsOn } from "tfjs-backend-simd";', node);
    assert(internal?.includes("no exported member"), internal);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const whyNot = await whyNoNpm();
const name = "package: npm packs the same bytes each time, at most 250 kB";

Deno.test({
  name: whyNot ? `${name} (${whyNot})` : name,
  ignore: whyNot !== undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const first = await Deno.readFile(await packInto(folder));
      await Deno.remove(join(folder, "package"), { recursive: true });
      const second = await packInto(folder);
      assertEquals(await Deno.readFile(second), first);
      assert(first.length <= 250_000, `${first.length} bytes`);
      const list = await npm(join(folder, "package"), "pack", "--dry-run", "--json");
      const [{ files: packed }] = JSON.parse(list) as [{ files: { path: string }[] }];
      assertEquals(
        packed.map(({ path }) => path).sort(),
        [...files.keys()].filter((path) => path !== "jsr.json").sort(),
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
