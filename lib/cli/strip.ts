// deno-lint-ignore-file no-console
/** `deno task strip`: makes notebooks that were run in Jupyter ready for a commit. @module */
import { relative } from "node:path";
import { Command, runCommand } from "lib/cli/command.ts";
import { writeFileAtomically } from "lib/files.ts";
import { PROJECT_ROOT, projectPath } from "lib/project.ts";
import { notebookPaths } from "lib/report/select.ts";
import { stripNotebook } from "lib/report/strip.ts";

async function strip(paths: readonly string[]): Promise<void> {
  for (const path of paths.length > 0 ? paths : await notebookPaths(projectPath("notebooks"))) {
    const text = await Deno.readTextFile(path);
    const stripped = stripNotebook(text, path);
    if (stripped === text) continue;
    await writeFileAtomically(path, stripped);
    console.log(`${relative(PROJECT_ROOT, path)} stripped`);
  }
}

await runCommand(
  new Command("deno task strip")
    .description("Removes outputs and Jupyter's traces from notebooks, before a commit.")
    .argument("[notebooks...]", "files (default: all in notebooks/)")
    .action(strip),
);
