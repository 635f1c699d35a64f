/**
 * Finding files with digits.
 * @module
 */
import { basename, dirname, join } from "node:path";
import { fileError } from "lib/dataset/bytes.ts";
import type { IdxFiles } from "lib/dataset/mnist.ts";
import { csvSource, idxSource, type Source, zipSource } from "lib/dataset/source.ts";
import type { Subset } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";

/** The official names of MNIST's files, gzipped, as the mirrors have them. */
export const IDX_FILES: IdxFiles = {
  trainImages: "train-images-idx3-ubyte.gz",
  trainLabels: "train-labels-idx1-ubyte.gz",
  testImages: "t10k-images-idx3-ubyte.gz",
  testLabels: "t10k-labels-idx1-ubyte.gz",
};

/** A file of MNIST under the name that it has in a folder: gzipped or not, with `-idx3` or `.idx3`. */
function findIdx(names: ReadonlySet<string>, official: string): string | undefined {
  const plain = official.replace(/\.gz$/, "");
  return [plain, plain.replace("-idx", ".idx")]
    .flatMap((name) => [name, `${name}.gz`])
    .find((name) => names.has(name));
}

/** The only candidate. Throws {@linkcode InputError} where there are several. */
function theOnly(folder: string, candidates: readonly string[]): string | undefined {
  if (candidates.length > 1) {
    throw new InputError(
      `${folder} has ${candidates.join(" and ")}; keep one of them, or name one with --data.`,
    );
  }
  return candidates[0];
}

function findCsv(
  folder: string,
  names: ReadonlySet<string>,
): Partial<Record<Subset, string>> | undefined {
  const files: Partial<Record<Subset, string>> = {};
  for (const subset of ["train", "test"] as const) {
    const candidates = [`${subset}.csv`, `${subset}.csv.gz`].filter((name) => names.has(name));
    const file = theOnly(folder, candidates);
    if (file !== undefined) files[subset] = file;
  }
  return Object.keys(files).length > 0 ? files : undefined;
}

function findInFolder(folder: string, names: ReadonlySet<string>): Source | undefined {
  const csv = findCsv(folder, names);
  if (csv !== undefined) return csvSource(folder, csv);
  // A browser that downloads it twice names the second "digit-recognizer (1).zip".
  const zips = [...names].sort().filter((name) => /^digit-recognizer.*\.zip$/.test(name));
  const zip = theOnly(folder, zips);
  if (zip !== undefined) return zipSource(join(folder, zip));
  const entries = Object.entries(IDX_FILES).map(([role, name]) => [role, findIdx(names, name)]);
  if (entries.every(([, name]) => name !== undefined)) {
    return idxSource(folder, Object.fromEntries(entries) as IdxFiles);
  }
  return undefined;
}

/** Names of the files in a folder; none if the path is a file. */
async function fileNames(path: string): Promise<Set<string> | undefined> {
  try {
    if (!(await Deno.stat(path)).isDirectory) return undefined;
    const names = new Set<string>();
    for await (const entry of Deno.readDir(path)) {
      if (!entry.isDirectory) names.add(entry.name);
    }
    return names;
  } catch (error) {
    throw fileError(error, "read", path);
  }
}

/**
 * Finds digits in a folder, or in a file that is named itself. In a folder Kaggle's CSV files
 * (`train.csv`, `test.csv`, or `.csv.gz`) come first, then its zip, then MNIST's four idx files. With a
 * named CSV file goes the other one in the same folder.
 *
 * @returns `undefined` if there is nothing usable.
 * @throws {InputError} If the path is not there or can't be read, or if two files fit.
 */
export async function findSource(path: string): Promise<Source | undefined> {
  const names = await fileNames(path);
  if (names !== undefined) return findInFolder(path, names);
  if (path.endsWith(".zip")) return zipSource(path);
  const folder = dirname(path);
  const csv = findCsv(folder, new Set([basename(path)]));
  if (csv === undefined) return undefined;
  const subset = csv.train === undefined ? "test" : "train";
  // The named file wins over another form of the same subset.
  const others = [...(await fileNames(folder))!].filter((name) =>
    !name.startsWith(`${subset}.csv`)
  );
  return csvSource(folder, { ...findCsv(folder, new Set(others)), ...csv });
}

/** As {@linkcode findSource}, where having nothing is an error. */
export async function requireSource(path: string): Promise<Source> {
  const source = await findSource(path);
  if (source !== undefined) return source;
  throw new InputError(
    `${path} has no digits; expected train.csv and test.csv (or .csv.gz), Kaggle's ` +
      "digit-recognizer.zip, or MNIST's four idx files. See data/README.md.",
  );
}
