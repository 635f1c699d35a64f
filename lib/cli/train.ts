// deno-lint-ignore-file no-console
/** `deno task train`: trains networks by a recipe, outside the notebooks. @module */
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { Command, Option, runCommand, share, wholeNumber } from "lib/cli/command.ts";
import { requestPermission } from "lib/cli/permission.ts";
import { loadDigits } from "lib/dataset/mod.ts";
import {
  accuracyFigures,
  describeProgress,
  isReportSplit,
  prepareExamples,
  REPORT_SPLIT,
  writeSubmission,
} from "lib/experiment/mod.ts";
import { duration, formatCount, percent } from "lib/format.ts";
import {
  argMax,
  evaluate,
  type FitProgress,
  type Member,
  predictProbabilities,
  type Recipe,
  type RecipeName,
  RECIPES,
  trainEnsemble,
  type TrainingResult,
  useBackend,
} from "lib/model/mod.ts";
import { minMaxScale } from "lib/preprocessing/mod.ts";
import { type BackendName, BACKENDS, readSettings, type Settings } from "lib/settings.ts";
import { printLine, showLine, terminalOf } from "lib/terminal.ts";

interface TrainOptions {
  readonly recipe: RecipeName;
  readonly seed: number;
  readonly ensemble: number;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly testSize: number;
  readonly data?: string;
  readonly backend: BackendName;
  readonly threads?: number;
  readonly submission?: string;
  readonly quick?: true;
  readonly force?: true;
}

/** What TensorFlow.js holds: level from epoch to epoch, or something leaks. */
function describeMemory(): string {
  const { numTensors, numBytes, numBytesReserved = numBytes } = tf.memory() as tf.MemoryInfo & {
    numBytesReserved?: number;
  };
  return `${formatCount(numTensors)} tensors in ${(numBytesReserved / 1e6).toFixed(1)} MB`;
}

/** Rewrites one line in a terminal; elsewhere prints a line per epoch. */
function printProgress(progress: FitProgress, { seed, number, count }: Member): void {
  const epochEnds = progress.batch === progress.batchesPerEpoch;
  let line = describeProgress(progress);
  if (count > 1) line = `network ${number} of ${count} (seed ${seed}), ${line}`;
  if (epochEnds) {
    const { valAccuracy } = progress.history.at(-1)!;
    line += `, validation accuracy ${percent(valAccuracy)}, ${describeMemory()}`;
  }
  (epochEnds ? printLine : showLine)(line, terminalOf(Deno.stdout));
}

/** A network's line, when it is there. */
function describeResult(
  { fromEarlierRun, history, keptEpoch, trainSeconds }: TrainingResult,
): string {
  const { accuracy, valAccuracy } = history[keptEpoch - 1]!;
  return (fromEarlierRun ? "Trained by an earlier run (--force trains again)" : "Trained") +
    ` in ${duration(trainSeconds)}: training accuracy ${percent(accuracy)}, ` +
    `validation accuracy ${percent(valAccuracy)}.`;
}

async function run(options: TrainOptions): Promise<void> {
  const { recipe: recipeName, seed, ensemble, epochs, batchSize, testSize } = options;
  if (options.data !== undefined) Deno.env.set("DIGIT_RECOGNIZER_DATA", options.data);
  if (options.quick) Deno.env.set("DIGIT_RECOGNIZER_QUICK", "1");
  const fromEnvironment = readSettings();
  const settings: Settings = {
    ...fromEnvironment,
    backend: options.backend,
    threads: options.threads ?? fromEnvironment.threads,
    force: options.force ?? false,
  };
  const split = { ...REPORT_SPLIT, testSize };
  const name = isReportSplit(split) ? recipeName : `${recipeName}-test-size-${testSize}`;
  const known: Recipe = RECIPES[recipeName];
  const recipe: Recipe = {
    ...known,
    settings: { ...known.settings, ...(epochs && { epochs }), ...(batchSize && { batchSize }) },
  };
  await requestPermission("train", { name: "write", path: settings.outputs });
  if (options.submission !== undefined) {
    await requestPermission("train", { name: "write", path: dirname(options.submission) });
  }
  await useBackend(settings);
  const data = await prepareExamples(split, settings);
  const { train, validation, source } = data;
  const unlabelled = options.submission === undefined
    ? undefined
    : await loadDigits({ subset: "test" });
  console.log(
    `${source.description}: ${formatCount(train.labels.length)} images to train with, ` +
      `${formatCount(validation.labels.length)} to validate with.`,
  );
  const results = await trainEnsemble(
    name,
    recipe,
    data,
    { seed, count: ensemble, onProgress: printProgress },
    settings,
  );
  for (const result of results) {
    for (const note of result.notes) console.log(note);
    console.log(describeResult(result));
  }
  const { views } = recipe;
  const models = results.map(({ model }) => model);
  if (ensemble > 1 || views.length > 1) {
    const { predictions } = evaluate(models, validation, { views });
    const { correct, total, accuracy, interval: [low, high] } = accuracyFigures(
      validation.labels,
      predictions,
    );
    const who = [
      ...ensemble > 1 ? [`${ensemble} networks`] : [],
      ...views.length > 1 ? [`${views.length} views`] : [],
    ].join(" and ");
    console.log(
      `The mean of ${who}: ${formatCount(correct)} of ${formatCount(total)} validation images ` +
        `right, ${percent(accuracy)} (95% interval ${percent(low)} to ${percent(high)}).`,
    );
  }
  if (options.submission !== undefined && unlabelled) {
    const images = minMaxScale(unlabelled.images);
    const predictions = argMax(predictProbabilities(models, images, views));
    await writeSubmission(options.submission, predictions);
    console.log(`${options.submission}: ${formatCount(predictions.length)} test digits.`);
  }
  const last = seed + ensemble - 1;
  console.log(
    `Saved in ${settings.outputs}/models/${name}-seed-${ensemble > 1 ? `${seed}..${last}` : seed}.`,
  );
}

await runCommand(
  new Command("deno task train")
    .description(
      "Trains networks by a recipe (lib/model/recipes/) and saves them in outputs/models/. It may be " +
        "stopped at any time: the same command goes on after the last whole epoch.",
    )
    .addOption(
      new Option("--recipe <name>", "network and training").choices(Object.keys(RECIPES))
        .default("report"),
    )
    .option("--seed <n>", "decides all that is random", wholeNumber, 1)
    .option("--ensemble <n>", "train so many networks and average what they read", wholeNumber, 1)
    .option("--epochs <n>", "times that each image is seen (default: the recipe's)", wholeNumber)
    .option("--batch-size <n>", "images in a step (default: the recipe's)", wholeNumber)
    .option(
      "--test-size <share>",
      "share of the labelled digits to validate with; 0.01 leaves nearly all to train with",
      share,
      REPORT_SPLIT.testSize,
    )
    .option("--data <path>", "folder or zip with the digits (default: data/)")
    .addOption(
      new Option("--backend <name>", "backend of TensorFlow.js").choices(BACKENDS).default("simd"),
    )
    .option("--threads <n>", "threads of the simd backend (default: all cores)", wholeNumber)
    .option("--submission <file>", "read Kaggle's test digits and write what to hand in there")
    .option("--quick", "train on an eighth of the training rows")
    .option("--force", "train even if the same model was trained before")
    .action(run),
);
