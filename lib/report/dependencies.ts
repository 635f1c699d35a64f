/**
 * What an executed notebook depends on, as one hash: while it stays the same, the notebook need not
 * be run again.
 * @module
 */
import { createHash } from "node:crypto";
import { basename, dirname, join, relative } from "node:path";
import { PROJECT_ROOT, projectPath } from "lib/project.ts";
import type { Notebook } from "./notebook.ts";

/** SHA-256 (hex) of strings, each kept apart from its neighbours. */
export function hash(...parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** A notebook's code, its cells joined. */
function codeOf({ cells }: Notebook): string {
  return cells.filter((cell) => cell.cell_type === "code").map(({ source }) => source).join("\n");
}

/** Whether a notebook loads the digits to be predicted. */
export function readsTestDigits(notebook: Notebook): boolean {
  return /\bsubset:\s*"test"/.test(codeOf(notebook));
}

/**
 * Hash of the modules that a notebook imports from `lib/`, directly or not, of the files that these
 * name by `new URL("...", import.meta.url)`, and of the versions of all packages. A module's whole
 * folder counts, because it may hold compiled code.
 */
export async function codeHash(notebook: Notebook): Promise<string> {
  const paths = await dependencies(codeOf(notebook));
  const files = (await Promise.all([...paths].map((path) => filesOf(path)))).flat().sort();
  const contents = await Promise.all(files.map(async (file) => {
    return hash(
      relative(PROJECT_ROOT, file),
      createHash("sha256").update(await Deno.readFile(file)).digest("hex"),
    );
  }));
  const { imports } = JSON.parse(await Deno.readTextFile(projectPath("deno.json")));
  return hash(Deno.version.deno, JSON.stringify(imports), ...contents);
}

/** Names, sizes and times of the files in a data folder, or beside a CSV file, or of the one file. */
export async function dataStamp(path: string): Promise<string> {
  let files: string[];
  try {
    const { isDirectory } = await Deno.stat(path);
    files = isDirectory
      ? await filesOf(path, false)
      : /\.csv(\.gz)?$/.test(path)
      ? await filesOf(dirname(path), false)
      : [path];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "none";
    throw error;
  }
  const stamps = await Promise.all(files.map(async (file) => {
    const { size, mtime } = await Deno.stat(file);
    return `${basename(file)} ${size} ${mtime?.getTime()}`;
  }));
  return hash(path, ...stamps.sort());
}

/** Names of the notebooks whose results a notebook uses: its metadata's `needs`, else all before it. */
export function neededBy(notebook: Notebook, before: readonly string[]): readonly string[] {
  return (notebook.metadata.needs as string[] | undefined) ?? before;
}

/** An import, or a file that lies beside a module: a worker, or figures. */
const REFERENCE = /(?:\bfrom|\bimport|\bnew URL)\s*\(?\s*"([^"]+)"/g;

/** Folders of modules, and single files, that a notebook's code reaches. */
export async function dependencies(code: string): Promise<Set<string>> {
  const seen = new Set<string>();
  const visit = async (source: string, folder: string): Promise<void> => {
    for (const [, specifier] of source.matchAll(REFERENCE)) {
      const path = specifier!.startsWith("lib/")
        ? projectPath(specifier!)
        : specifier!.startsWith(".")
        ? join(folder, specifier!)
        : undefined;
      // Of a file that is not there the cell that needs it will say so.
      if (path === undefined || seen.has(path) || !await isFile(path)) continue;
      seen.add(path);
      if (isModule(path)) await visit(await Deno.readTextFile(path), dirname(path));
    }
  };
  await visit(code, projectPath("notebooks"));
  // This module's folder is the renderer's, too: of it only what is imported counts.
  const single = [projectPath("lib"), projectPath("lib", "report")];
  const countsAlone = (file: string): boolean => !isModule(file) || single.includes(dirname(file));
  return new Set([...seen].map((file) => countsAlone(file) ? file : dirname(file)));
}

function isModule(path: string): boolean {
  return path.endsWith(".ts");
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}

/** The file itself, or all files in a folder, below it too if `deep`. */
async function filesOf(path: string, deep = true): Promise<string[]> {
  if (!(await Deno.stat(path)).isDirectory) return [path];
  const files: string[] = [];
  for await (const entry of Deno.readDir(path)) {
    const child = join(path, entry.name);
    if (entry.isFile) files.push(child);
    else if (entry.isDirectory && deep) files.push(...await filesOf(child));
  }
  return files;
}
