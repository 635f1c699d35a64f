/**
 * What Deno's kernel does not report: why a cell could not start, and which line of it failed.
 * @module
 */
import { SourceMap } from "node:module";
import { join } from "node:path";
import { projectPath } from "lib/project.ts";

/** An error's name, message and stack, as in a notebook's error output. */
export interface CellError {
  /** The name, such as `TypeError`. */
  ename: string;
  /** The message. */
  evalue: string;
  /** Lines of the stack trace. */
  traceback: string[];
}

async function deno(...args: string[]): Promise<{ success: boolean; stderr: string }> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  return { success, stderr: new TextDecoder().decode(stderr) };
}

/** Runs `use` with the cell as a file in a folder of its own, which is removed. */
async function withCellFile<T>(
  code: string,
  use: (file: string, folder: string) => Promise<T>,
): Promise<T> {
  // Not in the system's temporary folder, to which the report has no permission.
  const cache = projectPath("data", "cache");
  await Deno.mkdir(cache, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: cache, prefix: "cell-" });
  try {
    const file = join(folder, "cell.ts");
    await Deno.writeTextFile(file, code);
    return await use(file, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Why a cell failed when the kernel says no more than `Execution failed`: it is not TypeScript, or a
 * package that it imports cannot be had.
 */
export function diagnose(code: string): Promise<CellError> {
  return withCellFile(code, async (file, folder) => {
    const steps = [
      ["transpile", "--no-config", "--output", join(folder, "cell.js"), file],
      ["cache", "--no-lock", "--config", projectPath("deno.json"), file],
    ];
    for (const step of steps) {
      const { success, stderr } = await deno(...step);
      if (!success) return parseDiagnostic(stderr);
    }
    const evalue = "The kernel refused the cell and did not say why.";
    return { ename: "Error", evalue, traceback: [evalue] };
  });
}

/** The error in what a `deno` command wrote to stderr. */
function parseDiagnostic(stderr: string): CellError {
  const text = stderr.slice(stderr.indexOf("error: ") + "error: ".length)
    .replace(/\n+Stack backtrace:[\s\S]*$/, "")
    .replaceAll(/file:\/\/\S*\/cell\.ts/g, "cell")
    .trimEnd();
  const lines = text.split("\n");
  const [, ename = "Error", evalue = ""] = /^(?:(\w*Error): )?(.*)/.exec(lines[0]!) ?? [];
  return { ename, evalue, traceback: lines };
}

/**
 * The line of a cell, from 1, at which an error left it.
 *
 * The kernel runs the cell as transpiled code and counts that code's lines; `deno transpile` gives
 * the same code with a source map.
 */
export function failingLine(
  code: string,
  traceback: readonly string[],
): Promise<number | undefined> {
  // The outermost frame is the cell's own; frames above it may be functions of earlier cells.
  const frames = [...traceback.join("\n").matchAll(/(?:<anonymous>|at cell):(\d+):(\d+)/g)];
  const [frame, line, column] = frames.at(-1) ?? [];
  if (frame === undefined) return Promise.resolve(undefined);
  if (frame.startsWith("at cell")) return Promise.resolve(Number(line));
  return withCellFile(code, async (file, folder) => {
    const emitted = join(folder, "cell.js");
    const { success } = await deno(
      ...["transpile", "--no-config", "--source-map", "separate", "--output", emitted, file],
    );
    if (!success) return undefined;
    const map = new SourceMap(JSON.parse(await Deno.readTextFile(`${emitted}.map`)));
    const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
    return "originalLine" in entry ? entry.originalLine + 1 : undefined;
  });
}
