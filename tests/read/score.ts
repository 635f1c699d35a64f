/** How well pages were read. */

/** Counts of a page, or of many. */
export interface Score {
  readonly digits: number;
  readonly digitsRight: number;
  readonly lines: number;
  readonly linesRight: number;
  /** Digits that were read where there are none, or others. */
  readonly wrong: number;
}

export const NO_SCORE: Score = { digits: 0, digitsRight: 0, lines: 0, linesRight: 0, wrong: 0 };

export function addScores(a: Score, b: Score): Score {
  return {
    digits: a.digits + b.digits,
    digitsRight: a.digitsRight + b.digitsRight,
    lines: a.lines + b.lines,
    linesRight: a.linesRight + b.linesRight,
    wrong: a.wrong + b.wrong,
  };
}

/**
 * Compares what was read with what was written. Lines are paired in their order, digits of a pair
 * by the longest common subsequence; spaces don't count, `?` is no digit.
 */
export function scorePage(written: readonly string[], read: readonly string[]): Score {
  const found = read.map((text) => text.replaceAll(" ", ""));
  // best[i][j]: the most digits that the first i lines and the first j read lines share.
  const best = Array.from(
    { length: written.length + 1 },
    () => new Array<number>(found.length + 1).fill(0),
  );
  written.forEach((line, i) =>
    found.forEach((text, j) => {
      best[i + 1]![j + 1] = Math.max(
        best[i]![j + 1]!,
        best[i + 1]![j]!,
        best[i]![j]! + commonLength(line, text),
      );
    })
  );
  const digitsRight = best.at(-1)!.at(-1)!;
  const digitsRead = found.join("").replaceAll("?", "").length;
  const left = [...found];
  const linesRight = written.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(0, at + 1);
    return at >= 0;
  }).length;
  return {
    digits: written.join("").length,
    digitsRight,
    lines: written.length,
    linesRight,
    wrong: digitsRead - digitsRight,
  };
}

function commonLength(a: string, b: string): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const x of a) {
    const next = [0];
    for (let j = 0; j < b.length; j++) {
      next.push(x === b[j] ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!));
    }
    row = next;
  }
  return row[b.length]!;
}
