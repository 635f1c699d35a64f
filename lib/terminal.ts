/** Lines of progress: one that changes in a terminal, lines one after the other in a log. @module */

/** Where progress is written. */
export interface Terminal {
  /** Writes text as it is. */
  write(text: string): void;
  /** Characters per line; `undefined` if it is not a terminal, and nothing can be overwritten. */
  columns(): number | undefined;
}

/** stdout or stderr. */
export function terminalOf(stream: typeof Deno.stdout | typeof Deno.stderr): Terminal {
  return {
    write: (text) => void stream.writeSync(new TextEncoder().encode(text)),
    columns: () => stream.isTerminal() ? Deno.consoleSize().columns || 80 : undefined,
  };
}

/** stderr, so that a command's own output stays clean. */
export const stderrTerminal: Terminal = terminalOf(Deno.stderr);

const CLEAR_LINE = "\r\x1b[K";

/** Replaces the terminal's current line, shortened to its width; does nothing in a log. */
export function showLine(text: string, terminal: Terminal = stderrTerminal): void {
  const columns = terminal.columns();
  if (columns !== undefined) terminal.write(`${CLEAR_LINE}${shorten(text, columns - 1)}`);
}

/** Writes a line that stays, in place of one that {@linkcode showLine} showed. */
export function printLine(line: string, terminal: Terminal = stderrTerminal): void {
  terminal.write(`${terminal.columns() === undefined ? "" : CLEAR_LINE}${line}\n`);
}

/** Text of at most so many characters; its end, where the time left is, stays. */
function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = Math.min(40, Math.floor(length / 2));
  return `${text.slice(0, length - end - 1)}…${text.slice(-end)}`;
}
