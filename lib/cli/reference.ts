// deno-lint-ignore-file no-console
/** `deno task reference`: writes the last report as Markdown into the repository. @module */
import { join } from "node:path";
import { Command, runCommand } from "lib/cli/command.ts";
import { InputError } from "lib/errors.ts";
import { filesBelow, writeFileAtomically } from "lib/files.ts";
import { projectPath } from "lib/project.ts";
import { readExecuted, runRecord } from "lib/report/record.ts";
import { renderReference, sourceNotebooks, sourcesDigest } from "lib/report/reference.ts";
import { readResults } from "lib/report/results.ts";

const FOLDER = projectPath("outputs", "reference", "report");

const MNIST = "42,000 of MNIST's training images, in the layout of Kaggle's download. MNIST: " +
  "Y. LeCun, C. Cortes, C. J. C. Burges, _The MNIST database of handwritten digits_.";

async function reference({ from, digits }: { from: string; digits: string }): Promise<void> {
  const sources = await sourceNotebooks();
  const results = await readResults(from);
  if (results.quick === true) throw new InputError(`${from} is a quick run; run deno task report.`);
  const notebooks = await Promise.all(sources.map(async (source) => {
    const executed = await readExecuted(from, source.name);
    const isCurrent = executed !== undefined && executed !== "damaged" &&
      runRecord(executed)?.key !== undefined &&
      executed.cells.map((cell) => cell.source).join("\0") ===
        source.cells.map((cell) => cell.source).join("\0");
    if (!isCurrent) {
      throw new InputError(
        `${from} has no complete run of ${source.name} as it is now; run deno task report first.`,
      );
    }
    return executed;
  }));
  const digest = await sourcesDigest(sources);
  const files = renderReference({ notebooks, results, digits, digest });
  for (const [name, content] of files) await writeFileAtomically(join(FOLDER, name), content);
  for (const name of await filesBelow(FOLDER)) {
    if (!files.has(name)) await Deno.remove(join(FOLDER, name));
  }
  console.log(join(FOLDER, "README.md"));
}

await runCommand(
  new Command("deno task reference")
    .description("Writes the last full report to outputs/reference/report/, as Markdown.")
    .option("--from <folder>", "where that report is", projectPath("outputs"))
    .option("--digits <text>", "what the digits are, for the head of the report", MNIST)
    .action(reference),
);
