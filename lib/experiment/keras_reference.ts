import type { ModelName } from "lib/experiment/model_report.ts";
import { REPORTED, type ReportedFigures } from "lib/experiment/reported.ts";
import { type ExperimentSplit, isReportSplit } from "lib/experiment/split.ts";
import { readJsonIfThere, sha256 } from "lib/files.ts";
import { percent, signed } from "lib/format.ts";
import { kolmogorovSmirnovTest, mean, standardDeviation } from "lib/metrics/mod.ts";
import { markdown, type MimeBundle, table } from "lib/notebook/mod.ts";

/** A training's figures after its last epoch. */
export interface SeedFigures extends ReportedFigures {
  /** The seed of the whole training. */
  readonly seed: number;
}

/** The report's models in Keras, trained with many seeds by `outputs/reference/make_keras.py`. */
export interface KerasReference {
  /** Version of Keras. */
  readonly keras: string;
  /** Version of TensorFlow, on which Keras ran. */
  readonly tensorflow: string;
  /** SHA-256 (hex) of the labelled images, `[n, 28, 28]` bytes. */
  readonly imagesSha256: string;
  /** The order of twelve examples in each of three epochs, as recorded. */
  readonly orders: Readonly<Record<Order, readonly (readonly number[])[]>>;
  /** Figures after the last epoch, by model, order and seed. */
  readonly models: Readonly<
    Record<
      ModelName,
      & { readonly epochs: number; readonly batchSize: number }
      & Readonly<Record<Order, readonly SeedFigures[]>>
    >
  >;
}

/** In which order Keras saw the examples: another in each epoch, or the same in all of them. */
export type Order = "newOrders" | "repeatedOrder";

/** Level of the tests of whether Keras and this engine give the same. */
const SIGNIFICANCE = 0.01;

/** How a kind of figure is shown: accuracies in per cent, their differences in points. */
const ACCURACY = { scale: 100, decimals: 2, format: (x: number) => percent(x) };
const LOSS = { scale: 1, decimals: 4, format: (x: number) => x.toFixed(4) };

/** The figures of an epoch, in the order of these tables. */
export const FIGURES = [
  { key: "accuracy", title: "training accuracy", ...ACCURACY },
  { key: "valAccuracy", title: "validation accuracy", ...ACCURACY },
  { key: "loss", title: "training loss", ...LOSS },
  { key: "valLoss", title: "validation loss", ...LOSS },
] as const;

type Figure = typeof FIGURES[number];

/** The report's models. */
export const MODELS: readonly ModelName[] = ["model-1", "model-2"];

/** A model's name as a title. */
export function titleOf(name: ModelName): string {
  return name.replace("model-", "Model ");
}

/** A row for each figure of each model, where every sample has enough seeds for a deviation. */
function figureRows<T>(
  samples: (name: ModelName) => readonly (readonly ReportedFigures[])[],
  row: (name: ModelName, figure: Figure, title: string) => T,
): T[] {
  return MODELS.filter((name) => samples(name).every((seeds) => seeds.length > 1))
    .flatMap((name) =>
      FIGURES.map((figure) => row(name, figure, `${titleOf(name)}, ${figure.title}`))
    );
}

/**
 * Keras's figures for the same digits and the same split, or `undefined` where there are none.
 *
 * @param images The labelled images, `[n, 28, 28]`.
 */
export async function readKerasReference(
  images: Uint8Array,
  split: ExperimentSplit,
): Promise<KerasReference | undefined> {
  // Named so that a notebook runs again where the file has changed.
  const reference = await readReference<KerasReference>(
    new URL("../../outputs/reference/keras.json", import.meta.url),
  );
  const isSame = reference?.imagesSha256 === sha256(images) && isReportSplit(split);
  return isSame ? reference : undefined;
}

/** What a file of `outputs/reference/` holds, or `undefined` where it is missing. */
export async function readReference<T>(url: URL): Promise<T | undefined> {
  return await readJsonIfThere(url, "restore it from the repository");
}

/** A model of this run to be put beside Keras's. */
export interface ComparedRun {
  /** Which model of the report it is. */
  readonly name: ModelName;
  /** Figures after the epoch whose weights were kept. */
  readonly row: ReportedFigures;
  /** How it was trained. */
  readonly settings: { readonly epochs: number; readonly batchSize: number };
}

