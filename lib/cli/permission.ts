import { InputError } from "lib/errors.ts";
import denoJson from "../../deno.json" with { type: "json" };

/** A host or an output folder that an option names and the task has no permission for. */
type Need =
  | { readonly name: "net"; readonly host: string }
  | { readonly name: "write"; readonly path: string };

/**
 * Asks at the terminal for a permission that a task does not have.
 *
 * @throws {InputError} Where it is not given; with the command that has it.
 */
export async function requestPermission(
  task: keyof typeof denoJson.tasks,
  need: Need,
): Promise<void> {
  const { state } = await Deno.permissions.request(need);
  if (state === "granted") return;
  const [what, value] = need.name === "net"
    ? [`reach ${need.host}`, need.host]
    : [`write to ${need.path}`, need.path];
  const flag = `--allow-${need.name}=`;
  const command = denoJson.tasks[task].command.split(" ")
    .map((arg) => arg.startsWith(flag) ? arg.replace(flag, `${flag}${value},`) : arg);
  throw new InputError(
    `This task may not ${what}. Run it with that permission: ` +
      [...command, ...Deno.args].map(quoted).join(" "),
  );
}

/** An argument quoted for a shell, without the password of an address. */
function quoted(argument: string): string {
  const url = URL.parse(argument);
  if (url?.password) {
    url.password = "***";
    argument = url.href;
  }
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
