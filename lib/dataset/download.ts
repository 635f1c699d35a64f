/**
 * Downloading a file: in pieces that survive a broken connection, verified before it gets its name.
 * @module
 */
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { fileError } from "lib/dataset/bytes.ts";
import { InputError } from "lib/errors.ts";

/** How long to wait for a server, and how often. */
export interface DownloadLimits {
  /** Milliseconds until a server has answered, name resolution included. */
  readonly answerMs: number;
  /** Milliseconds without a byte after which a download has stalled. */
  readonly stallMs: number;
  /** Least average speed over each `stallMs`, in bytes per second. */
  readonly leastRate: number;
  /** Milliseconds after which a download is given up, even if it makes progress. */
  readonly totalMs: number;
  /** Tries for each address. */
  readonly tries: number;
  /** Milliseconds before the second try; twice as many before each further one. */
  readonly backoffMs: number;
  /** Longest `Retry-After` that is waited for, in milliseconds. */
  readonly retryAfterMs: number;
}

/** For a user who waits for the download. */
export const FOREGROUND_LIMITS: DownloadLimits = {
  answerMs: 20_000,
  stallMs: 30_000,
  leastRate: 1_000,
  totalMs: Infinity,
  tries: 4,
  backoffMs: 1_000,
  retryAfterMs: 120_000,
};

/** For a load that can do without: it fails within seconds when there is no network. */
export const BACKGROUND_LIMITS: DownloadLimits = {
  answerMs: 4_000,
  stallMs: 10_000,
  leastRate: 1_000,
  totalMs: 120_000,
  tries: 1,
  backoffMs: 0,
  retryAfterMs: 0,
};

/** How a set of digits is downloaded. */
export interface FetchOptions {
  /** How long it may take. */
  readonly limits: DownloadLimits;
  /** Gets a line for people now and then. */
  readonly onProgress: (message: string) => void;
}

/** What to download, and where to. */
export interface Download {
  /** Addresses of the same file, tried in order: `http:`, `https:` or `file:`. */
  readonly urls: readonly string[];
  /** Where the file will be. Until it is whole it is called `PATH.part`. */
  readonly path: string;
  /** Headers for the first address of a chain of redirects; another host never gets them. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A larger file is refused. */
  readonly maxBytes: number;
  /** Throws a {@linkcode DownloadError} if the file at this path is not the right one. */
  readonly verify: (path: string, answer: Headers) => Promise<void>;
  readonly limits: DownloadLimits;
  /** Gets bytes so far, and bytes in all if the server says. */
  readonly onBytes?: (done: number, total: number | undefined) => void;
  /** Gets a line before another try, at the same address or the next. */
  readonly onRetry?: (message: string) => void;
}

/** Why a download failed. The message has no address, which may hold a signature. */
export class DownloadError extends Error {
  override name = "DownloadError";
  /** Whether another try at the same address may succeed. */
  readonly isPassing: boolean;
  /** The HTTP status, if the server answered with one. */
  readonly status: number | undefined;
  /** Milliseconds that the server asks to wait before the next try. */
  readonly retryAfterMs: number;

