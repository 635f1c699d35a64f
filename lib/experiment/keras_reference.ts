import { createHash } from "node:crypto";
import type { ModelName } from "lib/experiment/model_report.ts";
import { REPORTED, type ReportedFigures } from "lib/experiment/reported.ts";
import { percent } from "lib/format.ts";
import { kolmogorovSmirnovTest } from "lib/metrics/mod.ts";
import type { History } from "lib/model/mod.ts";
import { markdown, type MimeBundle, table } from "lib/notebook/mod.ts";

/** A training's figures after its last epoch. */
interface SeedFigures extends ReportedFigures {
  readonly seed: number;
}

/** Trainings of one model that differ in their seed alone. */
type Seeds = readonly ReportedFigures[];

/** The report's models in Keras, trained with many seeds by `outputs/reference/make_keras.py`. */
export interface KerasReference {
  /** Versions. */
  readonly keras: string;
  readonly tensorflow: string;
  /** SHA-256 (hex) of the labelled images, `[n, 28, 28]` bytes. */
  readonly imagesSha256: string;
  /** The order of twelve examples in each of three epochs, as recorded. */
  readonly orders: Readonly<Record<Order, readonly (readonly number[])[]>>;
  readonly models: Readonly<
    Record<
      ModelName,
      & { readonly epochs: number; readonly batchSize: number }
      & Readonly<Record<Order, readonly SeedFigures[]>>
    >
  >;
}

/** In which order Keras saw the examples: another in each epoch, or the same in all of them. */
type Order = "newOrders" | "repeatedOrder";

const FIGURES = [
  { key: "accuracy", title: "training accuracy", format: (x: number) => percent(x), scale: 100 },
  {
    key: "valAccuracy",
    title: "validation accuracy",
    format: (x: number) => percent(x),
    scale: 100,
  },
  { key: "loss", title: "training loss", format: (x: number) => x.toFixed(4), scale: 1 },
  { key: "valLoss", title: "validation loss", format: (x: number) => x.toFixed(4), scale: 1 },
] as const;

type Figure = typeof FIGURES[number];

const MODELS: readonly { readonly name: ModelName; readonly title: string }[] = [
  { name: "model-1", title: "Model 1" },
  { name: "model-2", title: "Model 2" },
];

/** Each figure of each model, with a row made of it. */
function figureRows<T>(row: (name: ModelName, figure: Figure, title: string) => T): T[] {
  return MODELS.flatMap(({ name, title }) =>
    FIGURES.map((figure) => row(name, figure, `${title}, ${figure.title}`))
  );
}

/**
 * Keras's figures for the same digits, or `undefined` where there are none, or of others.
 *
 * @param images The labelled images, `[n, 28, 28]`.
 */
export async function readKerasReference(images: Uint8Array): Promise<KerasReference | undefined> {
  // Named so that a notebook runs again where the file has changed.
  const reference = await readReference<KerasReference>(
    new URL("../../outputs/reference/keras.json", import.meta.url),
  );
  return reference?.imagesSha256 === sha256(images) ? reference : undefined;
}

/** What a file of `outputs/reference/` holds, or `undefined` where it is missing. */
export async function readReference<T>(url: URL): Promise<T | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(url));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** SHA-256 (hex) of bytes. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A model's figures to be put beside Keras's. */
interface ComparedRun {
  readonly name: ModelName;
  readonly history: History;
}

/** A run and the report among Keras's seeds: mean, standard deviation, and how many lie below. */
export function compareWithKeras(
  { keras, models }: KerasReference,
  runs: readonly ComparedRun[],
): MimeBundle[] {
  const last = new Map(runs.map(({ name, history }) => [name, history.at(-1)!]));
  const place = (value: number, seeds: Seeds, { key }: Figure): string =>
    `${seeds.filter((figures) => figures[key] < value).length} of ${seeds.length}`;
  const rows = figureRows((name, figure, title) => {
    const seeds = models[name].newOrders;
    const [here, reported] = [last.get(name)![figure.key], REPORTED[name][figure.key]];
    return {
      figure: title,
      "Keras, mean ± sd": meanAndDeviation(seeds, figure),
      "this run": figure.format(here),
      "Keras's seeds below this run": place(here, seeds, figure),
      reported: figure.format(reported),
      "Keras's seeds below the report": place(reported, seeds, figure),
    };
  });
  const count = models["model-1"].newOrders.length;
  return [table(rows, { caption: `Keras ${keras}, ${count} seeds a model, the same rows` })];
}

