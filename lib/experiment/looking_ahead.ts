import type { ExperimentSplit } from "lib/experiment/split.ts";
import {
  describeChanges,
  describeMissing,
  ENOUGH_SEEDS,
  gainsOf,
  listChanges,
  plusMinus,
  points,
  readStudyFigures,
  type StudyFigures,
} from "lib/experiment/study_figures.ts";
import { duration, formatCount, percent, signed } from "lib/format.ts";
import { mean } from "lib/metrics/mod.ts";
import { markdown, type MimeBundle, table } from "lib/notebook/mod.ts";
import type { SeedsSection } from "lib/plots/mod.ts";
import type { LookingAhead, LookingAheadFigures } from "lib/study/looking_ahead_training.ts";

/**
 * What `deno task study looking-ahead` gave, where each idea stands alone and trials without one come
 * first, or `deno task study recipe-steps`, where each step comes on top of those before it.
 */
export type LookingAheadStudy = StudyFigures<LookingAhead, LookingAheadFigures>;

/**
 * The figures of the study of ideas for the same digits and the same split, or `undefined` where there
 * are none.
 *
 * @param images The labelled images, `[n, 28, 28]`.
 */
export async function readLookingAheadStudy(
  images: Uint8Array,
  split: ExperimentSplit,
): Promise<LookingAheadStudy | undefined> {
  const url = new URL("../../outputs/reference/looking-ahead.json", import.meta.url);
  return await readStudyFigures(url, images, split);
}

/** The figures of the study of steps, likewise. */
export async function readRecipeStepsStudy(
  images: Uint8Array,
  split: ExperimentSplit,
): Promise<LookingAheadStudy | undefined> {
  const url = new URL("../../outputs/reference/recipe-steps.json", import.meta.url);
  return await readStudyFigures(url, images, split);
}

/** What an idea is compared with: trainings without any, or with all that came before it. */
export type Beside = "none" | "previous";

/** Figures of the trainings with an idea and, in the same order of seeds, of those without. */
interface Pairs {
  readonly name: string;
  readonly withIdea: readonly LookingAheadFigures[];
  readonly without: readonly LookingAheadFigures[];
}

/** Each idea beside the trainings with the same seeds without it. */
function pairsOf({ trials }: LookingAheadStudy, beside: Beside): Pairs[] {
  const groups = [...Map.groupBy(trials, ({ name }) => name).values()];
  return groups.slice(1).map((idea, i) => {
    const base = groups[beside === "none" ? 0 : i]!;
    const bySeed = new Map(base.map(({ seed, figures }) => [seed, figures]));
    const paired = idea.filter(({ seed }) => bySeed.has(seed));
    return {
      name: idea[0]!.name,
      withIdea: paired.map(({ figures }) => figures),
      without: paired.map(({ seed }) => bySeed.get(seed)!),
    };
  });
}

/** Figures of the trainings without any idea. */
function withoutIdea({ trials }: LookingAheadStudy): LookingAheadFigures[] {
  return trials.filter(({ name }) => name === trials[0]!.name).map(({ figures }) => figures);
}

/** What two figures of the same seed differ by, over all seeds. */
function differences(
  { withIdea, without }: Pairs,
  figure: (figures: LookingAheadFigures) => number,
): number[] {
  return withIdea.map((figures, i) => figure(figures) - figure(without[i]!));
}

/** Each idea in a row: with it, and what it changed, paired by seed. */
export function ideasTable(study: LookingAheadStudy, beside: Beside = "none"): MimeBundle {
  const pairs = pairsOf(study, beside);
  const isAlone = beside === "none";
  const row = (
    name: string,
    figures: readonly LookingAheadFigures[],
    changes: Record<string, string>,
  ): Record<string, string> => ({
    [isAlone ? "idea" : "step"]: name,
    "validation accuracy": plusMinus(figures.map(({ valAccuracy }) => valAccuracy), percent),
    "change in points": "",
    "better with": "",
    ...changes,
    "validation loss": plusMinus(figures.map(({ valLoss }) => valLoss), (x) => x.toFixed(4)),
    "training accuracy": percent(mean(figures.map(({ accuracy }) => accuracy))),
  });
  return table(
    [
      row(isAlone ? "none" : study.trials[0]!.name, withoutIdea(study), {}),
      ...pairs.map((pair) => {
        const changes = differences(pair, ({ valAccuracy }) => valAccuracy);
        return row(pair.name, pair.withIdea, {
          "change in points": plusMinus(changes, points),
          "better with": gainsOf(changes),
        });
      }),
    ],
    {
      caption: `${
        isAlone ? "Each idea alone" : "Each step on top of those before it"
      }, mean ± sd over seeds; changes are between trainings of one seed`,
    },
  );
}

