import type { Peer, Task } from "./peers.ts";
import { TextLineStream } from "lib/text_lines.ts";

/** A peer's process, which answers one request after the other. */
export class PeerProcess {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ReadableStreamDefaultReader<string>;
  readonly #messages: Promise<string>;
  #version = "";

  private constructor(readonly peer: Peer) {
    this.#process = new Deno.Command(peer.command, {
      args: [...peer.args],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#answers = this.#process.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
    this.#messages = new Response(this.#process.stderr).text();
  }

  /** Starts a peer and waits until it is ready. */
  static async start(peer: Peer): Promise<PeerProcess> {
    const process = new PeerProcess(peer);
    const { version } = await process.#answer() as { version: string };
    process.#version = version;
    return process;
  }

  /** Such as `PyTorch 2.15.0`. */
  get version(): string {
    return this.#version;
  }

  /** The losses of so many steps, each before its step. */
  async losses(batch: number, steps: number): Promise<number[]> {
    return await this.#ask(`losses ${batch} ${steps}`);
  }

  /** Times of `runs` runs of a task, in milliseconds. */
  async times(task: Task, batch: number, runs: number): Promise<number[]> {
    return await this.#ask(`${task} ${batch} ${runs}`);
  }

  async #ask(request: string): Promise<number[]> {
    await this.#input.write(new TextEncoder().encode(request + "\n"));
    return await this.#answer() as number[];
  }

  async #answer(): Promise<unknown> {
    const { value } = await this.#answers.read();
    if (value !== undefined) return JSON.parse(value);
    const { code } = await this.#process.status;
    throw new Error(`${this.peer.name}: the process ended with ${code}.\n${await this.#messages}`);
  }

  async stop(): Promise<void> {
    await this.#input.close();
    await this.#answers.cancel();
    await this.#messages;
    await this.#process.status;
  }
}