/** What one order for all epochs does to Keras's figures. */
export function describeRepeatedOrder({ keras, orders, models }: KerasReference): MimeBundle[] {
  const count = (order: Order): number => models["model-1"][order].length;
  const rows = figureRows((name, figure, title) => {
    const { newOrders, repeatedOrder } = models[name];
    const change = mean(repeatedOrder, figure) - mean(newOrders, figure);
    return {
      figure: title,
      "a new order in each epoch": meanAndDeviation(newOrders, figure),
      "one order in all epochs": meanAndDeviation(repeatedOrder, figure),
      difference: signed(figure.scale * change, figure.scale === 100 ? 2 : 4),
    };
  });
  const recorded = (order: Order): string =>
    orders[order].map((epoch) => `\`${epoch.join(" ")}\``).join(", ");
  return [
    markdown(`
Twelve examples, three epochs, as \`fit\` of Keras ${keras} handed them over after \`set_random_seed(1)\`:
${recorded("repeatedOrder")}. And as \`make_keras.py\` does it, with an order drawn for each epoch:
${recorded("newOrders")}.
`),
    table(rows, {
      caption: `Keras ${keras}, mean ± sd: ${count("newOrders")} seeds with a new order in each ` +
        `epoch, ${count("repeatedOrder")} with one order (differences of accuracies in points)`,
    }),
  ];
}

/** Two programs' trainings of the same models beside each other, with a test for each figure. */
export function compareSeeds(
  { keras, models }: KerasReference,
  ours: Readonly<Record<ModelName, Seeds>>,
): MimeBundle[] {
  const rows = figureRows((name, figure, title) => {
    const pair = [models[name].newOrders, ours[name]] as const;
    const [x, y] = pair.map((seeds) => seeds.map((figures) => figures[figure.key]));
    return {
      figure: title,
      "Keras, mean ± sd": meanAndDeviation(pair[0], figure),
      "here, mean ± sd": meanAndDeviation(pair[1], figure),
      p: kolmogorovSmirnovTest(x!, y!).pValue,
    };
  });
  const lowest = rows.reduce((least, row) => row.p < least.p ? row : least);
  return [
    table(rows.map((row) => ({ ...row, p: row.p.toPrecision(2) })), {
      caption:
        `Keras ${keras} with ${models["model-1"].newOrders.length} seeds a model, and this ` +
        `project with ${ours["model-1"].length}; p of the two-sample Kolmogorov-Smirnov test`,
    }),
    markdown(
      lowest.p < 0.01
        ? `**They differ**: ${lowest.figure}, p = ${lowest.p.toPrecision(2)}.`
        : `No figure differs at 1%: the lowest p is ${
          lowest.p.toPrecision(2)
        } (${lowest.figure}), and ` +
          `of ${rows.length} tests one below ${(1 / rows.length).toFixed(2)} is to be expected.`,
    ),
  ];
}

function mean(seeds: Seeds, { key }: Figure): number {
  return seeds.reduce((sum, figures) => sum + figures[key], 0) / seeds.length;
}

/** The mean and the sample standard deviation, such as `99.23% ± 0.04`. */
function meanAndDeviation(seeds: Seeds, figure: Figure): string {
  const centre = mean(seeds, figure);
  const squares = seeds.reduce((sum, figures) => sum + (figures[figure.key] - centre) ** 2, 0);
  const deviation = figure.scale * Math.sqrt(squares / (seeds.length - 1));
  return `${figure.format(centre)} ± ${deviation.toFixed(figure.scale === 100 ? 2 : 4)}`;
}

function signed(value: number, decimals: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(decimals)}`;
}
