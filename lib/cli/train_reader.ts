// deno-lint-ignore-file no-console
/** `deno task train-reader`: trains the network that `deno task read` reads with. @module */
import { Command, runCommand, wholeNumber } from "lib/cli/command.ts";
import { requestPermission } from "lib/cli/permission.ts";
import { prepareExamples, REPORT_SPLIT } from "lib/experiment/mod.ts";
import { formatCount, percent } from "lib/format.ts";
import { useBackend } from "lib/model/mod.ts";
import { projectPath } from "lib/project.ts";
import { calibrate, saveReader, trainReader } from "lib/read/training/mod.ts";
import { readSettings } from "lib/settings.ts";

interface Options {
  readonly seed: number;
  readonly epochs?: number;
  readonly out: string;
  readonly threads?: number;
}

async function run({ seed, epochs, out, threads }: Options): Promise<void> {
  await requestPermission("train-reader", { name: "write", path: out });
  const settings = readSettings();
  await useBackend({ ...settings, backend: "simd", threads: threads ?? settings.threads });
  const { train, validation, source } = await prepareExamples(REPORT_SPLIT, { quick: false });
  console.log(`${source.description}: ${formatCount(train.labels.length)} digits to train with.`);
  const model = await trainReader(train, {
    seed,
    ...(epochs !== undefined && { epochs }),
    onEpoch: (epoch, epochs, loss) =>
      console.log(`epoch ${epoch}/${epochs}: loss ${loss.toFixed(4)}`),
  });
  const calibration = await calibrate(model, validation, seed);
  await saveReader(out, model, { ...calibration, seed, digits: source.description });
  console.log(
    `Validation digits: ${percent(calibration.accuracy)} right; read with a probability of at ` +
      `least ${calibration.threshold}: ${percent(calibration.readShare)}, of those ` +
      `${percent(calibration.readAccuracy)} right. Of what is no digit, ` +
      `${percent(calibration.falseDigits)} is read. Saved in ${out}.`,
  );
}

await runCommand(
  new Command("deno task train-reader")
    .description(
      "Trains the network that `deno task read` reads with, on the report's training rows.",
    )
    .option("--seed <n>", "decides weights, order and what is drawn", wholeNumber, 1)
    .option("--epochs <n>", "passes over the digits (default: 14)", wholeNumber)
    .option("--threads <n>", "threads of the simd backend (default: all cores)", wholeNumber)
    .option("--out <folder>", "where the model goes", projectPath("outputs", "reference", "reader"))
    .action(run),
);
