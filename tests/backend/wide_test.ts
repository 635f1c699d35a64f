import { assert, assertEquals } from "lib/assert.ts";
import { projectPath } from "lib/project.ts";

/** Nothing is compiled in a hurry, so all that runs is what V8 optimized. */
const FLAGS = [
  "--experimental-wasm-revectorize",
  "--no-wasm-bounds-checks",
  "--no-liftoff",
  "--trace-wasm-revectorize",
];

async function train(bits: string, flags: readonly string[]): Promise<string[]> {
  const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--quiet",
      `--config=${projectPath("deno.json")}`,
      "--allow-read",
      "--allow-sys=cpus,hostname,networkInterfaces",
      ...flags.length > 0 ? [`--v8-flags=${flags.join()}`] : [],
      projectPath("tests", "backend", "wide_program.ts"),
      bits,
    ],
  }).output();
  const text = new TextDecoder();
  assertEquals(code, 0, text.decode(stderr));
  return text.decode(stdout).split("\n");
}

/** Builds of V8 for other processors than x64 refuse the flag. */
async function isKnown(flag: string): Promise<boolean> {
  const args = ["run", "--v8-flags=--help"];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  return new TextDecoder().decode(stdout).includes(flag);
}

const canJoin = await isKnown(FLAGS[0]!);
const name = "setVectorBits: with 256 bits networks are trained as with 128, bit by bit";

Deno.test(
  canJoin ? name : `${name} (needs a V8 with ${FLAGS[0]})`,
  { ignore: !canJoin },
  async () => {
    const digests = (lines: readonly string[]): string[] =>
      lines.filter((line) => /^[\w-]+ [0-9a-f]{64}$/.test(line));
    const expected = digests(await train("128", []));
    assertEquals(expected.length, 6);
    const lines = await train("256", FLAGS);
    assertEquals(digests(lines), expected);
    // Only processors with AVX2 have the vectors.
    if (lines.some((line) => line.startsWith("Begin revec"))) {
      assert(lines.some((line) => line.includes("Decided to vectorize")), "no vectors were joined");
    }
  },
);
