import { sha256 } from "lib/files.ts";
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { PROJECT_ROOT, projectPath } from "lib/project.ts";

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
    for (const file of await filesBelow(projectPath(path))) {
      const name = relative(PROJECT_ROOT, file).replaceAll("\\", "/");
      digests.set(name, sha256(await Deno.readFile(file)));
    }
  }
  return digests;
}

async function filesBelow(path: string): Promise<string[]> {
  if ((await Deno.stat(path)).isFile) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && !entry.name.endsWith(".md"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
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
