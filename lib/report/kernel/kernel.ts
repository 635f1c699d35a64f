import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { diagnose } from "./diagnosis.ts";
import { describeExit, KernelError } from "./errors.ts";
import { type Json, type Message, MessageCodec } from "./messages.ts";
import type { OutputCollector } from "./outputs.ts";
import { ZmtpSocket } from "./zmtp.ts";

/** Where and how a kernel runs. */
export interface KernelOptions {
  /** Working directory, for Jupyter the notebook's folder. */
  readonly cwd: string;
  /** Variables to add to the environment. */
  readonly env?: Record<string, string>;
  /** Ends the start. */
  readonly signal?: AbortSignal;
}

const SUPERVISOR = fileURLToPath(new URL("supervisor.ts", import.meta.url));
const START_LIMIT = 60_000;
const START_ATTEMPTS = 3;
const STDERR_KEPT = 16_384;

/**
 * Runs in the kernel before the first cell: the kernel drops unhandled rejections, here they become
 * error messages.
 */
const PRELUDE = `
globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  const { reason } = event;
  const isError = reason instanceof Error;
  Deno.jupyter.broadcast("error", {
    ename: isError ? reason.name : "Error",
    evalue: isError ? reason.message : String(reason),
    traceback: [
      "Unhandled rejection",
      ...(isError && reason.stack ? reason.stack : String(reason)).split("\\n"),
    ],
  });
});
`;

