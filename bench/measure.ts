/** Times of one thing, in milliseconds. */
export interface Timing {
  readonly runs: number;
  readonly median: number;
  readonly min: number;
  /** The middle half of the runs lies between these. */
  readonly quartiles: readonly [number, number];
}

/** Summarizes times in milliseconds; at least one. */
export function summarizeTimes(times: readonly number[]): Timing {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!;
  return { runs: sorted.length, median: at(0.5), min: at(0), quartiles: [at(0.25), at(0.75)] };
}

/** Times of `runs` calls, in milliseconds. */
export async function times(
  runs: number,
  fn: () => unknown | Promise<unknown>,
): Promise<number[]> {
  const result: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await fn();
    result.push(performance.now() - start);
  }
  return result;
}

/** Runs until V8 has compiled what is run for the last time, or a while; gives the last time. */
export async function warmUp(fn: () => unknown | Promise<unknown>): Promise<number> {
  const end = performance.now() + 1500;
  let last = 0;
  for (let i = 0; i < 100 && performance.now() < end; i++) [last] = await times(1, fn) as [number];
  return last;
}

/** `12.3`, `4,567`: three figures or all before the point. */
export function figure(value: number): string {
  return value >= 100
    ? Math.round(value).toLocaleString("en-US")
    : value.toFixed(value >= 10 ? 1 : 2);
}

/** A Markdown table, columns as wide as their content: the first to the left, all others to the right. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = header.map((_, i) =>
    Math.max(3, ...[header, ...rows].map((row) => row[i]!.length))
  );
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const aligned = (row: readonly string[]): string =>
    line(row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)));
  const rule = line(widths.map((n, i) => i === 0 ? "-".repeat(n) : `${"-".repeat(n - 1)}:`));
  return [aligned(header), rule, ...rows.map(aligned)].join("\n");
}
