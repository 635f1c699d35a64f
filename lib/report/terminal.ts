import { duration } from "lib/format.ts";
import { printLine, showLine, stderrTerminal, type Terminal } from "lib/terminal.ts";
import type { Failure } from "./execute.ts";
import type { Progress } from "./run.ts";

/** Milliseconds between two lines about the same cell where lines can't be overwritten. */
const LINE_INTERVAL = 5_000;

/**
 * Shows a run's progress: in a terminal as one line that changes, elsewhere (a log, CI) as one line
 * per cell, and one every few seconds while a cell reports on itself.
 */
export function terminalProgress(terminal: Terminal = stderrTerminal): Progress {
  let name = "";
  let cells = 0;
  let position = "";
  let lastLine = -Infinity;
  let runEnds: number | undefined;

  function status(text: string): void {
    if (terminal.columns() === undefined) printLine(text, terminal);
    // A cell that knows how long it takes has measured it; the last run may have been another.
    else showLine(text.endsWith(" left") ? text : text + wholeRun(), terminal);
  }

  /** The time that the last run took from here. */
  function wholeRun(): string {
    const seconds = runEnds === undefined ? 0 : (runEnds - performance.now()) / 1000;
    return seconds < 1 ? "" : `; in all ~${duration(seconds)} left`;
  }

  return {
    notebook(notebook, codeCells, secondsLeft): void {
      name = notebook;
      cells = codeCells;
      runEnds = secondsLeft === undefined ? undefined : performance.now() + secondsLeft * 1000;
      status(`${name}  starting${terminal.columns() === undefined ? wholeRun() : ""}`);
    },
    cell(n, heading): void {
      position = `${name}  cell ${n} of ${cells}`;
      lastLine = -Infinity;
      status(heading ? `${position}  ${heading}` : position);
    },
    live(text): void {
      const now = performance.now();
      if (terminal.columns() === undefined && now - lastLine < LINE_INTERVAL) return;
      lastLine = now;
      status(`${position}  ${text}`);
    },
    healing(text): void {
      printLine(`${text}; it is made again`, terminal);
    },
    done(notebook, seconds, reused): void {
      const how = reused
        ? `unchanged, taken from the last run (${duration(seconds)})`
        : duration(seconds);
      printLine(`${notebook}  done  ${how}`, terminal);
    },
  };
}

/** A failure in words: where, what, and the line. */
export function failureText({ notebook, cell, heading, line, error }: Failure): string {
  const where = `${notebook}, cell ${cell}${heading ? ` ("${heading}")` : ""}`;
  const message = `${error.ename}: ${error.evalue}`;
  const stack = error.traceback.filter((entry) => !message.startsWith(entry)).join("\n");
  return [
    `error: ${where} failed${line ? ` in line ${line.number}` : ""}:`,
    ...(line ? [`    ${line.text.trim()}`] : []),
    error.evalue === "" ? error.ename : message,
    ...(stack === "" ? [] : [stack]),
  ].join("\n");
}