/** A running Deno kernel and the connection to it. */
export class Kernel implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #codec: MessageCodec;
  readonly #shell: ZmtpSocket;
  readonly #iopub: ZmtpSocket;
  readonly #stderr: () => string;
  readonly #replies = new Map<string, (reply: Message) => void>();
  #onOutput: (message: Message) => void = () => {};
  /** Rejects when the kernel is lost, once all that it sent has been read. */
  readonly #lost: Promise<never>;

  private constructor(parts: {
    process: Deno.ChildProcess;
    codec: MessageCodec;
    shell: ZmtpSocket;
    iopub: ZmtpSocket;
    stderr: () => string;
  }) {
    this.#process = parts.process;
    this.#codec = parts.codec;
    this.#shell = parts.shell;
    this.#iopub = parts.iopub;
    this.#stderr = parts.stderr;
    const ended = Promise.all([this.#readShell(), this.#readIopub(), this.#process.status]);
    this.#lost = ended.then(([, , status]) => {
      throw describeExit(status, this.#stderr());
    });
    this.#lost.catch(() => {});
  }

  /**
   * Starts a kernel and waits until it answers. Throws {@linkcode KernelError} if it does not, and the
   * signal's reason where that ends the start.
   */
  static async start(options: KernelOptions): Promise<Kernel> {
    for (let attempt = 1;; attempt++) {
      try {
        return await Kernel.#startOnce(options);
      } catch (error) {
        // Another process may have taken a port between our choice and the kernel's start.
        if (!(error instanceof KernelError) || attempt === START_ATTEMPTS) throw error;
      }
    }
  }

  static async #startOnce({ cwd, env = {}, signal }: KernelOptions): Promise<Kernel> {
    const [shellPort, iopubPort, stdinPort, controlPort, heartbeatPort] = freePorts(5);
    const key = crypto.randomUUID();
    const connection = {
      transport: "tcp",
      ip: "127.0.0.1",
      shell_port: shellPort,
      iopub_port: iopubPort,
      stdin_port: stdinPort,
      control_port: controlPort,
      hb_port: heartbeatPort,
      signature_scheme: "hmac-sha256",
      key,
    };
    const process = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-config", "--no-lock", "--allow-run", "--allow-write"],
        ...[SUPERVISOR, Deno.execPath()],
      ],
      cwd,
      env: { NO_COLOR: "1", ...env },
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const stderr = keepEnd(process.stderr, STDERR_KEPT);
    const sockets: ZmtpSocket[] = [];
    try {
      await writeLine(process, JSON.stringify(connection));
      for (const [type, port] of [["DEALER", shellPort], ["SUB", iopubPort]] as const) {
        sockets.push(await connectWhenUp(type, port!, process, stderr, signal));
      }
      await writeLine(process, "connected");
    } catch (error) {
      for (const socket of sockets) socket.close();
      await end(process);
      throw error;
    }
    const [shell, iopub] = sockets as [ZmtpSocket, ZmtpSocket];
    const kernel = new Kernel({
      process,
      codec: new MessageCodec(key),
      shell,
      iopub,
      stderr,
    });
    const abort = (): void => void kernel.close();
    signal?.addEventListener("abort", abort);
    try {
      await kernel.#ready();
      return kernel;
    } catch (error) {
      await kernel.close();
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /**
   * Runs a cell and gathers everything it shows, its error included, in `collector`.
   *
   * Throws {@linkcode KernelError} if the kernel is lost while the cell runs (`collector` then has
   * what came before). A cell that hangs costs its kernel: an interrupt would wedge it.
   *
   * @param silenceLimit A cell from which nothing is heard for so many milliseconds has hung.
   */
  async execute(
    code: string,
    collector: OutputCollector,
    silenceLimit = 600_000,
  ): Promise<{ executionCount: number | null }> {
    return await this.#untilSilent(silenceLimit, async (heard) => {
      this.#onOutput = (message) => {
        heard();
        collector.add(message);
      };
      const reply = await this.#request({ code, silent: false, store_history: true });
      await this.#flush((message) => {
        heard();
        collector.add(message);
      });
      if (reply.content.status === "error" && collector.error === undefined) {
        const { ename, evalue, traceback } = reply.content as Record<string, unknown>;
        collector.addError(
          evalue === "Execution failed" ? await diagnose(code) : {
            ename: String(ename),
            evalue: String(evalue),
            traceback: traceback as string[],
          },
        );
      }
      return { executionCount: reply.content.execution_count as number ?? null };
    });
  }

  /**
   * The value of an expression in the kernel, as JSON holds it. Shows nothing.
   *
   * Throws {@linkcode KernelError} if the kernel is lost.
   */
  async evaluate(expression: string): Promise<unknown> {
    const type = `application/x-${crypto.randomUUID()}`;
    let value: unknown;
    const take = ({ content }: Message): void => {
      const data = content.data as Json | undefined;
      if (data && type in data) value = data[type];
    };
    this.#onOutput = take;
    const bundle = `{ data: { "${type}": ${expression} }, metadata: {}, transient: {} }`;
    const code = `await Deno.jupyter.broadcast("display_data", ${bundle})`;
    const reply = await Promise.race([this.#request({ code, silent: true }), this.#lost]);
    await Promise.race([this.#flush(take), this.#lost]);
    if (reply.content.status === "error") throw new Error(String(reply.content.evalue));
    return value;
  }

  /** Ends the kernel. Nothing of it is left afterwards. */
  async close(): Promise<void> {
    await end(this.#process);
    this.#shell.close();
    this.#iopub.close();
    await this.#lost.catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Until the subscription holds, messages are lost: asks for marks until one comes, then prepares. */
  async #ready(): Promise<void> {
    const deadline = performance.now() + START_LIMIT;
    const answers = (): Promise<boolean> => this.#flush(() => {}).then(() => true);
    while (!await within(500, Promise.race([answers(), this.#lost]))) {
      if (performance.now() > deadline) {
        throw new KernelError("hung", "The kernel started but does not answer.");
      }
    }
    await Promise.race([this.#request({ code: PRELUDE, silent: true }), this.#lost]);
    await Promise.race([this.#flush(() => {}), this.#lost]);
  }

  /**
   * Takes everything that was sent up to now.
   *
   * The kernel says that it is idle before a cell's last outputs are out, and late ones carry the
   * next request's id. So it is asked to print a mark; what comes before the mark belongs to the cell.
   */
  #flush(onOutput: (message: Message) => void): Promise<void> {
    const mark = `[mark ${crypto.randomUUID()}]\n`;
    return new Promise((resolve, reject) => {
      this.#onOutput = (message) => {
        const text = message.type === "stream" ? message.content.text as string : "";
        const at = text.indexOf(mark);
        if (at < 0) return onOutput(message);
        const before = text.slice(0, at);
        if (before) onOutput({ ...message, content: { ...message.content, text: before } });
        this.#onOutput = () => {};
        resolve();
      };
      this.#request({ code: `console.log(${JSON.stringify(mark.trimEnd())})`, silent: true })
        .catch(reject);
    });
  }

  async #request(content: { code: string; silent: boolean } & Json): Promise<Message> {
    const { id, frames } = this.#codec.encode("execute_request", {
      store_history: false,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: false,
      ...content,
    });
    const reply = new Promise<Message>((resolve) => this.#replies.set(id, resolve));
    await this.#shell.send(frames);
    return await reply;
  }

  /** Runs `work`; loses the kernel when `heard` is not called for `limit` milliseconds. */
  async #untilSilent<T>(limit: number, work: (heard: () => void) => Promise<T>): Promise<T> {
    let lastHeard = performance.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<never>((_, reject) => {
      const check = (): void => {
        const left = lastHeard + limit - performance.now();
        if (left > 0) timer = setTimeout(check, left);
        else {
          reject(
            new KernelError(
              "hung",
              `Nothing was heard from the cell for ${
                Math.round(limit / 100) / 10
              } s; the kernel was ended.`,
            ),
          );
        }
      };
      check();
    });
    try {
      return await Promise.race([
        work(() => lastHeard = performance.now()),
        this.#lost,
        silence,
      ]);
    } catch (error) {
      if (error instanceof KernelError) await this.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #readShell(): Promise<void> {
    for await (const message of this.#messages(this.#shell)) {
      if (message.parentId === undefined) continue;
      this.#replies.get(message.parentId)?.(message);
      this.#replies.delete(message.parentId);
    }
  }

  async #readIopub(): Promise<void> {
    for await (const message of this.#messages(this.#iopub)) this.#onOutput(message);
  }

  async *#messages(socket: ZmtpSocket): AsyncGenerator<Message> {
    for (let frames; (frames = await socket.receive()) !== undefined;) {
      yield this.#codec.decode(frames);
    }
  }
}

function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map((listener) => (listener.addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}

async function writeLine(process: Deno.ChildProcess, line: string): Promise<void> {
  const writer = process.stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(`${line}\n`));
  } catch (error) {
    // It has ended; whoever waits for it reports why.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  } finally {
    writer.releaseLock();
  }
}

async function connectWhenUp(
  type: "DEALER" | "SUB",
  port: number,
  process: Deno.ChildProcess,
  stderr: () => string,
  signal: AbortSignal | undefined,
): Promise<ZmtpSocket> {
  let exit: Deno.CommandStatus | undefined;
  process.status.then((status) => exit = status);
  const deadline = performance.now() + START_LIMIT;
  while (true) {
    if (exit !== undefined) throw describeExit(exit, stderr());
    signal?.throwIfAborted();
    try {
      return await ZmtpSocket.connect(type, port);
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      if (performance.now() > deadline) {
        throw new KernelError("hung", `The kernel did not start within ${START_LIMIT / 1000} s.`);
      }
      await delay(20);
    }
  }
}

/** The supervisor ends the kernel when its stdin ends, and itself with it. */
async function end(process: Deno.ChildProcess): Promise<void> {
  await process.stdin.close().catch(() => {});
  await process.status;
}

/** Reads a stream to its end and keeps the last `length` characters of its text. */
function keepEnd(stream: ReadableStream<Uint8Array<ArrayBuffer>>, length: number): () => string {
  let text = "";
  (async () => {
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      text = (text + part).slice(-length);
    }
  })();
  return () => text;
}

/** What a promise gives, or `undefined` after so many milliseconds. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
