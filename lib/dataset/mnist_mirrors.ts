/**
 * Fetching MNIST's four files from its public mirrors.
 * @module
 */
import { join } from "node:path";
import { readHashed } from "lib/dataset/bytes.ts";
import {
  byteProgress,
  DownloadError,
  downloadFile,
  type FetchOptions,
} from "lib/dataset/download.ts";
import { IDX_FILES } from "lib/dataset/locate.ts";
import { idxSource, type Source } from "lib/dataset/source.ts";
import { InputError } from "lib/errors.ts";
import { sha256 } from "lib/files.ts";

/** Public copies of MNIST, in the order in which they are tried. */
export const MNIST_MIRRORS: readonly string[] = [
  "https://storage.googleapis.com/cvdf-datasets/mnist/",
  "https://ossci-datasets.s3.amazonaws.com/mnist/",
];

/** SHA-256 of MNIST's files, by name. */
export const MNIST_SHA256: Readonly<Record<string, string>> = {
  "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
  "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
  "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
  "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
};

/** SHA-256 of digits made from these files, as their source gives it. */
export const MNIST_SOURCE_SHA256: string = sha256(Object.values(MNIST_SHA256).join("\n"));

/** The largest of the four has 9.9 MB. */
const MAX_BYTES = 64 * 2 ** 20;

/** Options of {@linkcode fetchMnist}. */
export interface MnistOptions extends FetchOptions {
  /** Base addresses, default {@linkcode MNIST_MIRRORS}. */
  readonly mirrors?: readonly string[];
  /** SHA-256 by file name, default {@linkcode MNIST_SHA256}. */
  readonly checksums?: Readonly<Record<string, string>>;
}

/** SHA-256 of a file, or `undefined` if it can't be read. */
async function sha256OfFile(path: string): Promise<string | undefined> {
  return await readHashed(path).then(({ sha256 }) => sha256, () => undefined);
}

/**
 * Downloads those of MNIST's four files that are missing from a folder or damaged.
 *
 * @throws {InputError} If a file can't be had from any mirror, or can't be written.
 */
export async function fetchMnist(folder: string, options: MnistOptions): Promise<Source> {
  const { mirrors = MNIST_MIRRORS, checksums = MNIST_SHA256, limits, onProgress } = options;
  for (const name of Object.values(IDX_FILES)) {
    const path = join(folder, name);
    const expected = checksums[name]!;
    if (await sha256OfFile(path) === expected) continue;
    try {
      await downloadFile({
        urls: mirrors.map((mirror) => new URL(name, mirror.replace(/\/?$/, "/")).href),
        path,
        maxBytes: MAX_BYTES,
        limits,
        onBytes: byteProgress(name, onProgress),
        onRetry: onProgress,
        async verify(part): Promise<void> {
          const { sha256: found } = await readHashed(part);
          if (found !== expected) {
            const [is, should] = [found, expected].map((hash) => `${hash.slice(0, 8)}...`);
            throw new DownloadError(`its SHA-256 is ${is}, expected ${should}`);
          }
        },
      });
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error;
      throw new InputError(
        `${name} can't be downloaded (${error.message}). Try again later, name another --mirror, ` +
          "or put the file into the folder yourself: see data/README.md.",
        { cause: error },
      );
    }
  }
  return idxSource(folder, IDX_FILES);
}
