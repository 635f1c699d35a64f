import { join } from "node:path";
import { assert, assertEquals } from "lib/assert.ts";
import { projectPath } from "lib/project.ts";
import { taskArgs } from "../cli/task.ts";

/** `deno task report` without the task runner, which would stand between a signal and the report. */
function start(args: readonly string[], env: Record<string, string> = {}): Deno.ChildProcess {
  const write = args[args.indexOf("--out") + 1]!;
  return new Deno.Command(Deno.execPath(), {
    args: [...taskArgs("report", { write }), ...args],
    cwd: projectPath(),
    // Digits that need neither files nor a network.
    env: { DIGIT_RECOGNIZER_DATA: "synthetic", ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function finish(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await start(args, env).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("a wrong option and an unknown notebook end in a line, before anything is written", async () => {
  const out = await Deno.makeTempDir();
  try {
    const threads = await finish(["--out", out, "--threads", "0"]);
    assertEquals([threads.code, threads.stderr.split("\n")[0]], [
      2,
      "error: option '--threads <n>' argument '0' is invalid. Expected a whole number, 1 or more.",
    ]);
    const only = await finish(["--out", out, "--only", "99-none"]);
    assertEquals(only.code, 1);
    assert(
      /^error: There is no notebook "99-none"; there are 01-.*\n$/m.test(only.stderr),
      only.stderr,
    );
    assertEquals(await Array.fromAsync(Deno.readDir(out)), []);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("digits that a late notebook needs are checked before the first one runs", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const data = join(folder, "data");
    const rowsOf = (row: string, n: number): string => `${row}\n`.repeat(n);
    const pixels = Array.from({ length: 784 }, (_, i) => `pixel${i}`).join();
    const blank = Array(784).fill(0).join();
    await Deno.mkdir(data);
    await Deno.writeTextFile(join(data, "train.csv"), `label,${pixels}\n7,${blank}\n`);
    const args = ["--out", join(folder, "outputs"), "--only", "06-looking-ahead"];
    const lastLine = async (): Promise<string> => {
      const { code, stderr } = await finish(args, { DIGIT_RECOGNIZER_DATA: data });
      assertEquals(code, 1, stderr);
      return stderr.trimEnd().split("\n").at(-1)!;
    };
    assertEquals(
      await lastLine(),
      `error: ${data} has train.csv but no test.csv; put Kaggle's test.csv beside it.`,
    );
    const test = `${pixels}\n${rowsOf(blank, 4_000)}${blank.replace(/0$/, "x")}\n`;
    await Deno.writeTextFile(join(data, "test.csv"), test);
    assertEquals(
      await lastLine(),
      'error: test.csv, line 4002, column "pixel783": "x"; expected a whole number from 0 to 255. ' +
        "Download the file again: see data/README.md.",
    );
    assertEquals(await Array.fromAsync(Deno.readDir(folder), ({ name }) => name), ["data"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "Ctrl-C ends the report, its kernel too, and leaves no half-written file",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      // The kernel's arguments name its connection file, which goes to TMPDIR.
      const process = start(["--quick", "--out", join(folder, "outputs")], { TMPDIR: folder });
      let stderr = "";
      let interrupted = false;
      for await (const part of process.stderr.pipeThrough(new TextDecoderStream())) {
        stderr += part;
        if (!interrupted && stderr.includes("cell 1 of")) {
          interrupted = true;
          process.kill("SIGINT");
        }
      }
      await process.stdout.cancel();
      assertEquals((await process.status).code, 130, stderr);
      assert(stderr.endsWith("Ended by SIGINT; the last report is as it was.\n"), stderr);
      const { stdout } = await new Deno.Command("ps", { args: ["-eo", "args"] }).output();
      const kernels = new TextDecoder().decode(stdout).split("\n")
        .filter((line) => line.includes("--kernel") && line.includes(folder));
      assertEquals(kernels, []);
      const files = await Array.fromAsync(Deno.readDir(join(folder, "outputs")));
      assertEquals(files.map(({ name }) => name), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
