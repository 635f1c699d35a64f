// deno-lint-ignore-file no-console
/** `deno task score`: how many of Kaggle's hidden test digits a submission has right. @module */
import { join } from "node:path";
import { Command, runCommand } from "lib/cli/command.ts";
import { type Dataset, datasetSize, loadDigits } from "lib/dataset/mod.ts";
import { InputError } from "lib/errors.ts";
import { accuracyFigures, hiddenLabels, parseSubmission } from "lib/experiment/mod.ts";
import { readTextIfThere } from "lib/files.ts";
import { formatCount, percent } from "lib/format.ts";
import { readSettings } from "lib/settings.ts";
import { printLine } from "lib/terminal.ts";

interface ScoreOptions {
  readonly mnist: string;
  readonly data?: string;
}

async function run(
  submission: string | undefined,
  { mnist, data }: ScoreOptions,
): Promise<void> {
  const path = submission ?? join(readSettings().outputs, "submission.csv");
  const text = await readTextIfThere(path);
  if (text === undefined) {
    throw new InputError(
      `There is no ${path}; \`deno task report\` writes outputs/submission.csv.`,
    );
  }
  const predictions = parseSubmission(text, path);
  const load = (subset: "train" | "test", from?: string): Promise<Dataset> =>
    loadDigits({ subset, onProgress: printLine, ...(from !== undefined && { data: from }) });
  const training = await load("train", mnist);
  const { kind, description } = training.source;
  if (kind !== "mnist") {
    throw new InputError(`--mnist ${mnist}: ${description}; expected MNIST's four idx files.`);
  }
  const test = await load("test", data);
  if (test.source.kind === "synthetic") {
    throw new InputError("There are no test images of Kaggle's here; name them with --data PATH.");
  }
  if (predictions.length !== datasetSize(test)) {
    throw new InputError(
      `${path} has ${formatCount(predictions.length)} rows; expected ` +
        `${formatCount(datasetSize(test))}, as many as test images (${test.source.description}).`,
    );
  }
  const labels = hiddenLabels(test.images, [training, await load("test", mnist)]);
  const { correct, total, accuracy, interval: [low, high] } = accuracyFigures(labels, predictions);
  console.log(
    `${path}: ${formatCount(correct)} of ${formatCount(total)} test images right, ` +
      `${percent(accuracy)} (95% interval ${percent(low)} to ${percent(high)}).`,
  );
}

await runCommand(
  new Command("deno task score")
    .description(
      "Says how many of Kaggle's hidden test digits a submission has right: it finds each test image " +
        "among MNIST's 70,000 labelled ones, by its pixels. For a final figure only; what is chosen by " +
        "it is no longer measured by it.",
    )
    .argument("[submission]", "a CSV file for Kaggle (default: outputs/submission.csv)")
    .requiredOption("--mnist <folder>", "folder with MNIST's four idx files (see data/README.md)")
    .option("--data <path>", "folder or zip with Kaggle's test images (default: data/)")
    .action(run),
);
