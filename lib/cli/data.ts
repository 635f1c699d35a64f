// deno-lint-ignore-file no-console
/** `deno task data`: says which digits are there, and fetches what is missing. @module */
import { Command, InvalidArgumentError, Option, runCommand } from "lib/cli/command.ts";
import { requestPermission } from "lib/cli/permission.ts";
import {
  CACHE_FOLDER,
  CLASSES,
  type Dataset,
  datasetSize,
  hasKaggleCounts,
  loadFrom,
  MNIST_SOURCE_SHA256,
  resolveSource,
  SOURCE_NAMES,
  type SourceName,
  type Subset,
} from "lib/dataset/mod.ts";
import { formatCount, printable } from "lib/format.ts";
import { readSettings } from "lib/settings.ts";
import { printLine, showLine, stderrTerminal } from "lib/terminal.ts";

interface DataOptions {
  readonly source?: SourceName;
  readonly mirror?: string;
  readonly data?: string;
}

function mirrorAddress(text: string): string {
  if (!URL.canParse(text) || !["http:", "https:", "file:"].includes(new URL(text).protocol)) {
    throw new InvalidArgumentError("Expected an address that starts with http:, https: or file:.");
  }
  return text;
}

/** Downloads report every second: in a terminal in one line that changes. */
function printProgress(text: string): void {
  const message = printable(text);
  if (stderrTerminal.columns() !== undefined && message.startsWith("Downloading ")) {
    showLine(message);
  } else printLine(message);
}

function describe(subset: Subset, dataset: Dataset): string {
  const n = datasetSize(dataset);
  const { labels, t10kRows } = dataset;
  const expected = subset === "train" ? 42_000 : 28_000;
  const hasCounts = n === expected && (subset === "test" || hasKaggleCounts(labels!));
  const isOfficial = dataset.source.kind !== "mnist" ||
    dataset.source.sha256 === MNIST_SOURCE_SHA256;
  const verdict = !hasCounts
    ? `not Kaggle's ${formatCount(expected)}, so figures will differ`
    : !isOfficial
    ? "as many as there should be, but not from MNIST's official four files (by their SHA-256)"
    : "whole";
  const absent = labels && subset === "train" ? absentDigits(labels) : [];
  const t10k = t10kRows
    ? `, including MNIST's own test set: ${formatCount(t10kRows.end - t10kRows.start)}`
    : "";
  return `  ${subset.padEnd(5)} ${formatCount(n)} digits ${
    labels ? "with" : "without"
  } labels${t10k}: ` +
    verdict + (absent.length > 0 ? `; there is no digit ${absent.join(", ")}` : "");
}

function absentDigits(labels: Uint8Array): number[] {
  return Array.from({ length: CLASSES }, (_, digit) => digit)
    .filter((digit) => !labels.includes(digit));
}

async function data(options: DataOptions): Promise<void> {
  const mirror = options.mirror === undefined ? undefined : new URL(options.mirror);
  if (mirror && mirror.protocol !== "file:") {
    await requestPermission("data", { name: "net", host: mirror.host });
  }
  const settings = readSettings();
  const path = options.data ?? settings.data;
  const source = await resolveSource({
    path,
    pathIsNamed: options.data !== undefined || settings.dataIsNamed,
    ...(options.source && { source: options.source }),
    ...(options.mirror && { mirrors: [options.mirror] }),
    cache: CACHE_FOLDER,
    isForeground: true,
    onProgress: printProgress,
  });
  for (const subset of ["train", "test"] as const) {
    const dataset = await loadFrom(source, { subset, onProgress: printProgress });
    if (subset === "train") {
      const place = source.kind === "synthetic" ? "" : `, in ${path}`;
      console.log(printable(`${dataset.source.description}${place}`));
    }
    console.log(describe(subset, dataset));
    console.log(`        SHA-256 ${dataset.source.sha256}`);
  }
  if (source.kind === "synthetic") {
    console.log("To use them although others are there: DIGIT_RECOGNIZER_DATA=synthetic");
  }
}

if (import.meta.main) {
  await runCommand(
    new Command("deno task data")
      .description("Says which digits are there and whether they are whole; fetches missing ones.")
      .addOption(
        new Option(
          "--source <name>",
          "where from: files (in the folder), kaggle (its API, with your token), mnist (public " +
            "mirrors), synthetic (drawn); default: the first of these that can be had",
        ).choices(SOURCE_NAMES),
      )
      .option("--mirror <url>", "fetch MNIST from here (http:, https: or file:)", mirrorAddress)
      .option(
        "--data <path>",
        "folder or file with digits (default: DIGIT_RECOGNIZER_DATA, or data/)",
      )
      .addHelpText("after", "\nWhere to put files, and what may be passed on: data/README.md.")
      .action(data),
  );
}
