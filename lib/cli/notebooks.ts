// deno-lint-ignore-file no-console
/** `deno task notebooks`: opens the notebooks in JupyterLab, on the Deno that runs this command. @module */
import { delimiter, join } from "node:path";
import { Command, runCommand } from "lib/cli/command.ts";
import { InputError } from "lib/errors.ts";
import { writeFileAtomically } from "lib/files.ts";
import { projectPath } from "lib/project.ts";

/** A folder in Jupyter's layout, so that the user's own stays as it is. */
const JUPYTER_FOLDER = projectPath(".jupyter");

const HOW_TO_INSTALL = `JupyterLab is not installed, or not on the PATH. One of these installs it:
    uv tool install jupyterlab
    pipx install jupyterlab
    python3 -m pip install jupyterlab
Then run this command again. VS Code works too: install its Jupyter extension, run
\`deno jupyter --install\`, open notebooks/ and choose the kernel "Deno".`;

/** The command that starts Deno. npx's copy of Deno is in a cache that may be emptied, so npx starts it. */
export function denoCommand(
  execPath: string = Deno.execPath(),
  os: typeof Deno.build.os = Deno.build.os,
): string[] {
  if (!/[\\/]_npx[\\/]/.test(execPath)) return [execPath];
  const npx = ["npx", "-y", `deno@${Deno.version.deno}`];
  return os === "windows" ? ["cmd", "/c", ...npx] : npx;
}

/** Registers the Deno kernel in a Jupyter folder. */
async function registerKernel(folder: string): Promise<void> {
  const spec = {
    argv: [...denoCommand(), "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno",
    language: "typescript",
  };
  const path = join(folder, "kernels", "deno", "kernel.json");
  await writeFileAtomically(path, JSON.stringify(spec, null, 2) + "\n");
}

async function openLab(args: readonly string[]): Promise<void> {
  await registerKernel(JUPYTER_FOLDER);
  const others = Deno.env.get("JUPYTER_PATH");
  let lab: Deno.ChildProcess;
  try {
    lab = new Deno.Command("jupyter-lab", {
      args: [...args, projectPath("notebooks")],
      env: { JUPYTER_PATH: [JUPYTER_FOLDER, ...others ? [others] : []].join(delimiter) },
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new InputError(HOW_TO_INSTALL);
    throw error;
  }
  // JupyterLab gets Ctrl-C too, and asks before it ends.
  Deno.addSignalListener("SIGINT", () => {});
  const { code } = await lab.status;
  console.error(
    "What you saved has outputs in it; before a commit, `deno task strip` removes them.",
  );
  Deno.exit(code);
}

if (import.meta.main) {
  await runCommand(
    new Command("deno task notebooks")
      .description("Opens the notebooks in JupyterLab, with the Deno kernel.")
      .argument("[options...]", "options of JupyterLab, such as --no-browser")
      .allowUnknownOption()
      .action(openLab),
  );
}
