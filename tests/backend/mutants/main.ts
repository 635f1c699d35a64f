// deno-lint-ignore-file no-console
/**
 * `deno task mutants`: changes the kernels in one place at a time and reports what no test has noticed.
 * @module
 */
import { compile, MODULES, readSource } from "lib/backend/build.ts";
import { GENERATED } from "lib/backend/codegen/mod.ts";
import { Command, runCommand, wholeNumber } from "lib/cli/command.ts";
import { RandomState } from "lib/random.ts";
import { Court } from "./court.ts";
import { HARMLESS } from "./harmless.ts";
import { apply, type Mutation, mutationsOf, placeOf } from "./mutate.ts";

interface Options {
  readonly mutants: number;
  readonly seed: number;
  readonly files?: readonly string[];
}

/** Not tested: it measures what multiply-adds the machine can do. */
const LEFT_OUT = ["peak.ts"];

/** Unoptimized modules compile in a second, and compute the same. */
const TARGET = {
  ...MODULES["relaxed-simd.wasm"],
  options: [...MODULES["relaxed-simd.wasm"].options, "--optimizeLevel=0"],
};

function sources(files: readonly string[] | undefined): string[] {
  const written = [...Deno.readDirSync(new URL("../../../lib/backend/assembly/", import.meta.url))]
    .map(({ name }) => name);
  const all = [...written, ...Object.keys(GENERATED)].filter((name) => !LEFT_OUT.includes(name));
  return all.filter((name) =>
    !files || files.some((file) => name === file || name === `${file}.ts`)
  )
    .sort();
}

function describe(mutation: Mutation): { place: string; change: string; text: string } {
  const { line, text } = placeOf(readSource(mutation.file, TARGET.pairs)!, mutation);
  return { place: `${mutation.file}:${line}`, change: `${mutation.from} -> ${mutation.to}`, text };
}

function reasonFor(mutation: Mutation): string | undefined {
  const { change, text } = describe(mutation);
  return HARMLESS.find((harmless) =>
    harmless.file === mutation.file && harmless.text === text &&
    (harmless.change === undefined || harmless.change === change.trim())
  )?.reason;
}

/** The changed module; undefined where the change makes no program. */
async function build(mutation: Mutation): Promise<Uint8Array | undefined> {
  const changed = apply(readSource(mutation.file, TARGET.pairs)!, mutation);
  try {
    return await compile(
      TARGET,
      (name) => name === mutation.file ? changed : readSource(name, TARGET.pairs),
    );
  } catch {
    return undefined;
  }
}

/** Tests in the order of what they have found in a file for the time they take; new ones by their time alone. */
class Experience {
  readonly #kills = new Map<string, number>();

  add(file: string, test: number): void {
    const key = `${file} ${test}`;
    this.#kills.set(key, (this.#kills.get(key) ?? 0) + 1);
  }

  order(file: string, durations: readonly number[]): number[] {
    const worth = (test: number): number =>
      (0.1 + (this.#kills.get(`${file} ${test}`) ?? 0)) / (20 + durations[test]!);
    return durations.map((_, test) => test).sort((a, b) => worth(b) - worth(a));
  }
}

async function main({ mutants, seed, files }: Options): Promise<void> {
  const random = new RandomState(seed);
  const all = sources(files).flatMap((file) =>
    mutationsOf(file, readSource(file, TARGET.pairs)!, random)
  );
  if (all.length === 0) throw new Error(`No such source: ${files}.`);
  const chosen = Array.from(random.permutation(all.length), (i) => all[i]!);
  const folder = await Deno.makeTempDir();
  const court = new Court();
  const experience = new Experience();
  try {
    const right = `${folder}/right.wasm`;
    await Deno.writeFile(right, await compile(TARGET));
    console.log(`${all.length} places; first the tests on the kernels as they are`);
    const verdict = await court.judge(right, (tests) => tests.map((_, i) => i));
    if (verdict.kind === "failed") {
      throw new Error(`${court.tests[verdict.test]} fails without a change: ${verdict.reason}`);
    }
    let [judged, killed, explained, next] = [0, 0, 0, 0];
    const survivors: Mutation[] = [];
    const start = performance.now();
    let building: Promise<Uint8Array | undefined> | undefined = build(chosen[0]!);
    while (judged < mutants && building) {
      const mutation = chosen[next++]!;
      const binary: Uint8Array | undefined = await building;
      if (!binary) {
        building = next < chosen.length ? build(chosen[next]!) : undefined;
        continue;
      }
      const path = `${folder}/${next}.wasm`;
      await Deno.writeFile(path, binary);
      const judging = court.judge(path, () => experience.order(mutation.file, court.durations));
      building = next < chosen.length ? build(chosen[next]!) : undefined;
      const verdict = await judging;
      await Deno.remove(path);
      judged++;
      const { place, change, text } = describe(mutation);
      if (verdict.kind === "failed") {
        killed++;
        experience.add(mutation.file, verdict.test);
      } else if (reasonFor(mutation)) explained++;
      else {
        survivors.push(mutation);
        console.log(`survives: ${place}  ${change}\n    ${text}`);
      }
      if (judged % 20 === 0) {
        const seconds = (performance.now() - start) / 1000;
        console.log(`${judged} of ${mutants} in ${seconds.toFixed(0)} s, ${killed} noticed`);
      }
    }
    console.log(
      `${judged} changes: ${killed} noticed by a test, ${explained} harmless, ` +
        `${survivors.length} survive unexplained`,
    );
    if (survivors.length > 0) Deno.exitCode = 1;
  } finally {
    await court.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

await runCommand(
  new Command("deno task mutants")
    .description(
      "Changes the kernels in one place at a time, runs their tests, and reports the changes that none notices.",
    )
    .option("--mutants <n>", "how many changes", wholeNumber, 200)
    .option("--seed <n>", "decides which", wholeNumber, 1)
    .option("--files <name...>", "only in these files, such as winograd")
    .action(main),
);
