import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { InputError } from "lib/errors.ts";
import { projectPath } from "lib/project.ts";
import type { Study } from "lib/study/study.ts";

/** A study with its name. */
export interface NamedStudy {
  /** Its module's name. */
  readonly name: string;
  /** Its module's default export. */
  readonly study: Study;
}

const STUDIES = projectPath("lib", "study", "studies");

/** The project's own studies. */
export async function listStudies(): Promise<NamedStudy[]> {
  const studies: NamedStudy[] = [];
  for await (const { name } of Deno.readDir(STUDIES)) {
    studies.push(await importStudy(resolve(STUDIES, name)));
  }
  return studies.sort((a, b) => a.name < b.name ? -1 : 1);
}

/**
 * Finds one of the project's studies by its name, or anybody's by its module's path.
 *
 * @throws {InputError} If there is none.
 */
export async function findStudy(nameOrPath: string): Promise<NamedStudy> {
  if (nameOrPath.endsWith(".ts")) {
    const path = resolve(nameOrPath);
    if (!await Deno.stat(path).then(({ isFile }) => isFile, () => false)) {
      throw new InputError(`${nameOrPath}: no such file.`);
    }
    return await importStudy(path);
  }
  const studies = await listStudies();
  const found = studies.find(({ name }) => name === nameOrPath);
  if (found !== undefined) return found;
  throw new InputError(
    `"${nameOrPath}" is no study; there are ${studies.map(({ name }) => name).join(", ")}. ` +
      "A study of your own is named by the path of its module.",
  );
}

async function importStudy(path: string): Promise<NamedStudy> {
  const { default: study } = await import(pathToFileURL(path).href);
  if (!(study?.trainer instanceof URL && Array.isArray(study.trials))) {
    throw new InputError(`${path}: its default export is no study (see lib/study/study.ts).`);
  }
  return { name: basename(path, ".ts").replaceAll("_", "-"), study };
}
