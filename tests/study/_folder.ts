import { join } from "node:path";
import { projectPath } from "lib/project.ts";

/** A folder for the results of a study of the tests, and the command that runs it there. */
export class StudyFolder implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async make(): Promise<StudyFolder> {
    return new StudyFolder(await Deno.makeTempDir());
  }

  /** What the trials of the tests need. */
  get environment(): Record<string, string> {
    return { NO_COLOR: "1", DIGIT_RECOGNIZER_TEST_LOG: join(this.folder, "log") };
  }

  command(study: string, args: string[] = [], env: Record<string, string> = {}): Deno.Command {
    return new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--allow-read",
        "--allow-write",
        "--allow-env",
        "--allow-ffi",
        "--allow-sys",
        "--allow-run",
        projectPath("lib", "cli", "study.ts"),
        projectPath("tests", "study", study),
        `--out=${this.folder}`,
        "--threads=2",
        ...args,
      ],
      env: { ...this.environment, ...env },
      stdout: "piped",
      stderr: "piped",
    });
  }

  async run(
    study = "_study.ts",
    args: string[] = [],
    env: Record<string, string> = {},
  ): Promise<{ code: number; messages: string }> {
    const { code, stderr } = await this.command(study, args, env).output();
    return { code, messages: new TextDecoder().decode(stderr) };
  }

  /** Seeds of the trials that were begun, and the processes that ran them. */
  async begun(): Promise<{ seed: number; pid: number }[]> {
    const log = await Deno.readTextFile(join(this.folder, "log")).catch(() => "");
    return log.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  async results(): Promise<{ path: string; seed: number; figures: unknown }[]> {
    const results = [];
    for await (const { name } of Deno.readDir(this.folder)) {
      if (!name.endsWith(".json")) continue;
      const path = join(this.folder, name);
      results.push({ path, ...JSON.parse(await Deno.readTextFile(path)) });
    }
    return results.sort((a, b) => a.seed - b.seed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
