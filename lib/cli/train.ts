// deno-lint-ignore-file no-console
/** `deno task train`: trains the report's network outside the notebooks. @module */
import * as tf from "@tensorflow/tfjs";
import { Command, InvalidArgumentError, Option, runCommand, wholeNumber } from "lib/cli/command.ts";
import { InputError } from "lib/errors.ts";
import { describeProgress, prepareExamples, REPORT_SPLIT, REPORTED } from "lib/experiment/mod.ts";
import { duration, formatCount, percent } from "lib/format.ts";
import { buildCnn, type FitProgress, train, useBackend } from "lib/model/mod.ts";
import { lockOutputs } from "lib/outputs.ts";
import { type BackendName, BACKENDS, readSettings, type Settings } from "lib/settings.ts";

interface TrainOptions {
  readonly name: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly data?: string;
  readonly backend: BackendName;
  readonly threads?: number;
  readonly quick?: true;
  readonly force?: true;
}

function positiveNumber(text: string): number {
  const x = Number(text);
  if (!(x > 0)) throw new InvalidArgumentError("Expected a number above 0.");
  return x;
}

/** A name below `outputs/models/`, and not beside it. */
function modelName(text: string): string {
  if (/^[\w-][\w.-]*$/.test(text)) return text;
  throw new InvalidArgumentError("Expected letters, digits, dots and hyphens.");
}

/** What TensorFlow.js holds: level from epoch to epoch, or something leaks. */
function describeMemory(): string {
  const { numTensors, numBytes, numBytesReserved = numBytes } = tf.memory() as tf.MemoryInfo & {
    numBytesReserved?: number;
  };
  return `${formatCount(numTensors)} tensors in ${(numBytesReserved / 1e6).toFixed(1)} MB`;
}

/** Rewrites one line in a terminal; elsewhere prints a line an epoch. */
function printProgress(progress: FitProgress): void {
  const epochEnds = progress.batch === progress.batchesPerEpoch;
  let line = describeProgress(progress);
  if (epochEnds) {
    const { valAccuracy } = progress.history.at(-1)!;
    line += `, validation accuracy ${percent(valAccuracy)}, ${describeMemory()}`;
  }
  if (Deno.stdout.isTerminal()) {
    Deno.stdout.writeSync(new TextEncoder().encode(`\r\x1b[K${line}${epochEnds ? "\n" : ""}`));
  } else if (epochEnds) {
    console.log(line);
  }
}

async function run(options: TrainOptions): Promise<void> {
  const { name, epochs, batchSize, learningRate, seed } = options;
  if (name in REPORTED) {
    throw new InputError(`--name ${name}: that model is the report's; choose another name.`);
  }
  if (options.data !== undefined) Deno.env.set("DIGIT_RECOGNIZER_DATA", options.data);
  if (options.quick) Deno.env.set("DIGIT_RECOGNIZER_QUICK", "1");
  const fromEnvironment = readSettings();
  const settings: Settings = {
    ...fromEnvironment,
    backend: options.backend,
    threads: options.threads ?? fromEnvironment.threads,
    force: options.force ?? false,
  };
  using _lock = await lockOutputs(settings.outputs, "deno task train");
  await useBackend(settings);
  const data = await prepareExamples(REPORT_SPLIT, settings);
  console.log(
    `${data.source.description}: ${formatCount(data.train.labels.length)} images to train with, ` +
      `${formatCount(data.validation.labels.length)} to validate with.`,
  );
  const { history, trainSeconds, fromEarlierRun, notes } = await train(
    await buildCnn({ seed, learningRate }),
    data,
    { name, epochs, batchSize, seed, onProgress: printProgress },
    settings,
  );
  for (const note of notes) console.log(note);
  const { accuracy, valAccuracy } = history.at(-1)!;
  console.log(
    (fromEarlierRun ? "Trained by an earlier run (--force trains again)" : "Trained") +
      ` in ${duration(trainSeconds)}: training accuracy ${percent(accuracy)}, ` +
      `validation accuracy ${percent(valAccuracy)}. Saved in ${settings.outputs}/models/${name}.`,
  );
}

await runCommand(
  new Command("deno task train")
    .description("Trains the report's network and saves it in outputs/models/NAME.")
    .option("--name <name>", "folder of the model below outputs/models/", modelName, "my-model")
    .option("--epochs <n>", "times that each training image is seen", wholeNumber, 5)
    .option("--batch-size <n>", "images in a step", wholeNumber, 64)
    .option("--learning-rate <x>", "Adam's step size", positiveNumber, 0.001)
    .option("--seed <n>", "decides initial weights and the order of images", wholeNumber, 1)
    .option("--data <path>", "folder or zip with the digits (default: data/)")
    .addOption(
      new Option("--backend <name>", "backend of TensorFlow.js").choices(BACKENDS).default("simd"),
    )
    .option("--threads <n>", "threads of the simd backend (default: all cores)", wholeNumber)
    .option("--quick", "train on an eighth of the training rows")
    .option("--force", "train even if the same model was trained before")
    .action(run),
);
