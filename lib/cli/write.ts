// deno-lint-ignore-file no-console
/** `deno task write`: makes the page to write on. @module */
import { dirname, relative, resolve } from "node:path";
import { Command, runCommand } from "lib/cli/command.ts";
import { openInBrowser } from "lib/cli/open.ts";
import { requestPermission } from "lib/cli/permission.ts";
import { writeFileAtomically } from "lib/files.ts";
import { formatCount } from "lib/format.ts";
import { projectPath } from "lib/project.ts";
import { buildWritePage } from "lib/write/mod.ts";

interface WriteOptions {
  readonly out: string;
  readonly open?: true;
}

async function main({ out, open }: WriteOptions): Promise<void> {
  const path = resolve(out);
  await requestPermission("write", { name: "write", path: dirname(path) });
  const page = await buildWritePage((step) => console.error(`${step}…`));
  await writeFileAtomically(path, page);
  console.log(`${path}  ${formatCount(Math.ceil(page.length / 1000))} kB`);
  if (open) await openInBrowser(path);
}

await runCommand(
  new Command("deno task write")
    .description(
      "Makes a page to write digits on: one file that reads them, says why, and learns your hand.",
    )
    .option(
      "--out <path>",
      "where the page goes",
      relative(".", projectPath("outputs", "write.html")),
    )
    .option("--open", "open it in your browser")
    .action(main),
);
