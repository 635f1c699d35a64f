import { join } from "node:path";
import { assert, assertEquals } from "lib/assert.ts";
import { projectPath } from "lib/project.ts";
import denoJson from "../../deno.json" with { type: "json" };
import { withFolder } from "../folder.ts";
import { taskArgs } from "./task.ts";

/** Runs a task with its own permissions, and without a wish about colours in its environment. */
async function run(
  task: keyof typeof denoJson.tasks,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { NO_COLOR: _, ...env } = Deno.env.toObject();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...taskArgs(task), ...args],
    cwd: projectPath(),
    clearEnv: true,
    env,
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("every command starts with the permissions of its task, and answers --help", async (t) => {
  const tasks = Object.entries(denoJson.tasks)
    .filter(([, { command }]) => command.includes("lib/cli/"))
    .map(([task]) => task as keyof typeof denoJson.tasks);
  assert(tasks.length >= 9);
  for (const task of tasks) {
    await t.step(task, async () => {
      const { code, stdout, stderr } = await run(task, "--help");
      assertEquals([code, stdout.split(" [")[0]], [0, `Usage: deno task ${task}`], stderr);
    });
  }
});

Deno.test("a folder that a task may not write to is named, with the command that may", async () => {
  await withFolder(async (folder) => {
    const out = join(folder, "a b");
    const { code, stderr } = await run("report", "--data", "synthetic", "--out", out);
    const command = denoJson.tasks.report.command
      .replace(/--allow-write=\S+/, `'--allow-write=${out},data,outputs'`)
      .replace(/--allow-env=\S+/, "'$&'");
    assertEquals([code, stderr], [
      1,
      `error: This task may not write to ${out}. Run it with that permission: ` +
      `${command} --data synthetic --out '${out}'\n`,
    ]);
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  });
});