/** What `seedsPlot` shows of the study: the trainings without an idea are what others stand beside. */
export function ideasSection({ trials }: LookingAheadStudy): SeedsSection {
  const [base, ...ideas] = [...Map.groupBy(trials, ({ name }) => name)];
  const COLUMNS = [
    { name: "validation accuracy", key: "valAccuracy", format: (x: number) => percent(x) },
    { name: "validation loss", key: "valLoss", format: (x: number) => x.toFixed(4) },
    { name: "training accuracy", key: "accuracy", format: (x: number) => percent(x) },
  ] as const;
  const rows = [base!, ...ideas].map(([name, ofIdea]) => ({
    name,
    values: COLUMNS.map(({ key }) => ofIdea.map(({ figures }) => figures[key])),
  }));
  return {
    title: "Ideas",
    reportedName: "without",
    figures: COLUMNS.map(({ name, format }, column) => ({
      name,
      format,
      reported: mean(rows[0]!.values[column]!),
    })),
    groups: [rows.slice(0, 1), rows.slice(1)],
  };
}

/** What needs no other training: several views of a digit, and a temperature. */
export function afterwardsTable(study: LookingAheadStudy): MimeBundle {
  const base = withoutIdea(study);
  const row = (
    what: string,
    before: (figures: LookingAheadFigures) => number,
    after: (figures: LookingAheadFigures) => number,
    format: (value: number) => string,
    change: (value: number) => string,
  ): Record<string, string> => {
    const changes = base.map((figures) => after(figures) - before(figures));
    return {
      figure: what,
      before: plusMinus(base.map(before), format),
      after: plusMinus(base.map(after), format),
      change: plusMinus(changes, change),
    };
  };
  return table([
    row(
      "five views: validation accuracy",
      ({ valAccuracy }) => valAccuracy,
      ({ valAccuracy, viewsAccuracy = valAccuracy }) => viewsAccuracy,
      percent,
      points,
    ),
    row(
      "temperature: expected calibration error",
      ({ calibrationError }) => calibrationError,
      ({ scaledCalibrationError }) => scaledCalibrationError,
      percent,
      points,
    ),
    row(
      "temperature: validation loss",
      ({ valLoss }) => valLoss,
      ({ scaledLoss }) => scaledLoss,
      (x) => x.toFixed(4),
      (x) => signed(x, 4),
    ),
  ], { caption: "The report's network, asked in another way; mean ± sd over seeds" });
}

/** In words: which ideas are clear of chance, and how far the study is. */
export function describeIdeas(study: LookingAheadStudy, beside: Beside = "none"): MimeBundle {
  const { settings: { rows, epochs, batchSize } } = study.trials[0]!;
  const ideas = pairsOf(study, beside).map((pair) => ({
    name: pair.name,
    differences: differences(pair, ({ valAccuracy }) => valAccuracy),
  })).toSorted((a, b) => mean(b.differences) - mean(a.differences));
  const fewest = Math.min(...ideas.map(({ differences }) => differences.length));
  const sentences = fewest < ENOUGH_SEEDS
    ? [
      `**Too few seeds to tell chance apart** (${fewest} of each idea). From the largest gain to the largest ` +
      `loss, in points of validation accuracy: ${listChanges(ideas)}.`,
    ]
    : [
      ...describeChanges(ideas, ", in points of validation accuracy"),
      `"Clearly" is a mean change of more than twice its standard error.`,
    ];
  return markdown(`
${[...sentences, ...describeMissing(study)].join("\n\n")}

These figures are the study's, not this run's: ${study.trials.length} trainings for ${epochs} epochs on ${
    formatCount(rows)
  } rows in batches of ${batchSize},
in ${duration(study.seconds)} on ${
    study.cpus.join(" and ")
  } (\`${study.command}\`). With more rows and more epochs there
is less to gain.
`);
}
