/**
 * Fetching the data of Kaggle's Digit Recognizer competition through Kaggle's API.
 *
 * The protocol is that of Kaggle's own tools (github.com/Kaggle/kaggle-cli, kagglehub): a GET of
 * `/api/v1/competitions/data/download-all/NAME` with the credentials is answered with a redirect to
 * a signed address at storage.googleapis.com.
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { readZipEntry } from "lib/dataset/archive.ts";
import { ADVICE, fileError, readBytes } from "lib/dataset/bytes.ts";
import {
  byteProgress,
  DownloadError,
  downloadFile,
  type FetchOptions,
} from "lib/dataset/download.ts";
import { type Source, zipSource } from "lib/dataset/source.ts";
import { InputError } from "lib/errors.ts";
import { readTextIfThere } from "lib/files.ts";

const COMPETITION = "digit-recognizer";
const RULES = `https://www.kaggle.com/competitions/${COMPETITION}/rules`;
const SETTINGS = "https://www.kaggle.com/settings";

/** The zip has 16 MB. */
const MAX_BYTES = 256 * 2 ** 20;

/** Gives the value of an environment variable. */
export type Environment = (name: string) => string | undefined;

const processEnvironment: Environment = (name) => Deno.env.get(name);

/** Credentials for Kaggle. They must never be shown. */
interface KaggleCredentials {
  /** Value of the `Authorization` header. */
  readonly authorization: string;
  /** Where it was found, for messages. */
  readonly origin: string;
}

async function readText(path: string): Promise<string | undefined> {
  return await readTextIfThere(path).catch((error) => {
    throw fileError(error, "read", path);
  });
}

function basic(username: string, key: string): string {
  return `Basic ${Buffer.from(`${username}:${key}`).toString("base64")}`;
}

function parseKaggleJson(text: string, path: string): KaggleCredentials {
  try {
    const { username, key } = JSON.parse(text) as { username?: unknown; key?: unknown };
    if (typeof username === "string" && typeof key === "string" && username && key) {
      return { authorization: basic(username, key), origin: path };
    }
  } catch {
    // The parser's own message would quote the file.
  }
  throw new InputError(
    `${path} isn't as Kaggle makes it; expected {"username": "...", "key": "..."}. ` +
      `Make a new token at ${SETTINGS}.`,
  );
}

/**
 * Looks for credentials where Kaggle's own tools do, in this order: `KAGGLE_API_TOKEN`, the file
 * `access_token`, `KAGGLE_USERNAME` with `KAGGLE_KEY`, the file `kaggle.json`. Files are in
 * `KAGGLE_CONFIG_DIR`, or else in `~/.kaggle` or `~/.config/kaggle` (`XDG_CONFIG_HOME`).
 *
 * @throws {InputError} If a `kaggle.json` is there and isn't readable.
 */
export async function findKaggleCredentials(
  environment: Environment = processEnvironment,
): Promise<KaggleCredentials | undefined> {
  const env = (name: string): string => environment(name)?.trim() ?? "";
  const home = env("HOME") || env("USERPROFILE");
  const bearer = (token: string, origin: string): KaggleCredentials => ({
    authorization: `Bearer ${token}`,
    origin,
  });
  const folders = env("KAGGLE_CONFIG_DIR") ? [env("KAGGLE_CONFIG_DIR")] : [
    join(home, ".kaggle"),
    join(env("XDG_CONFIG_HOME") || join(home, ".config"), "kaggle"),
  ];

  if (env("KAGGLE_API_TOKEN")) return bearer(env("KAGGLE_API_TOKEN"), "KAGGLE_API_TOKEN");
  for (const folder of folders) {
    const path = join(folder, "access_token");
    const token = (await readText(path))?.trim();
    if (token) return bearer(token, path);
  }
  if (env("KAGGLE_USERNAME") && env("KAGGLE_KEY")) {
    const authorization = basic(env("KAGGLE_USERNAME"), env("KAGGLE_KEY"));
    return { authorization, origin: "KAGGLE_USERNAME and KAGGLE_KEY" };
  }
  for (const folder of folders) {
    const path = join(folder, "kaggle.json");
    const text = await readText(path);
    if (text !== undefined) return parseKaggleJson(text, path);
  }
  return undefined;
}

