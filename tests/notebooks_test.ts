import { join } from "node:path";
import { assert, assertEquals } from "lib/assert.ts";
import { projectPath } from "lib/project.ts";
import { stripNotebook } from "lib/report/strip.ts";

interface Notebook {
  readonly cells: readonly {
    readonly cell_type: string;
    readonly id: string;
    readonly source: readonly string[];
  }[];
  readonly metadata: { readonly kernelspec: { readonly name: string } };
}

for await (const { name } of Deno.readDir(projectPath("notebooks"))) {
  if (!name.endsWith(".ipynb")) continue;
  Deno.test(`${name} is committed clean: Deno kernel, stable ids, no outputs`, async () => {
    const text = await Deno.readTextFile(projectPath("notebooks", name));
    assertEquals(text, stripNotebook(text, name), "`deno task strip` makes it clean");
    const notebook: Notebook = JSON.parse(text);
    assertEquals(notebook.metadata.kernelspec.name, "deno");
    const ids = notebook.cells.map((cell) => cell.id);
    assertEquals(new Set(ids).size, ids.length, "cell ids are unique");
    for (const id of ids) {
      assert(/^[a-z][a-z0-9-]*$/.test(id), `cell id ${id} says what the cell does`);
    }
  });

  Deno.test(`${name} opens with what it shows and has one settings cell`, async () => {
    const { cells }: Notebook = JSON.parse(
      await Deno.readTextFile(projectPath("notebooks", name)),
    );
    const [first] = cells;
    assertEquals(first?.cell_type, "markdown");
    assert((first?.source.filter((line) => line.startsWith("- ")).length ?? 0) >= 2, "bullets");
    assertEquals(cells.filter(({ id }) => id === "settings").length, 1);
  });
}

Deno.test("notebooks have the types that an editor checks", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const paths: string[] = [];
    for await (const { name } of Deno.readDir(projectPath("notebooks"))) {
      if (!name.endsWith(".ipynb")) continue;
      const { cells }: Notebook = JSON.parse(
        await Deno.readTextFile(projectPath("notebooks", name)),
      );
      const code = cells.filter(({ cell_type }) => cell_type === "code")
        .map(({ source }) => source.join(""));
      const path = join(folder, name.replace(".ipynb", ".ts"));
      await Deno.writeTextFile(path, [...code, "export {};"].join("\n"));
      paths.push(path);
    }
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", `--config=${projectPath("deno.json")}`, ...paths],
      env: { NO_COLOR: "1" },
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
