import { duration } from "lib/format.ts";
import type { Failure } from "./execute.ts";
import type { Progress } from "./run.ts";

/** Where progress is written. */
export interface Terminal {
  write(text: string): void;
  /** Characters a line, or `undefined` if it is not a terminal: then nothing is overwritten. */
  columns(): number | undefined;
}

/** stderr, so that a command's own output stays clean. */
export const stderrTerminal: Terminal = {
  write: (text) => void Deno.stderr.writeSync(new TextEncoder().encode(text)),
  columns: () => Deno.stderr.isTerminal() ? Deno.consoleSize().columns || 80 : undefined,
};

/** Milliseconds between two lines about the same cell where lines cannot be overwritten. */
const LINE_INTERVAL = 5_000;

/**
 * Shows a run's progress: in a terminal as one line that changes, elsewhere (a log, CI) as a line a
 * cell and, while a cell reports on itself, one every few seconds.
 */
export function terminalProgress(terminal: Terminal = stderrTerminal): Progress {
  let name = "";
  let cells = 0;
  let position = "";
  let lastLine = -Infinity;
  let runEnds: number | undefined;

  function status(text: string): void {
    const columns = terminal.columns();
    if (columns === undefined) terminal.write(`${text}\n`);
    else terminal.write(`\r\x1b[K${shorten(text + wholeRun(), columns - 1)}`);
  }

  /** How long the whole run still takes, if it goes as the last one did. */
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
      if (terminal.columns() !== undefined) terminal.write("\r\x1b[K");
      terminal.write(`${text}; it is made again\n`);
    },
    done(notebook, seconds, reused): void {
      const how = reused
        ? `unchanged, taken from the last run (${duration(seconds)})`
        : duration(seconds);
      if (terminal.columns() !== undefined) terminal.write("\r\x1b[K");
      terminal.write(`${notebook}  done  ${how}\n`);
    },
  };
}

/** Text of so many characters at most: what is left out is between place and time left. */
function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = Math.min(40, Math.floor(length / 2));
  return `${text.slice(0, length - end - 1)}…${text.slice(-end)}`;
}

/** A failure as a person wants to read it: where, what, and the line. */
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
