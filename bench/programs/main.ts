// deno-lint-ignore-file no-console
/** `deno task bench-programs`: programs of tensorflow/tfjs-examples on the backends of TensorFlow.js. @module */
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount } from "lib/backend/mod.ts";
import { Command, Option, runCommand, wholeNumber } from "lib/cli/command.ts";
import { writeFileAtomically } from "lib/files.ts";
import { machine } from "lib/report/machine.ts";
import { readSettings } from "lib/settings.ts";
import { figure, formatTable, summarizeTimes, times, type Timing } from "../measure.ts";
import { additionRnn } from "./addition_rnn.ts";
import { fashionMnistVae } from "./fashion_mnist_vae.ts";
import { blazeface, movenet } from "./graph_model.ts";
import { iris } from "./iris.ts";
import { mnist } from "./mnist.ts";
import { mnistAcgan } from "./mnist_acgan.ts";
import type { Program, Running } from "./program.ts";
import { sentiment } from "./sentiment.ts";
import { simpleObjectDetection } from "./simple_object_detection.ts";

const PROGRAMS: readonly Program[] = [
  mnist,
  mnistAcgan,
  iris,
  additionRnn,
  fashionMnistVae,
  simpleObjectDetection,
  sentiment,
  blazeface,
  movenet,
];

/** What the backends' first results may differ by, relative to the result. */
const TOLERANCE = 1e-3;

/** How a program does on a backend. */
type Outcome =
  | { readonly timing: Timing; readonly estimated: boolean; readonly first: number }
  | { readonly failure: string };

interface Row {
  readonly program: string;
  readonly what: string;
  readonly batch: number;
  readonly simd: Outcome;
  readonly wasm: Outcome;
  readonly cpu?: Outcome;
}

interface Options {
  readonly rounds: number;
  readonly programs: string[];
  readonly threads?: number;
  readonly cpu: boolean;
}

/** A program on a backend, with the weights that others start from. */
async function start(
  backend: string,
  program: Program,
  batch: number,
  weights: readonly Float32Array[],
): Promise<Running> {
  await tf.setBackend(backend);
  // The cpu backend recommends a native install at its first use.
  if (backend === "cpu") Object.assign(tf.backend(), { firstUse: false });
  const running = await program.build(batch);
  const variables = running.models.flatMap((model) => model.weights);
  variables.forEach((variable, i) => {
    const value = tf.tensor(weights[i]!, variable.shape as number[]);
    variable.write(value);
    value.dispose();
  });
  return running;
}

/** The weights that a program makes by itself. */
async function initialWeights(program: Program): Promise<Float32Array[]> {
  await tf.setBackend("simd");
  const { models } = await program.build(1);
  return models.flatMap((model) =>
    model.weights.map((weight) => weight.read().dataSync().slice())
  ) as Float32Array[];
}

/** The first step's result, or why there is none. */
async function firstStep(running: Running): Promise<number | { failure: string }> {
  try {
    return await running.step();
  } catch (error) {
    const [, kernel] = /'(\w+)' not registered/.exec(String(error)) ?? [];
    if (kernel !== undefined) return { failure: `lacks ${kernel}` };
    if (error instanceof WebAssembly.RuntimeError) return { failure: "out of memory" };
    throw error;
  }
}

async function measure(program: Program, rounds: number, withCpu: boolean): Promise<Row> {
  const { name, what, batch, cpuBatch = batch } = program;
  const weights = await initialWeights(program);
  const outcomes: Record<string, Outcome> = {};
  const fast: { backend: string; running: Running; first: number; times: number[] }[] = [];
  tf.engine().startScope();
  for (const backend of ["simd", "wasm"]) {
    const running = await start(backend, program, batch, weights);
    const first = await firstStep(running);
    if (typeof first === "number") fast.push({ backend, running, first, times: [] });
    else outcomes[backend] = first;
  }
  for (let round = 0; round < rounds; round++) {
    for (const { backend, running, times: all } of fast) {
      await tf.setBackend(backend);
      // A thread that slept gets a core again.
      await running.step();
      all.push(...await times(3, () => running.step()));
    }
  }
  for (const { backend, first, times } of fast) {
    outcomes[backend] = { timing: summarizeTimes(times), estimated: false, first };
  }
  if (withCpu) {
    const onCpu = await start("cpu", program, cpuBatch, weights);
    let first = NaN;
    const [time] = await times(1, async () => first = await onCpu.step());
    outcomes.cpu = {
      timing: summarizeTimes([time! * batch / cpuBatch]),
      estimated: cpuBatch < batch,
      first,
    };
    const same = await (await start("simd", program, cpuBatch, weights)).step();
    if (Math.abs(same - first) > TOLERANCE * Math.abs(first)) {
      throw new Error(`${name}: simd gives ${same}, cpu ${first}.`);
    }
  }
  tf.engine().endScope();
  const { simd, wasm, cpu } = outcomes;
  return { program: name, what, batch, simd: simd!, wasm: wasm!, ...cpu && { cpu } };
}

function cell(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "";
  if ("failure" in outcome) return outcome.failure;
  return `${outcome.estimated ? "~" : ""}${figure(outcome.timing.median)}`;
}

async function main(options: Options): Promise<void> {
  const settings = { ...readSettings(), ...options };
  setThreadsCount(settings.threads);
  const rows: Row[] = [];
  for (const program of PROGRAMS) {
    if (!options.programs.includes(program.name)) continue;
    console.error(`${new Date().toISOString().slice(11, 19)}  ${program.name}`);
    rows.push(await measure(program, options.rounds, options.cpu));
  }
  const { cpu, cores, platform, deno } = machine(settings);
  const threads = `${settings.threads} thread${settings.threads > 1 ? "s" : ""}`;
  console.log(`
${cpu}, ${cores} cores, ${platform}; Deno ${deno}, tfjs ${tf.version["tfjs-core"]}

${
    formatTable(
      ["ms a step", "batch", `simd, ${threads}`, "wasm", "cpu"],
      rows.map((row) => [
        row.program,
        String(row.batch),
        cell(row.simd),
        cell(row.wasm),
        cell(row.cpu),
      ]),
    )
  }

"~": one step of fewer examples, multiplied.`);
  const path = `${settings.outputs}/bench-programs.json`;
  await writeFileAtomically(path, JSON.stringify(rows, null, 2) + "\n");
  console.log(`Written: ${path}`);
}

const names = PROGRAMS.map(({ name }) => name);
await runCommand(
  new Command("deno task bench-programs")
    .description(
      "Measures a step of programs from tensorflow/tfjs-examples, and of converted models, on simd, " +
        "wasm and cpu; their first results must agree.",
    )
    .option("--rounds <n>", "rounds over the backends", wholeNumber, 5)
    .addOption(
      new Option("--programs <name...>", "only these").choices(names).default(names, "all"),
    )
    .option("--threads <n>", "threads of the simd backend (default: all cores)", wholeNumber)
    .option("--no-cpu", "leave out cpu, whose single step may take a minute")
    .action(main),
);
