/**
 * What an executed notebook depends on, as one hash: while it stays the same, the notebook need not
 * be run again.
 * @module
 */
import { dirname, join, relative } from "node:path";
import { filesBelow, sha256, sha256OfFile } from "lib/files.ts";
import { PROJECT_ROOT, projectPath } from "lib/project.ts";
import type { Notebook } from "./notebook.ts";

/** SHA-256 (hex) of a list of strings. */
export function hash(...parts: readonly string[]): string {
  return sha256(JSON.stringify(parts));
}

/** A notebook's code, its cells joined. */
function codeOf({ cells }: Notebook): string {
  return cells.filter((cell) => cell.cell_type === "code").map(({ source }) => source).join("\n");
}

/**
 * Hash of the modules that a notebook imports from `lib/`, directly or not, of the files that these
 * name by `new URL("...", import.meta.url)`, and of the versions of all packages. A module's whole
 * folder counts, because it may hold compiled code.
 */
export async function codeHash(notebook: Notebook): Promise<string> {
  const paths = await dependencies(codeOf(notebook));
  const files = (await Promise.all([...paths].map((path) => filesOf(path)))).flat().sort();
  const contents = await Promise.all(
    files.map(async (file) => hash(relative(PROJECT_ROOT, file), await sha256OfFile(file) ?? "")),
  );
  const { imports } = JSON.parse(await Deno.readTextFile(projectPath("deno.json")));
  return hash(Deno.version.deno, JSON.stringify(imports), ...contents);
}

/** An import, or a file that a module names by URL: a worker, or figures. Regular expressions, because
 * `deno info` takes 0.3 s for each notebook and does not know these files. */
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
      // The cell that needs a missing file reports it.
      if (path === undefined || seen.has(path) || !await isFile(path)) continue;
      seen.add(path);
      if (isModule(path)) await visit(await Deno.readTextFile(path), dirname(path));
    }
  };
  await visit(code, projectPath("notebooks"));
  // The report's folder also holds the renderer, so only imported modules count.
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

/** The file itself, or all files in a folder and below it. */
async function filesOf(path: string): Promise<string[]> {
  return await isFile(path) ? [path] : (await filesBelow(path)).map((file) => join(path, file));
}
