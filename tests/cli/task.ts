import denoJson from "../../deno.json" with { type: "json" };

/** Arguments of Deno for a task of the project, without the task runner between it and a signal. */
export function taskArgs(
  task: keyof typeof denoJson.tasks,
  more: { readonly net?: string; readonly write?: string } = {},
): string[] {
  const [, run, ...rest] = denoJson.tasks[task].command.split(" ");
  const withMore = rest.map((arg) => {
    const [, name] = /^--allow-(net|write)=/.exec(arg) ?? [];
    const value = more[name as keyof typeof more];
    return value === undefined ? arg : arg.replace("=", `=${value},`);
  });
  return [run!, "--quiet", "--no-prompt", ...withMore];
}
