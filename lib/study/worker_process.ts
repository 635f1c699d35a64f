import { projectPath } from "lib/project.ts";
import type { Assignment, Reply } from "lib/study/worker.ts";
import { TextLineStream } from "lib/text_lines.ts";

/** A worker's process as the process sees it that started it. */
export class WorkerProcess {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #replies: ReadableStreamDefaultReader<string>;

  /**
   * @param folder Where it may write results.
   * @param threads Threads of the engine.
   */
  constructor(folder: string, threads: number) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--quiet",
        `--config=${projectPath("deno.json")}`,
        "--allow-read",
        `--allow-write=${folder}`,
        "--allow-env",
        "--allow-ffi",
        "--allow-sys",
        projectPath("lib", "study", "worker.ts"),
      ],
      env: { DIGIT_RECOGNIZER_THREADS: String(threads) },
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#replies = this.#process.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
  }

  /**
   * Has a trial run.
   *
   * @returns Its time in seconds, or why it failed. A worker that failed must not be used again.
   */
  async run(
    assignment: Assignment,
    onProgress: (done: number) => void,
  ): Promise<Exclude<Reply, { done: number }>> {
    try {
      await this.#input.write(new TextEncoder().encode(JSON.stringify(assignment) + "\n"));
    } catch {
      // It has ended; below it is said how.
    }
    for (;;) {
      const { value } = await this.#replies.read();
      if (value === undefined) {
        const { code, signal } = await this.#process.status;
        return { error: `its process ended with ${signal ?? `exit code ${code}`}` };
      }
      const reply: Reply = JSON.parse(value);
      if (!("done" in reply)) return reply;
      onProgress(reply.done);
    }
  }

  async stop(): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#replies.cancel();
    await this.#process.status;
  }
}
