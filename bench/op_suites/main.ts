// deno-lint-ignore-file no-console
/** `deno task op-suites`: tfjs-core's own op tests on the backend simd, beside cpu. @module */
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount } from "lib/backend/mod.ts";
import { setVectorBits } from "lib/backend/vectors.ts";
import { Command, InvalidArgumentError, runCommand, wholeNumber } from "lib/cli/command.ts";
import { InputError } from "lib/errors.ts";
import { writeFileAtomically } from "lib/files.ts";
import { duration, formatCount } from "lib/format.ts";
import { readSettings } from "lib/settings.ts";
import { type Progress, runSuites } from "./run.ts";
import { listSuites } from "./suites.ts";
import { formatTable, type Miss, summarize } from "./summary.ts";

const BACKENDS = ["simd", "cpu"];

interface Options {
  readonly suite?: string[];
  readonly backend: string[];
  readonly threads?: number;
}

function backendNames(text: string): string[] {
  const names = text.split(",");
  if (!names.every((name) => BACKENDS.includes(name)) || new Set(names).size < names.length) {
    throw new InvalidArgumentError(`Expected one or more of ${BACKENDS.join(",")}.`);
  }
  return names;
}

/** The suites whose name, or its last part, is one of `names`; all where there are none. */
async function chooseSuites(names: readonly string[] = []): Promise<string[]> {
  const suites = await listSuites();
  if (names.length === 0) return suites;
  return [
    ...new Set(names.flatMap((name) => {
      const found = suites.filter((suite) => suite === name || suite.endsWith(`/${name}`));
      if (found.length > 0) return found;
      const near = suites.filter((suite) => suite.includes(name)).slice(0, 5);
      throw new InputError(
        `--suite ${name}: tfjs-core has no such suite; ` +
          (near.length > 0
            ? `there is ${near.join(", ")}.`
            : "conv2d or ops/fused/fused_conv2d is one."),
      );
    })),
  ];
}

/** Rewrites one line in a terminal; elsewhere prints a line for every 25th suite. */
function printProgress({ suite, done, total }: Progress): void {
  const line = `${String(done + 1).padStart(3)} of ${total} suites: ${suite}`;
  if (Deno.stderr.isTerminal()) {
    Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${line}`));
  } else if (done % 25 === 0) {
    console.error(line);
  }
}

function describe({ backend, suite, spec, reason, message = "" }: Miss): string {
  const [firstLine = ""] = message.split("\n");
  return `${backend}: ${suite}: ${spec}\n    ${reason}. ${firstLine}`;
}

async function main(options: Options): Promise<void> {
  const { outputs, threads, vectorBits } = { ...readSettings(), ...options };
  const suites = await chooseSuites(options.suite);
  setThreadsCount(threads);
  setVectorBits(vectorBits);
  const start = performance.now();
  const results = await runSuites(suites, options.backend, printProgress);
  if (Deno.stderr.isTerminal()) console.error();
  const seconds = (performance.now() - start) / 1000;
  const summary = summarize(results, options.backend);

  console.log(`\n${formatTable(summary)}\n`);
  for (const miss of summary.misses) console.log(describe(miss));
  const differences = summary.misses.filter(({ reason }) => reason === "differs from cpu").length;
  console.log(
    `${formatCount(results.length)} tests of tfjs-core ${tf.version["tfjs-core"]} in ${
      duration(seconds)
    }, ` +
      `${threads} thread${threads > 1 ? "s" : ""}; ${
        formatCount(differences)
      } failed where cpu passes.`,
  );

  const run = new Set(results.map(({ suite }) => suite));
  const path = `${outputs}/op-suites.json`;
  await writeFileAtomically(
    path,
    JSON.stringify(
      {
        versions: { tfjs: tf.version["tfjs-core"], deno: Deno.version.deno },
        threads,
        ...summary,
        /** For browsers alone, or about functions that need no backend. */
        suitesWithoutBackend: suites.filter((suite) => !run.has(suite)),
      },
      null,
      2,
    ) + "\n",
  );
  console.log(`Written: ${path}`);
  if (differences > 0) Deno.exit(1);
}

await runCommand(
  new Command("deno task op-suites")
    .description("Runs TensorFlow.js's own op tests on the backend simd, and beside it on cpu.")
    .option("--suite <name...>", "only these, such as conv2d or ops/fused/fused_conv2d")
    .option("--backend <names>", "backends, with commas between", backendNames, BACKENDS)
    .option("--threads <n>", "threads of the simd backend (default: all cores)", wholeNumber)
    .action(main),
);
