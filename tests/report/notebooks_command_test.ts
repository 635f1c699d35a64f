import { delimiter, join } from "node:path";
import { assert, assertEquals } from "lib/assert.ts";
import { denoCommand } from "lib/cli/notebooks.ts";
import { projectPath } from "lib/project.ts";

/** Runs the command with a `PATH` of one folder. */
async function notebooks(
  folder: string,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", projectPath("lib/cli/notebooks.ts"), ...args],
    env: { PATH: folder, JUPYTER_PATH: "mine", NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test({
  name: "the notebooks open in JupyterLab with a kernel of this Deno",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const missing = await notebooks(folder);
      assertEquals(missing.code, 1);
      assert(missing.stderr.startsWith("error: JupyterLab is not installed"), missing.stderr);

      const script = `#!/bin/sh\necho "$JUPYTER_PATH"\necho "$@"\nexit 3\n`;
      await Deno.writeTextFile(join(folder, "jupyter-lab"), script, { mode: 0o755 });
      const { code, stdout, stderr } = await notebooks(folder, "--no-browser");
      assertEquals(code, 3);
      assertEquals(stdout.split("\n").slice(0, 2), [
        `${projectPath(".jupyter")}${delimiter}mine`,
        `--no-browser ${projectPath("notebooks")}`,
      ]);
      assert(stderr.includes("deno task strip"));
      const path = projectPath(".jupyter/kernels/deno/kernel.json");
      const { argv } = JSON.parse(await Deno.readTextFile(path));
      const deno = denoCommand(Deno.execPath(), Deno.build.os);
      assertEquals(argv, [...deno, "jupyter", "--kernel", "--conn", "{connection_file}"]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("a kernel does not depend on npx's cache", () => {
  const npx = ["npx", "-y", `deno@${Deno.version.deno}`];
  const cached = "/home/me/.npm/_npx/0a1/node_modules/@deno/linux-x64-glibc/deno";
  assertEquals(denoCommand(cached, "linux"), npx);
  assertEquals(denoCommand("C:\\npm-cache\\_npx\\0a1\\deno.exe", "windows"), ["cmd", "/c", ...npx]);
  assertEquals(denoCommand("/usr/bin/deno", "linux"), ["/usr/bin/deno"]);
});
