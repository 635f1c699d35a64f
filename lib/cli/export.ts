// deno-lint-ignore-file no-console
/** `deno task export`: a trained model for other programs. @module */
import { join } from "node:path";
import { Command, runCommand, share } from "lib/cli/command.ts";
import { modelCard, prepareExamples, readSplit, REPORT_SPLIT } from "lib/experiment/mod.ts";
import { writeFileAtomically } from "lib/files.ts";
import { encodeOnnx, evaluate, loadModel, useBackend } from "lib/model/mod.ts";
import { lockOutputs } from "lib/outputs.ts";
import { readSettings } from "lib/settings.ts";

interface ExportOptions {
  readonly testSize?: number;
  readonly data?: string;
}

async function run(name: string, { testSize, data: path }: ExportOptions): Promise<void> {
  if (path !== undefined) Deno.env.set("DIGIT_RECOGNIZER_DATA", path);
  const settings = readSettings();
  const folder = join(settings.outputs, "models", name);
  using _lock = await lockOutputs(settings.outputs, "deno task export");
  await useBackend(settings);
  const trained = await loadModel(folder);
  const onnx = encodeOnnx(trained.model);
  const split = testSize === undefined ? await readSplit(settings) : { ...REPORT_SPLIT, testSize };
  const data = await prepareExamples(split, { quick: false });
  const card = modelCard(name, trained, data, evaluate(trained.model, data.validation));
  await writeFileAtomically(join(folder, "model.onnx"), onnx);
  await writeFileAtomically(join(folder, "README.md"), card);
  console.log(`${folder}: model.onnx (${(onnx.length / 1e6).toFixed(1)} MB) and README.md.`);
}

await runCommand(
  new Command("deno task export")
    .description("Writes a trained model as ONNX, with a model card, beside it in outputs/models/.")
    .argument("<model>", "its folder below outputs/models/, such as fast-seed-1")
    .option(
      "--test-size <share>",
      "that of `deno task train`, if the model was trained with one",
      share,
    )
    .option("--data <path>", "folder or zip with the digits (default: data/)")
    .action(run),
);
