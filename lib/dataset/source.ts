/**
 * The kinds of sources that digits are read from, behind one interface.
 * @module
 */
import { basename, join } from "node:path";
import { readZipEntry } from "lib/dataset/archive.ts";
import { type HashedBytes, inflate, readHashed } from "lib/dataset/bytes.ts";
import type { CachedDigits } from "lib/dataset/cache.ts";
import { parseDigitsCsv } from "lib/dataset/csv.ts";
import { type IdxFiles, mnistTest, mnistTraining, parseIdxPair } from "lib/dataset/mnist.ts";
import {
  KAGGLE_TEST_CLASS_COUNTS,
  shuffledLabels,
  trainingLabels,
} from "lib/dataset/report_shape.ts";
import { drawDigits, GENERATOR_VERSION } from "lib/dataset/synthetic/mod.ts";
import type { DataSource, Subset } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";
import { sha256 } from "lib/files.ts";
import { RandomState } from "lib/random.ts";

/** The bytes behind a subset, read but not yet parsed. */
export interface OpenSubset {
  /** SHA-256 of what the subset is made from. */
  readonly sha256: string;
  /** Parses and checks it. Throws {@linkcode InputError} on anything damaged. */
  parse(): CachedDigits | Promise<CachedDigits>;
}

/** Something that digits can be read from. */
export interface Source {
  /** What kind of files, or drawn digits. */
  readonly kind: DataSource["kind"];
  /** A path at which {@linkcode findSource} finds this source, or {@linkcode SYNTHETIC}. */
  readonly location: string;
  /** What it has. */
  readonly subsets: readonly Subset[];
  /** One line for people; see {@linkcode DataSource}. */
  describe(subset: Subset): string;
  /** Reads the files of the subset and no others. */
  open(subset: Subset): Promise<OpenSubset>;
}

/** Means drawn digits where a path is expected. */
export const SYNTHETIC = "synthetic";

const SUBSETS: readonly Subset[] = ["train", "test"];

/**
 * A file's name for people, without characters that are special in HTML, Markdown or a terminal.
 */
function plainName(name: string): string {
  return name.replace(/[^\p{L}\p{N} ._()+-]/gu, "?");
}

/** Kaggle's zip as it is downloaded. */
export function zipSource(path: string): Source {
  const file = plainName(basename(path));
  return {
    kind: "kaggle",
    location: path,
    subsets: SUBSETS,
    describe: () => `Kaggle Digit Recognizer (${file})`,
    async open(subset): Promise<OpenSubset> {
      const archive = await readHashed(path);
      return {
        sha256: archive.sha256,
        async parse(): Promise<CachedDigits> {
          const name = `${subset}.csv`;
          const bytes = await readZipEntry(archive.bytes, name, file);
          return parseDigitsCsv(bytes, { file: `${file}, ${name}`, labelled: subset === "train" });
        },
      };
    },
  };
}

/** A folder with Kaggle's CSV files, gzipped or not. */
export function csvSource(folder: string, files: Partial<Record<Subset, string>>): Source {
  const fileOf = (subset: Subset): string => {
    const file = files[subset];
    if (file !== undefined) return file;
    const other = files[subset === "train" ? "test" : "train"];
    throw new InputError(
      `${folder} has ${other} but no ${subset}.csv; put Kaggle's ${subset}.csv beside it.`,
    );
  };
  return {
    kind: "kaggle",
    location: join(folder, (files.train ?? files.test)!),
    subsets: SUBSETS.filter((subset) => files[subset] !== undefined),
    describe: (subset) => `Kaggle Digit Recognizer (${plainName(fileOf(subset))})`,
    async open(subset): Promise<OpenSubset> {
      const file = fileOf(subset);
      const { bytes, sha256 } = await readHashed(join(folder, file));
      return {
        sha256,
        parse: () => parseDigitsCsv(inflate(bytes, file), { file, labelled: subset === "train" }),
      };
    },
  };
}

/** MNIST's four idx files, in the report's shape: see `mnistTraining` and `mnistTest`. */
export function idxSource(folder: string, names: IdxFiles): Source {
  const read = async (file: string): Promise<HashedBytes & { file: string }> => ({
    file,
    ...await readHashed(join(folder, file)),
  });
  return {
    kind: "mnist",
    location: folder,
    subsets: SUBSETS,
    describe: () => "MNIST in the shape of Kaggle's data (idx files)",
    async open(subset): Promise<OpenSubset> {
      const train = [await read(names.trainImages), await read(names.trainLabels)] as const;
      const t10k = [await read(names.testImages), await read(names.testLabels)] as const;
      return {
        sha256: sha256([...train, ...t10k].map((file) => file.sha256).join("\n")),
        parse: () =>
          subset === "train"
            ? mnistTraining(parseIdxPair(...train))
            : mnistTest(parseIdxPair(...train), parseIdxPair(...t10k)),
      };
    },
  };
}

/** Seeds of the synthetic sets: far enough apart that no image of one is in the other. */
const SYNTHETIC_SEEDS: Record<Subset, number> = { train: 42, test: 1_000_000_042 };

/** Digits drawn by this project, as many as Kaggle has; needs no file. */
export function syntheticSource(): Source {
  return {
    kind: "synthetic",
    location: SYNTHETIC,
    subsets: SUBSETS,
    describe: () => "synthetic digits, drawn by this project: not real handwriting",
    open(subset): Promise<OpenSubset> {
      const seed = SYNTHETIC_SEEDS[subset];
      const random = new RandomState(seed);
      return Promise.resolve({
        sha256: sha256(`synthetic ${subset} v${GENERATOR_VERSION} seed ${seed}`),
        parse(): CachedDigits {
          if (subset === "test") {
            return { images: drawDigits(shuffledLabels(KAGGLE_TEST_CLASS_COUNTS, random), seed) };
          }
          const labels = trainingLabels(random);
          return { images: drawDigits(labels, seed), labels };
        },
      });
    },
  };
}