/** The MD5 that Google's storage sends along (`x-goog-hash: crc32c=...,md5=...`), in base64. */
function announcedMd5(answer: Headers): string | undefined {
  return /md5=([A-Za-z0-9+/=]+)/.exec(answer.get("x-goog-hash") ?? "")?.[1];
}

/** Checks a downloaded zip: the checksum if one was announced, then that both CSV files inflate. */
async function verifyZip(path: string, answer: Headers): Promise<void> {
  const bytes = await readBytes(path);
  const expected = announcedMd5(answer);
  if (expected && createHash("md5").update(bytes).digest("base64") !== expected) {
    throw new DownloadError("the file has another MD5 than announced");
  }
  try {
    for (const name of ["train.csv", "test.csv"]) await readZipEntry(bytes, name, "the file");
  } catch (error) {
    throw new DownloadError((error as Error).message.replace(`. ${ADVICE}`, ""));
  }
}

async function isWhole(path: string): Promise<boolean> {
  return await verifyZip(path, new Headers()).then(() => true, () => false);
}

function explain(error: DownloadError, origin: string): string {
  if (error.status === 401) {
    return `Kaggle doesn't accept the credentials in ${origin}. Make a new token at ${SETTINGS}.`;
  }
  if (error.status === 403) {
    return `Kaggle refuses the download (403). Accept the competition's rules at ${RULES}, ` +
      `or check the credentials in ${origin}.`;
  }
  return `Kaggle's ${COMPETITION}.zip can't be downloaded (${error.message}). Try again later, or ` +
    "download it with a browser: see data/README.md.";
}

/** Options of {@linkcode fetchKaggle}. */
export interface KaggleOptions extends FetchOptions {
  /** Where credentials are looked for; default the process's own environment. */
  readonly environment?: Environment;
}

/**
 * Downloads `digit-recognizer.zip` into a folder, unless it is there and whole. `KAGGLE_API_ENDPOINT`
 * names another server, as for Kaggle's own tools.
 *
 * @throws {InputError} If there are no credentials, Kaggle refuses them, or the download fails.
 */
export async function fetchKaggle(folder: string, options: KaggleOptions): Promise<Source> {
  const { environment = processEnvironment, limits, onProgress } = options;
  const credentials = await findKaggleCredentials(environment);
  if (credentials === undefined) {
    throw new InputError(
      `No credentials for Kaggle in KAGGLE_API_TOKEN, KAGGLE_USERNAME and KAGGLE_KEY, or ~/.kaggle. ` +
        `Make a token at ${SETTINGS} and put it there: see data/README.md.`,
    );
  }
  const endpoint = environment("KAGGLE_API_ENDPOINT") || "https://www.kaggle.com";
  if (!URL.canParse(endpoint)) {
    throw new InputError(`KAGGLE_API_ENDPOINT is "${endpoint}"; expected an address, https://...`);
  }
  const path = join(folder, `${COMPETITION}.zip`);
  if (await isWhole(path)) return zipSource(path);
  try {
    await downloadFile({
      urls: [new URL(`/api/v1/competitions/data/download-all/${COMPETITION}`, endpoint).href],
      path,
      headers: { Authorization: credentials.authorization },
      maxBytes: MAX_BYTES,
      limits,
      onBytes: byteProgress(`${COMPETITION}.zip`, onProgress),
      onRetry: onProgress,
      verify: verifyZip,
    });
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    throw new InputError(explain(error, credentials.origin), { cause: error });
  }
  return zipSource(path);
}
