import type { DataRow } from "./data.ts";
import type { KernelRow } from "./kernels.ts";
import { figure, formatTable, type Timing } from "./measure.ts";
import { ENGINE, WASM } from "./peers.ts";
import type { Scaling } from "./scaling.ts";
import { CHECKED_STEPS, describe, type Ratio, type Row, speedRatio } from "./rounds.ts";

/** The engine on most threads, compared with another peer. */
export interface Comparison extends Ratio {
  readonly peer: string;
  readonly batch: number;
}

/** Compares the engine on most threads with every other row of its batch size. */
export function compareEngine(rows: readonly Row[]): Comparison[] {
  const engines = rows.filter(({ name }) => name === ENGINE);
  const most = Math.max(...engines.map(({ threads }) => threads));
  return engines.filter(({ threads }) => threads === most).flatMap((engine) =>
    rows.filter((row) => row !== engine && row.batch === engine.batch)
      .map((row) => ({ peer: describe(row), batch: row.batch, ...speedRatio(engine, row) }))
  );
}

const spread = ([low, high]: readonly [number, number]): string => `${figure(low)}-${figure(high)}`;

/** All peers at all batch sizes. */
export function peerTable(rows: readonly Row[]): string {
  const rate = (timing: Timing | undefined, samples: number): string =>
    timing ? figure(samples / timing.median * 1000) : "";
  const header = [
    "",
    "threads",
    "batch",
    "step ms",
    "quartiles",
    "best",
    "samples/s",
    "in an epoch",
    "predicted/s",
    "GFLOP/s",
    "to wasm",
    `loss after ${CHECKED_STEPS} steps`,
  ];
  return formatTable(
    header,
    rows.map((row) => {
      const wasm = rows.find(({ name, batch }) => name === WASM && batch === row.batch)!;
      return [
        row.name,
        String(row.threads),
        String(row.batch),
        figure(row.step.median),
        spread(row.step.quartiles),
        figure(row.step.min),
        rate(row.step, row.batch),
        rate(row.epoch, row.batch * row.epochBatches),
        rate(row.predict, row.batch),
        figure(row.gflops),
        `${figure(speedRatio(row, wasm).median)}x`,
        row.loss?.toFixed(5) ?? "",
      ];
    }),
  );
}

/** The engine on most threads as a multiple of each other peer's speed, batch sizes side by side. */
export function comparisonTable(comparisons: readonly Comparison[]): string {
  const batches = [...new Set(comparisons.map(({ batch }) => batch))];
  const peers = [...new Set(comparisons.map(({ peer }) => peer))];
  return formatTable(
    [
      "steps of the engine on most threads to",
      ...batches.flatMap((n) => [`batch ${n}`, "quartiles"]),
    ],
    peers.map((peer) => [
      peer,
      ...batches.flatMap((batch) => {
        const found = comparisons.find((other) => other.peer === peer && other.batch === batch);
        return found ? [`${figure(found.median)}x`, spread(found.quartiles)] : ["", ""];
      }),
    ]),
  );
}

/** What each kernel reaches, one number of threads after the other. */
export function kernelTable(
  measured: readonly { readonly peak: number; readonly rows: readonly KernelRow[] }[],
): string {
  return formatTable(
    ["kernels of a step at batch 64", "threads", "ms", "quartiles", "best", "GFLOP/s", "of peak"],
    measured.flatMap(({ peak, rows }) => [
      ["multiply-adds alone", String(rows[0]!.threads), "", "", "", figure(peak), "100%"],
      ...rows.map(({ part, threads, timing, gflops, shareOfPeak }) => [
        part,
        String(threads),
        figure(timing.median),
        spread(timing.quartiles),
        figure(timing.min),
        gflops === undefined ? "" : figure(gflops),
        shareOfPeak === undefined ? "" : `${Math.round(100 * shareOfPeak)}%`,
      ]),
    ]),
  );
}

/** What a second thread brings. */
export function scalingTable(measured: readonly Scaling[]): string {
  return formatTable(
    ["two threads to one, by turns in one process", "batch", "faster", "quartiles"],
    measured.flatMap(({ batch, step, multiplyAdds }) => [
      ["step of training", String(batch), `${step.median.toFixed(2)}x`, spread(step.quartiles)],
      [
        "multiply-adds alone",
        "",
        `${multiplyAdds.median.toFixed(2)}x`,
        spread(multiplyAdds.quartiles),
      ],
    ]),
  );
}

/** How long reading the digits takes. */
export function dataTable(rows: readonly DataRow[]): string {
  return formatTable(
    ["reading train.csv", "ms", "quartiles", "best", "to Polars"],
    rows.map(({ what, timing, toPolars }) => [
      what,
      figure(timing.median),
      spread(timing.quartiles),
      figure(timing.min),
      `${toPolars.toFixed(2)}x`,
    ]),
  );
}