/** A run and the report among Keras's seeds: mean, standard deviation, and how many are below. */
export function compareWithKeras(
  { keras, models }: KerasReference,
  runs: readonly ComparedRun[],
): MimeBundle[] {
  const below = (value: number, seeds: readonly ReportedFigures[], { key }: Figure): string =>
    `${seeds.filter((figures) => figures[key] < value).length} of ${seeds.length}`;
  const isComparable = ({ name, settings: { epochs, batchSize } }: ComparedRun): boolean =>
    epochs === models[name].epochs && batchSize === models[name].batchSize;
  const compared = new Map(runs.filter(isComparable).map(({ name, row }) => [name, row]));
  const rows = figureRows((name) => [models[name].newOrders], (name, figure, title) => {
    const { newOrders: seeds } = models[name];
    const here = compared.get(name)?.[figure.key];
    const reported = REPORTED[name][figure.key];
    return {
      figure: title,
      "Keras, mean ± sd": meanAndDeviation(seeds, figure),
      "this run": here === undefined ? "" : figure.format(here),
      "seeds below this run": here === undefined ? "" : below(here, seeds, figure),
      reported: figure.format(reported),
      "seeds below the report": below(reported, seeds, figure),
    };
  });
  const others = runs.filter((run) => !isComparable(run)).map(({ name, settings }) =>
    `${titleOf(name)} of this run was trained for ${settings.epochs} epochs on batches of ` +
    `${settings.batchSize}, Keras's for ${models[name].epochs} on batches of ` +
    `${models[name].batchSize}, so its figures are left out.`
  );
  return [
    table(rows, {
      caption: `Keras ${keras}, ${seedCounts((name) => models[name].newOrders)}, the same rows`,
    }),
    ...others.map((sentence) => markdown(sentence)),
  ];
}

/** What one order for all epochs does to Keras's figures. */
export function describeRepeatedOrder({ keras, orders, models }: KerasReference): MimeBundle[] {
  const rows = figureRows(
    (name) => [models[name].newOrders, models[name].repeatedOrder],
    (name, figure, title) => {
      const { newOrders, repeatedOrder } = models[name];
      const [before, after] = [newOrders, repeatedOrder].map((seeds) =>
        mean(seeds.map((figures) => figures[figure.key]))
      );
      return {
        figure: title,
        "a new order in each epoch": meanAndDeviation(newOrders, figure),
        "one order in all epochs": meanAndDeviation(repeatedOrder, figure),
        difference: signed(figure.scale * (after! - before!), figure.decimals),
      };
    },
  );
  const count = (order: Order): string => seedCounts((name) => models[name][order]);
  const recorded = (order: Order): string =>
    orders[order].map((epoch) => `\`${epoch.join(" ")}\``).join(", ");
  return [
    markdown(`
Twelve examples, three epochs, as \`fit\` of Keras ${keras} hands them over after \`set_random_seed(1)\`:
${recorded("repeatedOrder")}. With an order drawn for each epoch: ${recorded("newOrders")}.
`),
    table(rows, {
      caption: `Keras ${keras}, mean ± sd, differences of accuracies in points. A new order: ` +
        `${count("newOrders")}; one order: ${count("repeatedOrder")}`,
    }),
  ];
}

/** Two programs' trainings of the same models beside each other, with a test for each figure. */
export function compareSeeds(
  { keras, models }: KerasReference,
  ours: Readonly<Record<ModelName, readonly ReportedFigures[]>>,
): MimeBundle[] {
  const rows = figureRows((name) => [models[name].newOrders, ours[name]], (name, figure, title) => {
    const pair = [models[name].newOrders, ours[name]] as const;
    const [x, y] = pair.map((seeds) => seeds.map((figures) => figures[figure.key]));
    return {
      figure: title,
      "Keras, mean ± sd": meanAndDeviation(pair[0], figure),
      "here, mean ± sd": meanAndDeviation(pair[1], figure),
      p: kolmogorovSmirnovTest(x!, y!).pValue,
    };
  });
  const differing = rows.filter(({ p }) => p < SIGNIFICANCE);
  return [
    table(rows.map((row) => ({ ...row, p: row.p.toPrecision(2) })), {
      caption: `Keras ${keras}: ${seedCounts((name) => models[name].newOrders)}; here: ` +
        `${seedCounts((name) => ours[name])}. p: two-sample Kolmogorov-Smirnov test, exact`,
    }),
    markdown(
      differing.length === 0
        ? `No figure differs at ${
          percent(SIGNIFICANCE, 0)
        }: these seeds show no difference between ` +
          "Keras and this engine."
        : `At ${percent(SIGNIFICANCE, 0)} ${differing.length} of the ${rows.length} differ: ` +
          `${differing.map(({ figure }) => figure).join("; ")}.`,
    ),
  ];
}

/** Such as `20 seeds of model 1 and 20 of model 2`. */
function seedCounts(seeds: (name: ModelName) => readonly ReportedFigures[]): string {
  const [one, two] = MODELS.map((name) => seeds(name).length);
  return `${one} seeds of model 1 and ${two} of model 2`;
}

/** The mean and the sample standard deviation, such as `99.23% ± 0.04`. */
function meanAndDeviation(
  seeds: readonly ReportedFigures[],
  { key, format, scale, decimals }: Figure,
): string {
  const values = seeds.map((figures) => figures[key]);
  return `${format(mean(values))} ± ${(scale * standardDeviation(values)).toFixed(decimals)}`;
}
