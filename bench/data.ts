import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import pl from "nodejs-polars";
import { type Dataset, datasetSize, loadDigits, PIXELS, SYNTHETIC } from "lib/dataset/mod.ts";
import { readSettings } from "lib/settings.ts";
import { summarizeTimes, times, type Timing } from "./measure.ts";

/** One way of reading the 42,000 training digits; times in milliseconds. */
export interface DataRow {
  readonly what: string;
  readonly timing: Timing;
  /** Median of each round's time over that round's time of Polars alone. */
  readonly toPolars: number;
}

/** The digits as Kaggle's `train.csv` has them. */
function csvText({ images, labels }: Dataset): string {
  const pixels = Array.from({ length: PIXELS }, (_, i) => `pixel${i}`);
  const lines = [`label,${pixels.join(",")}`];
  for (const [i, label] of labels!.entries()) {
    lines.push(`${label},${images.subarray(i * PIXELS, (i + 1) * PIXELS).join(",")}`);
  }
  return lines.join("\n") + "\n";
}

/**
 * Returns a function that frees what is no longer used: Polars alone leaves 264 MB of 64-bit numbers,
 * and the time to give them back is not the next one's.
 */
function garbageCollector(): () => Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  return async () => {
    collect();
    // Memory outside of V8's heap follows a moment later.
    await new Promise((resolve) => setTimeout(resolve, 50));
  };
}

/**
 * Measures reading a CSV file of the training digits: by Polars alone, which infers the types, by
 * this project for the first time (checked, turned into images, cached), and again from the cache.
 *
 * The digits are those of `DIGIT_RECOGNIZER_DATA`, else drawn ones.
 *
 * @param rounds Over all three, so that a busy machine slows all of them alike.
 */
export async function measureData(rounds: number): Promise<DataRow[]> {
  const settings = readSettings();
  const digits = await loadDigits({ data: settings.dataIsNamed ? settings.data : SYNTHETIC });
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "train.csv");
    await Deno.writeTextFile(path, csvText(digits));
    const cache = join(folder, "cache");
    const load = async (): Promise<void> => {
      const n = datasetSize(await loadDigits({ data: folder, cache }));
      if (n !== datasetSize(digits)) throw new Error(`Read ${n} digits of ${datasetSize(digits)}`);
    };
    const ways = [
      { what: "Polars alone", run: (): unknown => pl.readCSV(path) },
      { what: "first read", run: load },
      { what: "from the cache", run: load },
    ];
    const results = ways.map((): number[] => []);
    const collectGarbage = garbageCollector();
    // The first round loads Polars and does not count.
    for (let round = 0; round <= rounds; round++) {
      await Deno.remove(cache, { recursive: true }).catch(() => {});
      for (const [i, { run }] of ways.entries()) {
        await collectGarbage();
        const [time] = await times(1, run);
        if (round > 0) results[i]!.push(time!);
      }
    }
    return ways.map(({ what }, i) => ({
      what,
      timing: summarizeTimes(results[i]!),
      toPolars: summarizeTimes(results[i]!.map((time, j) => time / results[0]![j]!)).median,
    }));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
