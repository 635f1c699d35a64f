import { assert, assertEquals } from "lib/assert.ts";
import { compile, MODULES } from "lib/backend/build.ts";
import { projectPath } from "lib/project.ts";

for (const [name, target] of Object.entries(MODULES)) {
  Deno.test(`build: the sources compile to the committed ${name}, byte for byte`, async () => {
    const committed = await Deno.readFile(projectPath("lib", "backend", name));
    assertEquals(await compile(target), committed);
    assert(WebAssembly.validate(committed));
  });
}

Deno.test("build: the kernels' sources have no lint errors", async () => {
  // deno.json leaves them out, as types are AssemblyScript's; deno fmt would drop their decorators.
  const folder = projectPath("lib/backend/assembly");
  const args = ["lint", "--no-config", "--quiet", folder];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  assert(success, new TextDecoder().decode(stderr));
});
