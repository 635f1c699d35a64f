import { cp } from "node:fs/promises";
import { join } from "node:path";
import { assert, assertEquals } from "lib/assert.ts";
import type { LoadedCode } from "lib/model/loaded_code.ts";
import { projectPath } from "lib/project.ts";

/** Looks at its own code, changes a file of it, and looks again. */
const SCRIPT = `
import { loadedCode } from "lib/model/loaded_code.ts";
const before = await loadedCode();
const path = "lib/model/fit.ts";
await Deno.writeTextFile(path, await Deno.readTextFile(path) + "// changed\\n");
console.log(JSON.stringify([before, await loadedCode()]));
`;

Deno.test("the code that counts is the code that was loaded, not what is on disk since", async () => {
  const project = await Deno.makeTempDir();
  try {
    for (const part of ["deno.json", "deno.lock", "lib"]) {
      await cp(projectPath(part), join(project, part), { recursive: true });
    }
    await Deno.writeTextFile(join(project, "script.ts"), SCRIPT);
    const run = async (): Promise<LoadedCode[]> => {
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-check", "--allow-read", "--allow-write", "script.ts"],
        cwd: project,
      }).output();
      assert(stdout.length > 0, new TextDecoder().decode(stderr));
      return JSON.parse(new TextDecoder().decode(stdout));
    };
    const [before, after] = await run();
    assertEquals(before!.changed, []);
    assertEquals(after!.changed, ["lib/model/fit.ts"]);
    assertEquals(after!.digest, before!.digest);
    const [next] = await run();
    assertEquals(next!.changed, []);
    assert(next!.digest !== before!.digest, "the changed code is other code");
  } finally {
    await Deno.remove(project, { recursive: true });
  }
});