  constructor(
    message: string,
    options: { isPassing?: boolean; status?: number | undefined; retryAfterMs?: number } = {},
  ) {
    super(message);
    this.isPassing = options.isPassing ?? false;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

const MAX_REDIRECTS = 5;

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** The reason of a failed `fetch`, whose own message holds the address. */
function connectionError(error: unknown): DownloadError {
  const text = `${error} ${(error as Error).cause}`;
  if (/dns|lookup|resolve/i.test(text)) {
    return new DownloadError("its name can't be resolved", { isPassing: true });
  }
  if (/refused/i.test(text)) return new DownloadError("it refused the connection");
  if (/certificate|tls|handshake/i.test(text)) {
    return new DownloadError("its TLS certificate isn't trusted");
  }
  return new DownloadError("the connection failed", { isPassing: true });
}

/** Whether this process may reach an address, without asking the user: not every task may. */
export async function mayReach(url: URL): Promise<boolean> {
  if (url.protocol === "file:") return true;
  return (await Deno.permissions.query({ name: "net", host: url.host })).state === "granted";
}

/** Waits for a promise; after `ms`, `controller` aborts the request. */
async function inTime<T>(
  promise: Promise<T>,
  ms: number,
  reason: string,
  controller: AbortController,
): Promise<T> {
  const timer = setTimeout(() => controller.abort(), ms);
  try {
    return await promise;
  } catch (error) {
    if (controller.signal.aborted) throw new DownloadError(reason, { isPassing: true });
    throw connectionError(error);
  } finally {
    clearTimeout(timer);
  }
}

/** The target of a redirect, which must be on the web. */
function redirected(from: URL, location: string): URL {
  const to = URL.parse(location, from);
  if (to?.protocol === "https:" || to?.protocol === "http:") return to;
  throw new DownloadError("a redirect that leads nowhere");
}

/** Milliseconds of a `Retry-After` header, which has seconds or a date; 0 without one. */
function retryAfter(headers: Headers): number {
  const value = headers.get("retry-after") ?? "";
  const ms = /^\d+$/.test(value) ? 1000 * Number(value) : Date.parse(value) - Date.now();
  return Math.max(0, ms || 0);
}

/** Asks for a file from byte `start` on, following redirects. */
async function request(
  address: string,
  start: number,
  download: Download,
  controller: AbortController,
): Promise<Response> {
  const { answerMs } = download.limits;
  let url = new URL(address);
  const { origin } = url;
  for (let i = 0; i <= MAX_REDIRECTS; i++) {
    const redirectedTo = i > 0 ? `it redirects to ${url.host}: ` : "";
    if (!await mayReach(url)) {
      throw new DownloadError(`${redirectedTo}this command may not reach it`);
    }
    const headers = {
      // A compressed transfer can be neither resumed nor measured.
      "Accept-Encoding": "identity",
      ...(url.origin === origin ? download.headers : {}),
      ...(start > 0 && { Range: `bytes=${start}-` }),
    };
    const answer = fetch(url, { headers, redirect: "manual", signal: controller.signal });
    const reason = `no answer in ${answerMs / 1000} s`;
    const response = await inTime(answer, answerMs, reason, controller)
      .catch(({ message, isPassing }: DownloadError) => {
        throw new DownloadError(`${redirectedTo}${message}`, { isPassing });
      });
    if (!isRedirect(response.status)) return response;
    await response.body?.cancel();
    url = redirected(url, response.headers.get("location") ?? "");
  }
  throw new DownloadError(`more than ${MAX_REDIRECTS} redirects`);
}

/** Appends the answer's body to the partial file. */
async function receive(
  response: Response,
  part: string,
  start: number,
  download: Download,
  controller: AbortController,
): Promise<void> {
  const { maxBytes, onBytes, limits } = download;
  const length = response.headers.get("content-length");
  const total = length === null ? undefined : start + Number(length);
  let done = start;
  using file = await Deno.open(part, { write: true, create: true, truncate: start === 0 });
  await file.seek(start, Deno.SeekMode.Start);
  if (response.body === null) throw new DownloadError("an empty answer", { isPassing: true });
  const reader = response.body.getReader();
  const end = performance.now() + limits.totalMs;
  let measured = { at: performance.now(), done };
  try {
    for (;;) {
      const now = performance.now();
      if (now > end) {
        throw new DownloadError(`not done in ${limits.totalMs / 1000} s`, { isPassing: true });
      }
      if (now - measured.at > limits.stallMs) {
        const rate = 1000 * (done - measured.done) / (now - measured.at);
        if (rate < limits.leastRate) {
          const reason = `${Math.round(rate)} bytes a second; expected ${limits.leastRate} or more`;
          throw new DownloadError(reason, { isPassing: true });
        }
        measured = { at: now, done };
      }
      const reason = `no byte in ${limits.stallMs / 1000} s`;
      const { done: isEnd, value } = await inTime(
        reader.read(),
        limits.stallMs,
        reason,
        controller,
      );
      if (isEnd) break;
      done += value.length;
      if (Math.max(done, total ?? 0) > maxBytes) {
        await file.truncate();
        throw new DownloadError(`it sends more than the ${maxBytes} bytes that the file can have`);
      }
      for (let written = 0; written < value.length;) {
        written += await file.write(value.subarray(written));
      }
      onBytes?.(done, total);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
  if (total !== undefined && done !== total) {
    throw new DownloadError("the connection broke off", { isPassing: true });
  }
}

/** Size of a partial file, 0 if there is none. */
async function sizeOf(path: string): Promise<number> {
  try {
    const { size, isFifo, isSocket } = await Deno.stat(path);
    // Opening it would block.
    if (isFifo || isSocket) throw new InputError(`${path} is a pipe or socket; remove it.`);
    return size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/** One try at one address. Leaves a partial file for a later try to resume, or none. */
async function attempt(address: string, part: string, download: Download): Promise<void> {
  if (address.startsWith("file:")) {
    try {
      const file = fileURLToPath(address);
      if (!(await Deno.stat(file)).isFile) throw new DownloadError("it is not a file");
      await Deno.copyFile(file, part);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) throw new DownloadError("there is no such file");
      throw error;
    }
    await verified(part, new Headers(), download);
    return;
  }
  const controller = new AbortController();
  const start = await sizeOf(part);
  const response = await request(address, start, download, controller);
  const range = response.headers.get("content-range") ?? "";
  const isResumed = start > 0 && response.status === 206 && range.startsWith(`bytes ${start}-`);
  if (isResumed || response.status === 200) {
    await receive(response, part, isResumed ? start : 0, download, controller);
  } else {
    await response.body?.cancel();
    const { status } = response;
    // 416: the partial file is at least as long as the file, so it is useless.
    const isUseless = start > 0 && (status === 416 || status === 206);
    if (isUseless) await Deno.remove(part);
    const retryAfterMs = retryAfter(response.headers);
    const isPassing = (isUseless || [408, 425, 429].includes(status) || status >= 500) &&
      retryAfterMs <= download.limits.retryAfterMs;
    const wait = retryAfterMs > 0
      ? `, to be asked again in ${Math.ceil(retryAfterMs / 1000)} s`
      : "";
    throw new DownloadError(`it answered ${status}${wait}`, { isPassing, status, retryAfterMs });
  }
  try {
    await verified(part, response.headers, download);
  } catch (error) {
    // The old part may have been of another file. It is gone now, so the next answer starts over.
    if (isResumed) return await attempt(address, part, download);
    throw error;
  }
}

/** Removes the partial file if it is not the right one, so that the next try starts over. */
async function verified(part: string, answer: Headers, download: Download): Promise<void> {
  try {
    await download.verify(part, answer);
  } catch (error) {
    await Deno.remove(part);
    throw error;
  }
}

/**
 * Downloads a file from the first address that has it.
 *
 * A broken connection is resumed where it broke off, also by a later call; a passing failure is
 * tried again after a pause. The file appears under its name only after `verify` has accepted it.
 *
 * @throws {DownloadError} If no address has it: a reason for each, by host.
 * @throws {InputError} If it can't be written.
 */
export async function downloadFile(download: Download): Promise<void> {
  const { urls, path, limits } = download;
  const part = `${path}.part`;
  const reasons: string[] = [];
  let last: DownloadError | undefined;
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    for (const url of urls) {
      const host = new URL(url).host || "file";
      if (reasons.length > 0) download.onRetry?.(`${reasons.at(-1)}; trying ${host}`);
      for (let i = 0; i < limits.tries; i++) {
        if (i > 0) {
          const pauseMs = Math.max(limits.backoffMs * 2 ** (i - 1), last?.retryAfterMs ?? 0);
          download.onRetry?.(
            `${host}: ${last?.message}; trying again in ${pauseMs / 1000} s`,
          );
          await delay(pauseMs);
        }
        try {
          await attempt(url, part, download);
          await Deno.rename(part, path);
          return;
        } catch (error) {
          if (!(error instanceof DownloadError)) throw error;
          last = error;
          if (!error.isPassing) break;
        }
      }
      reasons.push(`${host}: ${last?.message}`);
    }
  } catch (error) {
    // The partial file may be what filled the disk.
    if ((error as { code?: string }).code === "ENOSPC") await Deno.remove(part).catch(() => {});
    throw fileError(error, "written", path);
  }
  throw new DownloadError(reasons.join("; "), { status: last?.status });
}

/** Milliseconds between two lines of progress. */
const PROGRESS_INTERVAL_MS = 1000;

/** Reports bytes as lines such as `Downloading train.csv: 3.10 of 9.90 MB`, at most one per second. */
export function byteProgress(
  name: string,
  onProgress: (message: string) => void,
): (done: number, total: number | undefined) => void {
  let last = -Infinity;
  let reported = -1;
  return (done, total) => {
    const now = performance.now();
    // A body may end with an empty piece.
    if (done === reported || (now - last < PROGRESS_INTERVAL_MS && done !== total)) return;
    last = now;
    reported = done;
    const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(2);
    const all = total === undefined ? "" : ` of ${megabytes(total)}`;
    onProgress(`Downloading ${name}: ${megabytes(done)}${all} MB`);
  };
}
