import { FIGURES, MODELS, titleOf } from "lib/experiment/keras_reference.ts";
import type { ModelName } from "lib/experiment/model_report.ts";
import { REPORTED, type ReportedFigures } from "lib/experiment/reported.ts";
import type { ExperimentSplit } from "lib/experiment/split.ts";
import {
  describeMissing,
  type FinishedTrial,
  readStudyFigures,
} from "lib/experiment/study_figures.ts";
import { mean, standardDeviation } from "lib/metrics/mod.ts";
import { markdown, type MimeBundle } from "lib/notebook/mod.ts";
import type { SeedsRow, SeedsSection } from "lib/plots/mod.ts";
import type { ReportTraining } from "lib/study/mod.ts";
import { asInNotebooks } from "lib/study/report_models.ts";

/** Trainings of the report's models in many ways, by `deno task study`. */
export interface ReportStudies {
  /** As in the notebooks, with 20 seeds a model. */
  readonly seeds: readonly ReportTrial[];
  /** Other networks and other procedures. */
  readonly networks: readonly ReportTrial[];
  /** Trials that have not been run. */
  readonly missing: number;
}

/** A trial of these studies, with its figures after the last epoch. */
export type ReportTrial = FinishedTrial<ReportTraining, ReportedFigures>;

/**
 * The studies' figures for the same digits and the same split, or `undefined` where there are none.
 *
 * @param images The labelled images, `[n, 28, 28]`.
 */
export async function readReportStudies(
  images: Uint8Array,
  split: ExperimentSplit,
): Promise<ReportStudies | undefined> {
  const [seeds, networks] = await Promise.all([
    new URL("../../outputs/reference/report-seeds.json", import.meta.url),
    new URL("../../outputs/reference/report-networks.json", import.meta.url),
  ].map((url) => readStudyFigures<ReportTraining, ReportedFigures>(url, images, split)));
  return seeds && networks && {
    seeds: seeds.trials,
    networks: networks.trials,
    missing: seeds.missing + networks.missing,
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

/** What `seedsPlot` shows of the studies: for each model its seeds, other networks, other procedures. */
export function studySections({ seeds, networks }: ReportStudies): SeedsSection[] {
  return MODELS.flatMap((model) => {
    const own = seeds.filter(({ settings }) => settings.model === model);
    const others = networks.filter(({ settings }) => settings.model === model);
    const network = JSON.stringify(asInNotebooks(model).network);
    const isSame = (trial: ReportTrial): boolean =>
      JSON.stringify(trial.settings.network) === network;
    if (own.length === 0) return [];
    return [{
      title: titleOf(model),
      figures: FIGURES.map(({ key, title, format }) => ({
        name: title,
        format,
        reported: REPORTED[model][key],
      })),
      groups: [own, others.filter((trial) => !isSame(trial)), others.filter(isSame)].map(rowsOf),
    }];
  });
}

/** A row for each name, in the order of the trials. */
function rowsOf(trials: readonly ReportTrial[]): SeedsRow[] {
  return [...Map.groupBy(trials, ({ name }) => name)].map(([name, seeds]) => ({
    name,
    values: FIGURES.map(({ key }) => seeds.map(({ figures }) => figures[key])),
  }));
}

/**
 * In words, for each model: the kind of training that is nearest to all four reported figures, and
 * which of them no training reached. Distances are counted in standard deviations of the seeds.
 */
export function describeStudy(studies: ReportStudies): MimeBundle {
  const { seeds, networks, missing } = studies;
  const unfinished = describeMissing({ trials: [...seeds, ...networks], missing });
  return markdown([...studySections(studies).map(describeSection), ...unfinished].join("\n\n"));
}

function describeSection({ title, figures, groups }: SeedsSection): string {
  const rows = groups.flat();
  const deviations = figures.map((_, column) => standardDeviation(rows[0]!.values[column]!));
  const distances = rows.map(({ values }) =>
    Math.hypot(
      ...figures.map(({ reported }, column) =>
        (mean(values[column]!) - reported) / deviations[column]!
      ),
    )
  );
  const nearest = rows[distances.indexOf(Math.min(...distances))]!;
  const there = figures.map(({ name, reported, format }, column) =>
    `${name} ${format(mean(nearest.values[column]!))}, reported ${format(reported)}`
  ).join("; ");
  const unreached = figures.flatMap(({ name, reported, format }, column) => {
    const all = rows.flatMap(({ values }) => values[column]!);
    const isLoss = name.endsWith("loss");
    const best = isLoss ? Math.min(...all) : Math.max(...all);
    return (isLoss ? best > reported : best < reported)
      ? [`the best ${name} of all ${all.length} is ${format(best)}, reported ${format(reported)}`]
      : [];
  });
  return `**${title}**: nearest to all four figures is "${nearest.name}" (${there}). ` +
    (unreached.length === 0
      ? "Each figure was reached by some training."
      : `Some figures no training reached: ${unreached.join("; ")}.`);
}
