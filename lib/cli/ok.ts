/** `deno task ok`: everything that a change has to pass. @module */
import { Command, runCommand } from "lib/cli/command.ts";
import { InputError } from "lib/errors.ts";
import { PROJECT_ROOT } from "lib/project.ts";

interface Step {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What to do when it fails. */
  readonly advice: string;
}

const STEPS: readonly Step[] = [
  { name: "format", args: ["fmt", "--check", "--quiet"], advice: "run `deno fmt`" },
  { name: "lint", args: ["lint", "--quiet"], advice: "fix what is listed above" },
  { name: "types", args: ["check", "--quiet"], advice: "fix what is listed above" },
  {
    name: "doc examples",
    args: ["test", "--quiet", "--parallel", "--doc", "--allow-all", "README.md", "lib/"],
    // So examples that load digits and train take seconds, without a network.
    env: { DIGIT_RECOGNIZER_DATA: "synthetic", DIGIT_RECOGNIZER_QUICK: "1" },
    advice: "fix the example listed above",
  },
  // The tests also check imports, documentation and notebooks.
  { name: "tests", args: ["task", "--quiet", "test"], advice: "fix the tests listed above" },
];

async function ok(): Promise<void> {
  for (const { name, args, env = {}, advice } of STEPS) {
    // deno-lint-ignore no-console
    console.log(`— ${name}`);
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd: PROJECT_ROOT,
      env,
    }).spawn().status;
    if (!success) throw new InputError(`${name}: not clean; ${advice}.`);
  }
}

await runCommand(
  new Command("deno task ok")
    .description(`Checks a change: ${STEPS.map((step) => step.name).join(", ")}.`)
    .action(ok),
);
