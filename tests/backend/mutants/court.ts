/**
 * The other end of judge.ts: keeps a process that judges modules, and ends it where it hangs.
 * @module
 */
import { TextLineStream } from "lib/text_lines.ts";
import { MARK, type Message, type Request } from "./judge.ts";

/** What becomes of a module. */
export type Verdict =
  | { readonly kind: "survived" }
  | { readonly kind: "failed"; readonly test: number; readonly reason: string };

/** A test may take this many times as long as it took on the right module, and this much more. */
const PATIENCE = 10;
const PATIENCE_MS = 15_000;
/** Each module has a memory of its own, which the system gives for the asking but not without end. */
const MODULES_PER_PROCESS = 40;

/** Judges modules, one after the other. */
export class Court {
  #process: Deno.ChildProcess | undefined;
  #lines: ReadableStreamDefaultReader<string> | undefined;
  #judged = 0;
  /** Names of the tests, once the first process is there. */
  tests: readonly string[] = [];
  /** Milliseconds that each test takes on the right module. */
  readonly durations: number[] = [];

  /** Runs the tests on the module at `path`, in this order, until one fails, hangs, or ends the process. */
  async judge(path: string, order: (tests: readonly string[]) => number[]): Promise<Verdict> {
    if (this.#judged++ % MODULES_PER_PROCESS === 0) await this.stop();
    if (!this.#process) await this.#start();
    const request: Request = { path, order: order(this.tests) };
    await this.#send(request);
    let test = -1;
    while (true) {
      const message = await this.#hear(this.#limit(test));
      if (message === undefined) {
        await this.stop();
        return { kind: "failed", test, reason: "hangs, or ends the process" };
      }
      if ("starts" in message) test = message.starts;
      else if ("passed" in message) this.durations[message.passed] ??= message.ms;
      else if ("failed" in message) return { kind: "failed", test, reason: message.reason };
      else if ("survived" in message) return { kind: "survived" };
    }
  }

  #limit(test: number): number {
    const usual = this.durations[test];
    return usual === undefined ? 600_000 : PATIENCE * usual + PATIENCE_MS;
  }

  async #start(): Promise<void> {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--allow-read",
        "--allow-env",
        "--allow-sys",
        new URL("./judge.ts", import.meta.url).pathname,
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#lines = this.#process.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
    const message = await this.#hear(600_000);
    if (!message || !("tests" in message)) throw new Error("The tests can't be loaded.");
    this.tests = message.tests;
  }

  async #send(request: Request): Promise<void> {
    const writer = this.#process!.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    writer.releaseLock();
  }

  /** The next message; undefined where none comes in time. */
  async #hear(ms: number): Promise<Message | undefined> {
    const end = performance.now() + ms;
    while (true) {
      let timer: number | undefined;
      const line = await Promise.race([
        this.#lines!.read(),
        new Promise<undefined>((resolve) => {
          timer = setTimeout(resolve, Math.max(0, end - performance.now()));
        }),
      ]);
      clearTimeout(timer);
      if (line?.value === undefined) return undefined;
      if (line.value.startsWith(MARK)) return JSON.parse(line.value.slice(MARK.length)) as Message;
    }
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    const process = this.#process;
    if (!process) return;
    this.#process = undefined;
    try {
      process.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#lines!.cancel();
    await process.stdin.abort().catch(() => {});
    await process.status;
  }
}
