import { join } from "node:path";
import { assertEquals } from "lib/assert.ts";
import { projectPath } from "lib/project.ts";
import { readNotebook } from "lib/report/notebook.ts";
import { runNotebooks } from "lib/report/run.ts";
import { readSettings } from "lib/settings.ts";

async function hasNbconvert(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("jupyter", {
      args: ["nbconvert", "--version"],
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}

const missing = !await hasNbconvert();

Deno.test({
  name: `nbconvert shows what the runner shows${missing ? " (needs jupyter nbconvert)" : ""}`,
  ignore: missing,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const settings = { ...readSettings(), outputs: join(folder, "outputs") };
      const source = projectPath("tests/report/fixtures/notebooks");
      // These notebooks load no digits.
      const digits = { location: "synthetic", sources: {} };
      const { executed } = await runNotebooks({ settings, digits, folder: source });
      const env = {
        XDG_DATA_HOME: join(folder, "share"),
        DIGIT_RECOGNIZER_OUTPUTS: settings.outputs,
        NO_COLOR: "1",
      };
      await run(Deno.execPath(), ["jupyter", "--install"], env);
      for (const expected of executed) {
        const file = join(source, `${expected.name}.ipynb`);
        await run(
          "jupyter",
          ["nbconvert", "--to", "notebook", "--execute", "--output-dir", folder, file],
          env,
        );
        const { cells } = await readNotebook(join(folder, `${expected.name}.ipynb`));
        // What goes through `show` is there; the kernel may drop what is printed or returned.
        const shown = (notebook: typeof cells): unknown[] =>
          notebook.map((cell) =>
            cell.cell_type === "code"
              ? cell.outputs.filter(({ output_type }) => output_type === "display_data")
              : []
          );
        assertEquals(shown(cells), shown(expected.cells));
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

async function run(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, {
    args: [...args],
    env,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
