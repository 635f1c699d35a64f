// deno-lint-ignore-file no-console
/**
 * `deno task faults`: does to quick reports what happens to long ones, and counts what goes wrong.
 *
 * The command is killed at many moments, most of them in the first 0.3 s of a kernel; two runs write
 * to one folder; a bit is flipped in each output. After each fault there must be no process, no
 * temporary file and no damaged output, and the next run must give the figures of the first. Needs
 * Linux.
 * @module
 */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Command, runCommand, wholeNumber } from "lib/cli/command.ts";
import { drawDigits } from "lib/dataset/synthetic/mod.ts";
import { InputError } from "lib/errors.ts";
import { filesBelow, sha256 } from "lib/files.ts";
import { projectPath } from "lib/project.ts";
import { RandomState } from "lib/random.ts";
import { taskArgs } from "../cli/task.ts";
import { csvOf } from "../dataset/samples.ts";

interface FaultsOptions {
  readonly kills: number;
  readonly only?: string;
  readonly data?: string;
  readonly keep?: true;
}

/** Where a run's files are. Its processes are known by the temporary folder in their environment. */
interface Place {
  readonly data: string;
  readonly outputs: string;
  readonly temporary: string;
}

/** What went wrong, by fault. */
const counts = new Map<string, { tried: number; wrong: string[] }>();

function count(fault: string, wrong: readonly string[]): void {
  const entry = counts.get(fault) ?? { tried: 0, wrong: [] };
  entry.tried++;
  entry.wrong.push(...wrong);
  counts.set(fault, entry);
  console.log(`${fault}: ${wrong.length === 0 ? "fine" : wrong.join("; ")}`);
}

/** Starts `deno task report --quick`, without the task runner between it and a signal. */
function start(place: Place, { only }: FaultsOptions, ...more: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...taskArgs("report", { write: place.outputs }),
      ...["--quick", "--out", place.outputs, "--data", place.data, "--threads", "1"],
      ...(only ? ["--only", only] : []),
      ...more,
    ],
    cwd: projectPath(),
    env: { TMPDIR: place.temporary, NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

async function finish(process: Deno.ChildProcess): Promise<{ code: number; said: string }> {
  const [{ code }, said] = await Promise.all([
    process.status,
    new Response(process.stderr).text(),
  ]);
  return { code, said };
}

/** Processes that were started with this place in their environment. */
async function processesOf({ temporary }: Place): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["axeww", "-o", "pid=,stat=,args="],
  }).output();
  return new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.includes(`TMPDIR=${temporary} `) && !/^\s*\d+ Z/.test(line))
    .map((line) => line.trim().split(" ", 1)[0]!);
}

/** What a killed run has left after a moment. */
async function leftovers(place: Place): Promise<string[]> {
  let found: string[] = [];
  for (let attempt = 0; attempt < 50; attempt++) {
    await delay(100);
    const processes = await processesOf(place);
    const files = await filesBelow(place.temporary);
    found = [
      ...processes.map((pid) => `process ${pid} is left`),
      ...files.map((file) => `${file} is left`),
    ];
    if (found.length === 0) break;
  }
  return found;
}

/** Outputs that are not whole. `.tmp` files of a killed run stay until the next run. */
async function damages({ outputs }: Place): Promise<string[]> {
  const found: string[] = [];
  for (const file of await filesBelow(outputs)) {
    if (!/\.(json|ipynb)$/.test(file)) continue;
    try {
      JSON.parse(await Deno.readTextFile(join(outputs, file)));
    } catch (error) {
      found.push(`${file}: ${(error as Error).message}`);
    }
  }
  return found;
}

/** Digests of what every whole run must give: figures and files, times apart. */
async function essence({ outputs }: Place): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  const withoutTimes = (key: string, value: unknown): unknown =>
    ["machine", "trainSeconds"].includes(key) ? undefined : value;
  for (const file of await filesBelow(outputs)) {
    const bytes = await Deno.readFile(join(outputs, file));
    if (/^results\.json$/.test(file)) {
      const results = JSON.parse(new TextDecoder().decode(bytes));
      digests[file] = sha256(JSON.stringify(results, withoutTimes));
    } else if (/\.(csv|bin)$|(model|split)\.json$/.test(file)) digests[file] = sha256(bytes);
  }
  return digests;
}

/** What is wrong after a run that must be whole. */
async function verdict(
  place: Place,
  run: { code: number; said: string },
  expected: Record<string, string>,
): Promise<string[]> {
  const wrong = run.code === 0 ? [] : [`exit code ${run.code}: ${run.said.trim().slice(-300)}`];
  wrong.push(...await damages(place), ...await leftovers(place));
  const files = await filesBelow(place.outputs);
  wrong.push(
    ...files.filter((file) => /\.tmp$|^\.lock$/.test(file)).map((file) => `${file} is left`),
  );
  const found = await essence(place);
  for (const file of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    if (found[file] !== expected[file]) wrong.push(`${file} is not that of the first run`);
  }
  return wrong;
}

