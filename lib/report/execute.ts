/** Executes one notebook in a kernel of its own. @module */
import { pathToFileURL } from "node:url";
import { InputError } from "lib/errors.ts";
import { projectPath } from "lib/project.ts";
import {
  type CellError,
  type Displays,
  type ErrorOutput,
  failingLine,
  Kernel,
  KernelError,
  type KernelOptions,
  OutputCollector,
} from "./kernel/mod.ts";
import { type Cell, type CodeCell, headingOf, type Notebook } from "./notebook.ts";
import type { Trace } from "./trace.ts";

/** A cell that failed: where it is, and why. */
export interface Failure {
  /** The notebook's name. */
  readonly notebook: string;
  /** The number of the code cell, from 1. */
  readonly cell: number;
  /** The heading above the cell. */
  readonly heading: string | undefined;
  /** Line of the cell, from 1, and its text; absent where the error names none. */
  readonly line?: { readonly number: number; readonly text: string };
  /** The error as the kernel reported it. */
  readonly error: CellError;
}

/** How a notebook is executed. */
interface ExecuteOptions {
  /** The kernel's working directory: the notebook's folder. */
  readonly cwd: string;
  /** Variables to add to the kernel's environment. */
  readonly env: Record<string, string>;
  /** Milliseconds of silence after which a cell has hung. */
  readonly silenceLimit: number;
  readonly signal?: AbortSignal;
  /** A cell begins: the n-th code cell, from 1, below this heading. */
  readonly onCell?: (n: number, heading: string | undefined) => void;
  /** A live output of the cell changed; the first line of its text. */
  readonly onLive?: (text: string) => void;
}

/** An executed notebook. */
export interface Execution {
  readonly notebook: Notebook;
  readonly failure?: Failure;
  /** What it did; empty if the kernel was lost. */
  readonly trace: Trace;
}

const TRACE_MODULE = JSON.stringify(pathToFileURL(projectPath("lib/report/trace.ts")).href);

/** Executes a notebook's cells until one fails. Rejects with the signal's reason if that ends it. */
export async function executeNotebook(
  source: Notebook,
  { cwd, env, silenceLimit, signal, onCell, onLive }: ExecuteOptions,
): Promise<Execution> {
  const cells = source.cells.map((cell): Cell =>
    cell.cell_type === "code" ? { ...cell, outputs: [], execution_count: null } : cell
  );
  const notebook: Notebook = { ...source, cells };
  const codeCells = cells.filter((cell) => cell.cell_type === "code");

  await using kernel = await startKernel(source.name, { cwd, env, ...(signal && { signal }) });
  const abort = (): void => void kernel.close();
  signal?.addEventListener("abort", abort);
  try {
    await kernel.evaluate(`(await import(${TRACE_MODULE})).traceReads()`);
    const displays: Displays = new Map();
    for (const [i, cell] of codeCells.entries()) {
      signal?.throwIfAborted();
      const heading = headingAbove(cell, cells);
      onCell?.(i + 1, heading);
      const error = await executeCell(kernel, cell, { displays, onLive, silenceLimit });
      signal?.throwIfAborted();
      if (error) {
        const failure = await describeFailure(source.name, i + 1, heading, cell, error);
        return { notebook, failure, trace: await traceOf(kernel) };
      }
    }
    return { notebook, trace: await traceOf(kernel) };
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

async function startKernel(notebook: string, options: KernelOptions): Promise<Kernel> {
  try {
    return await Kernel.start(options);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    throw new InputError(
      `${notebook}: ${error.message} Run the report again when the machine has less to do.`,
    );
  }
}

/** Executes a cell and fills in its outputs; gives the error that ended it. */
async function executeCell(
  kernel: Kernel,
  cell: CodeCell,
  { displays, onLive, silenceLimit }: {
    displays: Displays;
    onLive: ((text: string) => void) | undefined;
    silenceLimit: number;
  },
): Promise<ErrorOutput | undefined> {
  const collector = new OutputCollector(displays, onLive);
  cell.outputs = collector.outputs;
  try {
    const { executionCount } = await kernel.execute(cell.source, collector, silenceLimit);
    cell.execution_count = executionCount;
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    collector.addError({
      ename: "KernelError",
      evalue: error.message,
      traceback: [`KernelError: ${error.message}`],
    });
  }
  return collector.error;
}

/** What the notebook did; nothing where the kernel is lost. */
async function traceOf(kernel: Kernel): Promise<Trace> {
  try {
    return await kernel.evaluate(`(await import(${TRACE_MODULE})).trace()`) as Trace;
  } catch (error) {
    if (error instanceof KernelError) return { figures: [], filesRead: [] };
    throw error;
  }
}

function headingAbove(cell: CodeCell, cells: Notebook["cells"]): string | undefined {
  return cells.slice(0, cells.indexOf(cell)).map(headingOf).findLast((text) => text !== undefined);
}

async function describeFailure(
  notebook: string,
  cell: number,
  heading: string | undefined,
  { source }: CodeCell,
  error: ErrorOutput,
): Promise<Failure> {
  const number = await failingLine(source, error.traceback);
  const text = number === undefined ? undefined : source.split("\n")[number - 1];
  return {
    notebook,
    cell,
    heading,
    ...(number !== undefined && text !== undefined && { line: { number, text } }),
    error,
  };
}
