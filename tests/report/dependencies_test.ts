import { basename, join } from "node:path";
import { assert, assertEquals } from "lib/assert.ts";
import { projectPath } from "lib/project.ts";
import { codeHash, dependencies } from "lib/report/dependencies.ts";
import type { Notebook } from "lib/report/notebook.ts";

function notebookOf(source: string): Notebook {
  const cell = { id: "c", metadata: {}, source, execution_count: null, outputs: [] };
  return { name: "a", metadata: {}, cells: [{ ...cell, cell_type: "code" }] };
}

Deno.test("a notebook depends on the folders of its modules, and on files that they name", async () => {
  const results = await dependencies('import { REPORTED } from "lib/experiment/mod.ts";');
  for (
    const path of ["lib/experiment", "lib/backend", "lib/csv.ts", "outputs/reference/keras.json"]
  ) {
    assert(results.has(projectPath(path)), path);
  }
  const plots = await dependencies('import { mistakesPlot } from "lib/plots/mod.ts";');
  assert(plots.has(projectPath("lib/plots")));
  assert(!plots.has(projectPath("outputs/reference/keras.json")));
});

Deno.test("the hash of a notebook's code tells each change of what it depends on", async () => {
  await Deno.mkdir(projectPath("outputs"), { recursive: true });
  const folder = await Deno.makeTempDir({ dir: projectPath("outputs") });
  try {
    await Deno.mkdir(join(folder, "lib"));
    const write = (name: string, text: string): Promise<void> =>
      Deno.writeTextFile(join(folder, name), text);
    await write("lib/mod.ts", 'const url = new URL("../figures.json", import.meta.url);');
    await write("figures.json", "1");
    const code = notebookOf(`import "../outputs/${basename(folder)}/lib/mod.ts";`);
    const hashes = [await codeHash(code)];
    await write("other.json", "1");
    assertEquals(await codeHash(code), hashes[0]);
    const changes = [
      () => write("figures.json", "2"),
      () => Deno.remove(join(folder, "figures.json")),
      () => write("lib/kernel.wasm", "1"),
      () => Deno.remove(join(folder, "lib"), { recursive: true }),
    ];
    for (const change of changes) {
      await change();
      hashes.push(await codeHash(code));
    }
    assertEquals(new Set(hashes).size, hashes.length);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