/** Kills a run when its first kernel starts, `ms` later. */
async function killAtKernel(place: Place, options: FaultsOptions, ms: number): Promise<void> {
  const process = start(place, options, "--force");
  for await (const text of process.stderr.pipeThrough(new TextDecoderStream())) {
    if (text.includes("starting")) break;
  }
  await delay(ms);
  process.kill("SIGKILL");
  await process.status;
}

/** Kills a run after `ms`. */
async function killAfter(place: Place, options: FaultsOptions, ms: number): Promise<void> {
  const process = start(place, options, ms % 2 === 0 ? "--force" : "--quick");
  const ended = finish(process);
  await Promise.race([delay(ms), ended]);
  try {
    process.kill("SIGKILL");
  } catch {
    // It has ended.
  }
  await ended;
}

async function twoAtOnce(place: Place, options: FaultsOptions): Promise<string[]> {
  const runs = await Promise.all(
    [start(place, options, "--force"), start(place, options, "--force")].map(finish),
  );
  const refused = runs.filter(({ code }) => code !== 0);
  if (refused.length !== 1) return [`${refused.length} of 2 runs were refused`];
  const { said } = refused[0]!;
  return /is being written by .*, process \d+/.test(said) ? [] : [`it said: ${said.slice(-300)}`];
}

async function flipBit(path: string, random: RandomState): Promise<void> {
  const bytes = await Deno.readFile(path);
  const bit = random.randint(0, 8 * bytes.length);
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  await Deno.writeFile(path, bytes);
}

/** Kaggle's files in small, with drawn digits: a run on them takes seconds. */
async function writeData(folder: string): Promise<void> {
  await Deno.mkdir(folder);
  const labels = Uint8Array.from({ length: 2_000 }, (_, i) => i % 10);
  const train = csvOf({ images: drawDigits(labels, 1), labels });
  const test = csvOf({ images: drawDigits(labels.subarray(0, 300), 2) });
  await Deno.writeTextFile(join(folder, "train.csv"), train);
  await Deno.writeTextFile(join(folder, "test.csv"), test);
}

async function tryFaults(options: FaultsOptions): Promise<void> {
  if (Deno.build.os !== "linux") throw new InputError("deno task faults needs Linux.");
  const folder = await Deno.makeTempDir();
  const place: Place = {
    data: options.data ?? join(folder, "data"),
    outputs: join(folder, "outputs"),
    temporary: join(folder, "tmp"),
  };
  await Deno.mkdir(place.temporary);
  if (options.data === undefined) await writeData(place.data);
  const random = new RandomState(1);
  try {
    const began = performance.now();
    const first = await finish(start(place, options));
    if (first.code !== 0) throw new InputError(`The first run failed: ${first.said.slice(-500)}`);
    const runMs = performance.now() - began;
    const expected = await essence(place);
    const again = (): Promise<{ code: number; said: string }> => finish(start(place, options));

    const early = Math.ceil(0.4 * options.kills);
    for (let i = 0; i < early; i++) {
      const ms = Math.round(300 * i / early);
      await killAtKernel(place, options, ms);
      count("killed in a kernel's first 0.3 s", [
        ...await leftovers(place),
        ...await damages(place),
      ]);
    }
    for (let i = early; i < options.kills; i++) {
      const ms = Math.round(runMs * random.randomSample());
      await killAfter(place, options, ms);
      count("killed at any moment", [...await leftovers(place), ...await damages(place)]);
    }
    count("the run after all kills", await verdict(place, await again(), expected));
    for (let i = 0; i < 3; i++) {
      count("two runs at once", await twoAtOnce(place, options));
      count("the run after two at once", await verdict(place, await again(), expected));
    }
    for (const file of await filesBelow(place.outputs)) {
      await flipBit(join(place.outputs, file), random);
      const run = await again();
      count(
        "a bit flipped in an output",
        (await verdict(place, run, expected)).map((wrong) => `${file}: ${wrong}`),
      );
    }
  } finally {
    if (options.keep) console.log(`Kept: ${folder}`);
    else await Deno.remove(folder, { recursive: true });
  }
  console.log();
  for (const [fault, { tried, wrong }] of counts) {
    console.log(`${fault}: ${tried} tried, ${wrong.length} wrong`);
  }
  if ([...counts.values()].some(({ wrong }) => wrong.length > 0)) Deno.exit(1);
}

await runCommand(
  new Command("deno task faults")
    .description("Kills, doubles and damages quick reports, and counts what goes wrong.")
    .option("--kills <n>", "times to kill a run", wholeNumber, 50)
    .option("--only <notebook>", "run this notebook and those that it needs, for a shorter time")
    .option("--data <path>", "folder or file with digits (default: 2,000 drawn ones)")
    .option("--keep", "keep the outputs")
    .action(tryFaults),
);
