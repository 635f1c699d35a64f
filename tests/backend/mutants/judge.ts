/**
 * A process that runs the engine's tests on one module after the other, by requests on its standard input. It may
 * hang or crash, as the modules are wrong; main.ts ends it then and starts another.
 *
 * @module
 */
import "@tensorflow/tfjs";
import { TextLineStream } from "lib/text_lines.ts";
import { setWasmPaths } from "lib/backend/options.ts";
import { moduleBytes, registerAs } from "lib/backend/register.ts";
import { trial } from "../trial.ts";

/** Runs the tests of these numbers, in this order, on the module at `path`, until one fails. */
export interface Request {
  readonly path: string;
  readonly order: readonly number[];
}

/** What the process says, a line each, behind {@linkcode MARK}. */
export type Message =
  | { readonly tests: readonly string[] }
  | { readonly starts: number }
  | { readonly passed: number; readonly ms: number }
  | { readonly failed: number; readonly reason: string }
  | { readonly survived: true };

/** Begins the lines that are messages: tests and TensorFlow.js print too. */
export const MARK = "\u0001";

interface Test {
  readonly name: string;
  readonly fn: () => void | Promise<void>;
}

/** The tests that only kernels can fail, in files of tests/backend/. */
const FILES = [
  "not_a_number_test.ts",
  "training_test.ts",
  ...[...Deno.readDirSync(new URL("../kernels/", import.meta.url))]
    .filter(({ name }) => name.endsWith("_test.ts"))
    .map(({ name }) => `kernels/${name}`),
];

async function collect(
  files: readonly string[],
  isWanted: (name: string) => boolean,
): Promise<Test[]> {
  const tests: Test[] = [];
  (Deno as { test: unknown }).test = (name: string, fn: Test["fn"]): void => {
    if (isWanted(name)) tests.push({ name, fn });
  };
  for (const file of files) await import(new URL(`../${file}`, import.meta.url).href);
  return tests;
}

function say(message: Message): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`\n${MARK}${JSON.stringify(message)}\n`));
}

/** The committed module, which tests have compared with `cpu`, takes its place: `cpu` is slow. */
async function useCommittedModule(): Promise<void> {
  const module = await WebAssembly.compile(await moduleBytes("relaxed-simd.wasm"));
  await registerAs("committed", module, 1);
  trial.files = ["relaxed-simd.wasm"];
  trial.reference = "committed";
}

async function main(): Promise<void> {
  await useCommittedModule();
  const { startVariants } = await import("../variants.ts");
  const tests = [
    ...await collect(FILES, () => true),
    ...await collect(["register_test.ts"], (name) => name.includes("done in their order")),
  ];
  say({ tests: tests.map(({ name }) => name) });
  const lines = Deno.stdin.readable
    .pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) {
    const { path, order } = JSON.parse(line) as Request;
    setWasmPaths({ "relaxed-simd.wasm": path, "simd.wasm": path });
    await judge(tests, order, startVariants);
  }
}

async function judge(
  tests: readonly Test[],
  order: readonly number[],
  start: () => Promise<void>,
): Promise<void> {
  let at = -1;
  try {
    await start();
    for (at of order) {
      say({ starts: at });
      const begin = performance.now();
      await tests[at]!.fn();
      say({ passed: at, ms: performance.now() - begin });
    }
    say({ survived: true });
  } catch (error) {
    say({ failed: at, reason: String((error as Error).message ?? error).slice(0, 200) });
  }
}

if (import.meta.main) await main();
