import { readReference, sha256 } from "lib/experiment/keras_reference.ts";
import type { ModelName } from "lib/experiment/model_report.ts";
import { REPORTED, type ReportedFigures } from "lib/experiment/reported.ts";
import { percent } from "lib/format.ts";
import type { SeedsRow, SeedsSection } from "lib/plots/mod.ts";
import type { StudySummary } from "lib/study/mod.ts";
import type { ReportTraining } from "lib/study/report_training.ts";

/** Trainings of the report's models in many ways, by `deno task study`. */
export interface ReportStudies {
  /** As in the notebooks, with 20 seeds a model. */
  readonly seeds: readonly ReportTrial[];
  /** Other networks and other procedures. */
  readonly networks: readonly ReportTrial[];
}

/** A trial of these studies. */
interface ReportTrial {
  readonly name: string;
  readonly settings: ReportTraining;
  readonly seed: number;
  /** After the last epoch. */
  readonly figures: ReportedFigures;
}

/**
 * The studies' figures for the same digits, or `undefined` where there are none, or of others.
 *
 * @param images The labelled images, `[n, 28, 28]`.
 */
export async function readReportStudies(images: Uint8Array): Promise<ReportStudies | undefined> {
  // Named so that a notebook runs again where a file has changed.
  const [seeds, networks] = await Promise.all([
    new URL("../../outputs/reference/report-seeds.json", import.meta.url),
    new URL("../../outputs/reference/report-networks.json", import.meta.url),
  ].map((url) => readReference<StudySummary>(url)));
  const digest = sha256(images);
  if ([seeds, networks].some((summary) => summary?.origin.data.imagesSha256 !== digest)) {
    return undefined;
  }
  return {
    seeds: seeds!.trials as unknown as ReportTrial[],
    networks: networks!.trials as unknown as ReportTrial[],
  };
}

/** The figures of a model's seeds. */
export function figuresOf(
  trials: readonly ReportTrial[],
): Readonly<Record<ModelName, ReportedFigures[]>> {
  const of = (model: ModelName): ReportedFigures[] =>
    trials.filter(({ settings }) => settings.model === model).map(({ figures }) => figures);
  return { "model-1": of("model-1"), "model-2": of("model-2") };
}

const COLUMNS = [
  { key: "accuracy", name: "training accuracy", format: percent },
  { key: "valAccuracy", name: "validation accuracy", format: percent },
  { key: "loss", name: "training loss", format: (loss: number) => loss.toFixed(4) },
  { key: "valLoss", name: "validation loss", format: (loss: number) => loss.toFixed(4) },
] as const;

/** What `seedsPlot` shows of the studies: for each model its seeds, other networks, other procedures. */
export function studySections({ seeds, networks }: ReportStudies): SeedsSection[] {
  return (["model-1", "model-2"] as const).map((model) => {
    const own = seeds.filter(({ settings }) => settings.model === model);
    const others = networks.filter(({ settings }) => settings.model === model);
    const network = JSON.stringify(own[0]!.settings.network);
    const isSame = (trial: ReportTrial): boolean =>
      JSON.stringify(trial.settings.network) === network;
    return {
      title: model.replace("model-", "Model "),
      figures: COLUMNS.map(({ key, name, format }) => ({
        name,
        format: (value: number) => format(value),
        reported: REPORTED[model][key],
      })),
      groups: [own, others.filter((trial) => !isSame(trial)), others.filter(isSame)].map(rowsOf),
    };
  });
}

/** A row for each name, in the order of the trials. */
function rowsOf(trials: readonly ReportTrial[]): SeedsRow[] {
  return [...Map.groupBy(trials, ({ name }) => name)].map(([name, seeds]) => ({
    name,
    values: COLUMNS.map(({ key }) => seeds.map(({ figures }) => figures[key])),
  }));
}
