import { stripVTControlCharacters } from "node:util";
import { assertEquals } from "lib/assert.ts";
import { filesBelow } from "lib/files.ts";
import { PROJECT_ROOT, projectPath } from "lib/project.ts";

/** Modules of `lib/` itself whose types the folders' public faces name. */
const GROUND = ["digits", "markup", "random", "seed_sequence", "settings", "terminal"];

Deno.test("everything that lib/ exports is documented (deno doc --lint)", async () => {
  const faces = (await filesBelow(projectPath("lib"))).filter((file) =>
    /^\w+\/mod\.ts$/.test(file)
  );
  const modules = [...faces, ...GROUND.map((name) => `${name}.ts`)];
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", ...modules.map((file) => `lib/${file}`)],
    cwd: PROJECT_ROOT,
    stdout: "null",
  }).output();
  const findings: string[] = [];
  for (
    const finding of stripVTControlCharacters(new TextDecoder().decode(stderr)).split(
      /^(?=error\[)/m,
    )
  ) {
    if (!finding.startsWith("error[") || await isOfPackage(finding)) continue;
    findings.push(finding.split("\n").slice(0, 2).join(" "));
  }
  assertEquals(findings, []);
});

/** `deno doc` takes the types of npm packages for private ones: their declarations are not in lib/. */
async function isOfPackage(finding: string): Promise<boolean> {
  if (!finding.startsWith("error[private-type-ref]")) return false;
  const [, declaration] = /= hint[^]*?\d+ \| (.*)/.exec(finding)!;
  const sources = (await filesBelow(projectPath("lib"))).filter((file) => file.endsWith(".ts"));
  for (const file of sources) {
    if ((await Deno.readTextFile(projectPath("lib", file))).includes(declaration!)) return false;
  }
  return true;
}
