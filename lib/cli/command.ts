import { Command, CommanderError, InvalidArgumentError } from "commander";
import { InputError } from "lib/errors.ts";
import { printable } from "lib/format.ts";

export { Command, InvalidArgumentError, Option } from "commander";

/**
 * Parses the command line and runs the command's action.
 *
 * An {@linkcode InputError} ends as one line on stderr and exit code 1, a wrong option as
 * commander's line and exit code 2; only a defect of ours shows a stack trace.
 */
export async function runCommand(command: Command): Promise<void> {
  command.exitOverride().showHelpAfterError("(--help shows the options)")
    // No colours: commander would look for variables that tasks have no access to.
    .configureOutput({ getOutHasColors: () => false, getErrHasColors: () => false });
  try {
    await command.parseAsync(Deno.args, { from: "user" });
    // An abandoned import from JSR would keep the process alive for minutes.
    Deno.exit(0);
  } catch (error) {
    if (error instanceof CommanderError) Deno.exit(error.exitCode === 0 ? 0 : 2);
    if (error instanceof InputError) {
      // deno-lint-ignore no-console
      console.error(`error: ${printable(error.message)}`);
      Deno.exit(1);
    }
    throw error;
  }
}

/** Parses the value of an option that counts something. */
export function wholeNumber(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1) {
    throw new InvalidArgumentError("Expected a whole number, 1 or more.");
  }
  return n;
}

/** Parses the value of an option that is a part of something. */
export function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) {
    throw new InvalidArgumentError("Expected a share between 0 and 1, such as 0.2.");
  }
  return value;
}
