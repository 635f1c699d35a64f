// deno-lint-ignore-file no-console
/** `deno task study`: runs the trials of a study. @module */
import { join, resolve } from "node:path";
import { Command, runCommand, wholeNumber } from "lib/cli/command.ts";
import { InputError } from "lib/errors.ts";
import { writeFileAtomically } from "lib/files.ts";
import { duration, formatCount } from "lib/format.ts";
import { projectPath } from "lib/project.ts";
import { readSettings } from "lib/settings.ts";
import { printLine, showLine, stderrTerminal, type Terminal } from "lib/terminal.ts";
import {
  findStudy,
  listStudies,
  readShare,
  runStudy,
  type StudyProgress,
  summarizeStudy,
  type Trial,
} from "lib/study/mod.ts";

interface StudyOptions {
  readonly list?: true;
  readonly out?: string;
  readonly summary?: true;
  readonly data?: string;
  readonly threads?: number;
}

/** A line for each trial that is done and, in a terminal, one line that changes. */
function terminalProgress(terminal: Terminal = stderrTerminal): StudyProgress {
  const start = performance.now();
  let missing = 0;
  let done = 0;
  let fraction = 0;

  const timeLeft = (): string => {
    const seconds = (performance.now() - start) / 1000;
    return fraction === 0 ? "" : `; ~${duration(seconds * (missing - fraction) / fraction)} left`;
  };
  const print = (line: string): void => printLine(line, terminal);
  const describe = ({ name, seed }: Trial): string => `${name}, seed ${seed}`;

  return {
    start(counts): void {
      missing = counts.missing;
      print(
        `${formatCount(counts.trials)} trials, ${
          formatCount(counts.trials - missing)
        } of them done before` +
          (missing > 0 ? `; ${counts.workers} at a time.` : "."),
      );
    },
    running(parts): void {
      fraction = parts;
      showLine(
        `${(100 * parts / missing).toFixed(1)}% of ${missing} trials${timeLeft()}`,
        terminal,
      );
    },
    finished(trial, seconds): void {
      done++;
      print(`${done} of ${missing}  ${describe(trial)}: ${duration(seconds)}${timeLeft()}`);
    },
    failed(trial, reason): void {
      print(`error: ${describe(trial)} failed: ${reason}`);
    },
  };
}

/** The cores that a scheduler assigned to this process, or else all. */
function coresOf(settings: { threads: number }): number {
  return Number(Deno.env.get("SLURM_CPUS_ON_NODE")) || settings.threads;
}

/** JSON with each innermost list or object on one line. */
function inShortLines(value: unknown): string {
  return JSON.stringify(value, null, 1)
    .replaceAll(/[[{][^[\]{}]*[\]}]/g, (part) => part.replaceAll(/\s+/g, " "));
}

async function study(nameOrPath: string | undefined, options: StudyOptions): Promise<void> {
  if (options.list) {
    for (const { name, study } of await listStudies()) {
      console.log(`${name}  ${formatCount(study.trials.length)} trials. ${study.description}`);
    }
    return;
  }
  if (nameOrPath === undefined) {
    throw new InputError("Which study? `deno task study --list` shows them.");
  }
  if (options.data !== undefined) Deno.env.set("DIGIT_RECOGNIZER_DATA", options.data);
  const settings = readSettings();
  const { backend } = settings;
  const { name, study } = await findStudy(nameOrPath);
  const folder = resolve(options.out ?? join(settings.outputs, "studies", name));
  if (options.summary) {
    const path = projectPath("outputs", "reference", `${name}.json`);
    const summary = await summarizeStudy(name, study, { folder, backend });
    await writeFileAtomically(path, `${inShortLines(summary)}\n`);
    const { trials, missing } = summary;
    console.log(
      `${formatCount(trials.length)} trials in ${path}` +
        (missing === 0
          ? "."
          : `; ${formatCount(missing)} are missing: run the study again to complete it.`),
    );
    return;
  }
  const isWhole = await runStudy(study, {
    folder,
    backend,
    threads: options.threads ?? coresOf(settings),
    share: readShare(),
    progress: terminalProgress(),
  });
  if (!isWhole) Deno.exit(1);
}

await runCommand(
  new Command("deno task study")
    .description(
      "Runs the trials of a study that have no result yet. It may be stopped at any time: the same " +
        "command goes on. As a task of a Slurm job array or a Kubernetes Indexed Job it does its share.",
    )
    .argument("[study]", "the study's name, or the path of its module")
    .option("--list", "show the studies")
    .option("--out <folder>", "where results go (default: outputs/studies/NAME)")
    .option("--summary", "run nothing; gather the results in outputs/reference/NAME.json")
    .option("--data <path>", "folder or zip with the digits (default: data/)")
    .option("--threads <n>", "cores to use (default: all)", wholeNumber)
    .action(study),
);
