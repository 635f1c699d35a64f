import { join } from "node:path";
import { assert, assertEquals } from "lib/assert.ts";
import { projectPath } from "lib/project.ts";
import { withFolder } from "../folder.ts";
import { bytesOf, csvText, HEADER, zipOf } from "./samples.ts";

/** What loading digits from a path says, and the most memory that it took, in MB. */
async function load(path: string, cache: string): Promise<{ said: string; peak: number }> {
  const script = `
    import { loadDigits } from "lib/dataset/mod.ts";
    const options = { data: ${JSON.stringify(path)}, cache: ${JSON.stringify(cache)} };
    const said = await loadDigits(options).then(() => "read", ({ message }) => message);
    const peak = Number(/VmHWM:\\s*(\\d+) kB/.exec(Deno.readTextFileSync("/proc/self/status"))[1]) / 1024;
    console.log(JSON.stringify({ said, peak }));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", script],
    cwd: projectPath(),
    stderr: "inherit",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test({
  name: "lines far too long or too short cost no more memory than their file",
  ignore: Deno.build.os !== "linux",
  fn: async (t) => {
    const wide = `${HEADER}\n7,${"0,".repeat(10_000_000)}0\n`;
    const files: Record<string, [content: Uint8Array, said: string]> = {
      "digit-recognizer.zip": [
        zipOf({ "train.csv": bytesOf(wide) }),
        "digit-recognizer.zip, train.csv, line 2: 6281 values or more; expected 785.",
      ],
      "header/train.csv": [
        bytesOf(`${HEADER}${",x".repeat(10_000_000)}\n`),
        'train.csv, line 1, column 786: found "x", expected no further column',
      ],
      "short/train.csv": [
        bytesOf(csvText([]) + "1\n".repeat(10_000_000)),
        'train.csv, line 2, column "pixel0": the row ends after 1 of 785 values.',
      ],
    };
    await withFolder(async (folder) => {
      for (const [name, [content, expected]] of Object.entries(files)) {
        const path = join(folder, name);
        await Deno.mkdir(join(path, ".."), { recursive: true });
        await Deno.writeFile(path, content);
        const { said, peak } = await load(path, join(folder, "cache"));
        await t.step(`${name}: ${peak.toFixed()} MB`, () => {
          assertEquals(said.slice(0, expected.length), expected);
          assert(peak < 400, `${peak} MB`);
        });
      }
    });
  },
});
