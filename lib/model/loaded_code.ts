import { join } from "node:path";
import { filesBelow, sha256 } from "lib/files.ts";
import { projectPath } from "lib/project.ts";

/** The code that decides what training gives; docs, plots and the report are not part of it. */
const TRAINING_CODE = [
  "lib/backend",
  "lib/digits.ts",
  "lib/model",
  "lib/preprocessing",
  "lib/random.ts",
  "lib/seed_sequence.ts",
];

/** SHA-256 (hex) of each file, by its path in the project. */
type Digests = ReadonlyMap<string, string>;

/** The code as it was when this module was loaded, and with it the modules that it names. */
const loaded: Promise<Digests> = digestCode();

async function digestCode(): Promise<Digests> {
  const digests = new Map<string, string>();
  for (const path of TRAINING_CODE) {
    const files = path.endsWith(".ts")
      ? [path]
      : (await filesBelow(projectPath(path))).map((file) => join(path, file));
    for (const file of files.filter((file) => !file.endsWith(".md"))) {
      digests.set(file.replaceAll("\\", "/"), sha256(await Deno.readFile(projectPath(file))));
    }
  }
  return digests;
}

/** What is known of the code that this process runs. */
export interface LoadedCode {
  /** SHA-256 (hex) of the code as it was loaded. */
  readonly digest: string;
  /** Files that have changed since, in the project. While there are any, no one knows which code runs. */
  readonly changed: readonly string[];
}

/** The code that this process has loaded, and whether it is still what is on disk. */
export async function loadedCode(): Promise<LoadedCode> {
  const [before, now] = [await loaded, await digestCode()];
  const changed = [...new Set([...before.keys(), ...now.keys()])]
    .filter((file) => before.get(file) !== now.get(file))
    .sort();
  const digest = sha256(JSON.stringify([...before]));
  return { digest, changed };
}
