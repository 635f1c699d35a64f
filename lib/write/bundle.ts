import config from "../../deno.json" with { type: "json" };
import { projectPath } from "lib/project.ts";

/** The project's imports, with the slim TensorFlow.js in the place of the whole, as an import map. */
function importMap(): string {
  const root = import.meta.resolve("../../");
  const imports = Object.entries(config.imports).map(([name, to]) => [
    name,
    to.startsWith("./") ? new URL(to, root).href : to,
  ]);
  return JSON.stringify({
    imports: {
      ...Object.fromEntries(imports),
      "@tensorflow/tfjs": import.meta.resolve("./worker/tfjs.ts"),
    },
  });
}

/**
 * A module for browsers with all that it imports, as JavaScript; the same bytes each time.
 *
 * @param entry Its path inside the project.
 * @param format As a module, or as a classic script: browsers start no module worker from a `blob:` of a
 * page that is a file.
 */
export async function bundle(entry: string, format: "esm" | "iife"): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--no-lock",
      "--no-config",
      `--import-map=data:application/json,${encodeURIComponent(importMap())}`,
      "--platform=browser",
      "--minify",
      `--format=${format}`,
      projectPath(entry),
    ],
  }).output();
  if (!success) throw new Error(`deno bundle ${entry}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
