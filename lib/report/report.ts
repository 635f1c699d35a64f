import { join } from "node:path";
import { InputError } from "lib/errors.ts";
import { removeAbandoned, writeFileAtomically } from "lib/files.ts";
import { lockOutputs } from "lib/outputs.ts";
import { renderReport } from "./html/mod.ts";
import type { Failure } from "./execute.ts";
import { runNotebooks, type RunOptions } from "./run.ts";

/** The written report. */
export interface Report {
  /** Path of the page. */
  readonly page: string;
  /** The cell that ended the run, if one did. */
  readonly failure?: Failure;
}

/** The page that `deno task write` makes. */
const WRITE_PAGE = "write.html";

/** Error codes for a file that is open elsewhere, write-protected or a folder, and for a full disk. */
const UNWRITABLE = new Set([
  "EACCES",
  "EBUSY",
  "EDQUOT",
  "EISDIR",
  "ENOSPC",
  "EPERM",
  "EROFS",
]);

/**
 * Runs the notebooks and writes `report.html` to the outputs folder, also after a failure, with the
 * notebooks that ran. Rejects with the signal's reason, leaving the old page, when the run is ended by it; with
 * an {@linkcode InputError} where a file cannot be written.
 */
export async function makeReport(options: RunOptions): Promise<Report> {
  try {
    return await runAndRender(options);
  } catch (error) {
    if (!UNWRITABLE.has((error as { code?: string }).code ?? "")) throw error;
    throw new InputError(
      `the outputs cannot be written: ${(error as Error).message}; close what has the file open, ` +
        "make room, or choose another folder with --out.",
    );
  }
}

async function runAndRender(options: RunOptions): Promise<Report> {
  const { outputs, quick } = options.settings;
  await prepareFolder(outputs);
  using _lock = await lockOutputs(outputs, `deno task report${quick ? " --quick" : ""}`);
  // Files of a killed run; and, below, those of a kernel that was ended while it wrote.
  await removeAbandoned(outputs);
  try {
    const { executed, results, failure } = await runNotebooks(options);
    const html = renderReport({
      notebooks: executed,
      results,
      ...(failure && { failure }),
      ...(await isFile(join(outputs, WRITE_PAGE)) && { writePage: WRITE_PAGE }),
    });
    options.signal?.throwIfAborted();
    const page = join(outputs, "report.html");
    await writeFileAtomically(page, html);
    return { page, ...(failure && { failure }) };
  } finally {
    await removeAbandoned(outputs);
  }
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((info) => info.isFile, () => false);
}

/** Makes the outputs folder. Better to fail here than after hours of training. */
async function prepareFolder(outputs: string): Promise<void> {
  try {
    await Deno.mkdir(outputs, { recursive: true });
    await Deno.remove(await Deno.makeTempFile({ dir: outputs }));
  } catch (error) {
    throw new InputError(
      `${outputs} cannot be written (${
        (error as Error).message
      }); choose another folder with --out.`,
    );
  }
}
