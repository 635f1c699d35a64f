// deno-lint-ignore-file no-console
/** `deno task report`: runs the notebooks and writes the page. @module */
import { join, resolve } from "node:path";
import { Command, Option, runCommand, wholeNumber } from "lib/cli/command.ts";
import { requestPermission } from "lib/cli/permission.ts";
import { openInBrowser } from "lib/cli/open.ts";
import { pinDigits, SYNTHETIC } from "lib/dataset/mod.ts";
import { duration, printable } from "lib/format.ts";
import { projectPath } from "lib/project.ts";
import {
  failureText,
  makeReport,
  subsetsRead,
  terminalProgress,
  watchSources,
} from "lib/report/mod.ts";
import { type BackendName, BACKENDS, readSettings, type Settings } from "lib/settings.ts";

interface ReportOptions {
  readonly data?: string;
  readonly quick?: true;
  readonly best?: true;
  readonly force?: true;
  readonly backend?: BackendName;
  readonly threads?: number;
  readonly only?: string;
  readonly out?: string;
  readonly open?: true;
  readonly watch?: true;
}

/** Settings from the options, or else from the environment. */
function settingsFrom(
  { data, quick, best, force, backend, threads, out }: ReportOptions,
): Settings {
  if (quick) Deno.env.set("DIGIT_RECOGNIZER_QUICK", "1");
  const fromEnvironment = readSettings();
  const source = data ?? fromEnvironment.data;
  return {
    ...fromEnvironment,
    // The notebooks run in their own folder: relative paths would lead elsewhere.
    data: source === SYNTHETIC ? source : resolve(source),
    dataIsNamed: data !== undefined || fromEnvironment.dataIsNamed,
    outputs: resolve(out ?? fromEnvironment.outputs),
    best: best ?? fromEnvironment.best,
    force: force ?? fromEnvironment.force,
    backend: backend ?? fromEnvironment.backend,
    threads: threads ?? fromEnvironment.threads,
  };
}

/** A signal that Ctrl-C and termination abort. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  const names: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const name of names) {
    Deno.addSignalListener(name, () => {
      controller.abort(name);
      // Ends the process even if the run hangs.
      setTimeout(() => Deno.exit(130), 1_500);
    });
  }
  return controller.signal;
}

/** Makes the report once; the exit code. */
async function makeOnce(options: ReportOptions, signal: AbortSignal): Promise<number> {
  const start = performance.now();
  const settings = settingsFrom(options);
  await requestPermission("report", { name: "write", path: settings.outputs });
  // Here downloads show their progress, and damaged digits end the run before anything is written,
  // also those that only the last notebook reads.
  const digits = await pinDigits(await subsetsRead(options), {
    ...(settings.dataIsNamed && { data: settings.data }),
    onProgress: (message) => console.error(printable(message)),
  });
  signal.throwIfAborted();
  const { page, failure } = await makeReport({
    settings,
    digits,
    ...(options.only !== undefined && { only: options.only }),
    signal,
    progress: terminalProgress(),
  });
  if (failure) {
    console.error(`\n${failureText(failure)}\n\nWhat ran is in ${page}`);
    return 1;
  }
  console.log(`${page}  ${duration((performance.now() - start) / 1000)}`);
  if (options.open) await openInBrowser(page);
  return 0;
}

/** Makes the report in a new process, which loads the current code. */
async function makeInProcess(signal: AbortSignal): Promise<void> {
  const args = Deno.args.filter((arg) => arg !== "--watch" && arg !== "--open");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "report", ...args],
    cwd: projectPath(),
  }).spawn();
  const end = (): void => {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended already.
    }
  };
  signal.addEventListener("abort", end);
  await child.status;
  signal.removeEventListener("abort", end);
}

async function report(options: ReportOptions): Promise<void> {
  const signal = interruption();
  let code = 0;
  try {
    if (options.watch) {
      let opened = false;
      await watchSources(async () => {
        await makeInProcess(signal);
        if (options.open && !opened) {
          await openInBrowser(join(settingsFrom(options).outputs, "report.html"));
        }
        opened = true;
        if (!signal.aborted) console.error("Waiting for a change; Ctrl-C ends.");
      }, signal);
    } else {
      code = await makeOnce(options, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    console.error(`\nEnded by ${signal.reason}; the last report is as it was.`);
  }
  Deno.exit(signal.aborted ? 130 : code);
}

await runCommand(
  new Command("deno task report")
    .description("Runs the notebooks and writes outputs/report.html (--quick: outputs/quick/).")
    .option("--data <path>", "folder or zip with Kaggle's digits (default: data/)")
    .option("--quick", "train on an eighth of the training rows: about half a minute")
    .option("--best", "train the recipe `best` as an ensemble: about an hour on two cores")
    .option("--force", "run and train again even where nothing changed")
    .addOption(new Option("--backend <name>", "engine of TensorFlow.js").choices(BACKENDS))
    .option("--threads <n>", "threads of the engine (default: the number of cores)", wholeNumber)
    .option("--only <notebook>", "run one notebook, such as 03-model-1, and those that it needs")
    .option(
      "--out <folder>",
      "where everything goes (default: outputs/, or outputs/quick/ with --quick)",
    )
    .option("--open", "open the page when it is there")
    .option("--watch", "make the report again whenever a notebook or lib/ changes")
    .action(report),
);
