import type { ExperimentSplit } from "lib/experiment/split.ts";
import {
  describeChanges,
  describeMissing,
  ENOUGH_SEEDS,
  gainsOf,
  isClear,
  plusMinus,
  points,
  readStudyFigures,
  type StudyFigures,
} from "lib/experiment/study_figures.ts";
import { formatCount, percent } from "lib/format.ts";
import { mean } from "lib/metrics/mod.ts";
import { markdown, type MimeBundle, table } from "lib/notebook/mod.ts";
import type { TrainingSizesSeries } from "lib/plots/mod.ts";
import type { Transfer, TransferFigures } from "lib/study/transfer_training.ts";

/** What `deno task study transfer` gave. */
export type TransferStudy = StudyFigures<Transfer, TransferFigures>;

/**
 * The study's figures for the same digits and the same split, or `undefined` where there are none.
 *
 * @param images The labelled images, `[n, 28, 28]`.
 */
export async function readTransferStudy(
  images: Uint8Array,
  split: ExperimentSplit,
): Promise<TransferStudy | undefined> {
  const url = new URL("../../outputs/reference/transfer.json", import.meta.url);
  return await readStudyFigures(url, images, split);
}

/** Validation accuracies with so many real digits, in the order of the seeds. */
interface Pairs {
  /** Real digits that were trained with. */
  readonly rows: number;
  readonly seeds: readonly number[];
  readonly synthetic: readonly number[];
  readonly scratch: readonly number[];
}

/** Trainings of the same seeds with the same real digits, from few digits to many. */
function pairsOf({ trials }: TransferStudy): Pairs[] {
  const bySize = Map.groupBy(trials, ({ settings }) => settings.rows);
  return [...bySize].filter(([rows]) => rows > 0).sort(([a], [b]) => a - b).flatMap(
    ([rows, ofSize]) => {
      const accuracies = (start: Transfer["start"]): Map<number, number> =>
        new Map(
          ofSize.filter(({ settings }) => settings.start === start)
            .map(({ seed, figures }) => [seed, figures.valAccuracy]),
        );
      const [synthetic, scratch] = [accuracies("synthetic"), accuracies("scratch")];
      const seeds = [...synthetic.keys()].filter((seed) => scratch.has(seed));
      if (seeds.length === 0) return [];
      const of = (start: Map<number, number>): number[] => seeds.map((seed) => start.get(seed)!);
      return [{ rows, seeds, synthetic: of(synthetic), scratch: of(scratch) }];
    },
  );
}

/** Validation accuracies of the networks that have seen no real digit, by seed. */
function withoutRealDigits({ trials }: TransferStudy): Map<number, number> {
  return new Map(
    trials.filter(({ settings }) => settings.rows === 0)
      .map(({ seed, figures }) => [seed, figures.valAccuracy]),
  );
}

/** The ways to train, as `trainingSizesPlot` shows them. */
export function transferSeries(study: TransferStudy): TrainingSizesSeries[] {
  const series = (name: string, start: Transfer["start"]): TrainingSizesSeries => ({
    name,
    sizes: pairsOf(study).map((pairs) => ({
      examples: pairs.rows,
      errors: pairs[start].map((accuracy) => 1 - accuracy),
    })),
  });
  return [series("after synthetic digits", "synthetic"), series("from scratch", "scratch")];
}

/** The share of validation digits that is misread by networks that have seen no real digit: their mean. */
export function errorWithoutRealDigits(study: TransferStudy): number {
  return 1 - mean([...withoutRealDigits(study).values()]);
}

/** Each number of real digits in a row. */
export function transferTable(study: TransferStudy): MimeBundle {
  return table(
    [
      {
        "real digits": "none",
        "after synthetic digits": plusMinus([...withoutRealDigits(study).values()], percent),
        "from scratch": "",
        "difference in points": "",
        "better after synthetic": "",
      },
      ...pairsOf(study).map((pairs) => {
        const differences = differencesOf(pairs);
        return {
          "real digits": formatCount(pairs.rows),
          "after synthetic digits": plusMinus(pairs.synthetic, percent),
          "from scratch": plusMinus(pairs.scratch, percent),
          "difference in points": plusMinus(differences, points),
          "better after synthetic": gainsOf(differences),
        };
      }),
    ],
    {
      caption:
        "Validation accuracy, mean ± sd over seeds; differences are between trainings of one seed",
    },
  );
}

function differencesOf({ synthetic, scratch }: Pairs): number[] {
  return synthetic.map((accuracy, i) => accuracy - scratch[i]!);
}

/**
 * So many real digits, from scratch, give a mean accuracy: between two numbers of digits on a
 * straight line of the logarithms of digits and errors.
 *
 * @returns In words; numbers beyond those of the study are not guessed.
 */
function digitsFromScratch(pairs: readonly Pairs[], accuracy: number): string {
  const points = pairs.map(({ rows, scratch }) => ({ rows, error: 1 - mean(scratch) }));
  const error = 1 - accuracy;
  const next = points.findIndex((point) => point.error <= error);
  if (next === -1) return `more than ${formatCount(points.at(-1)!.rows)}`;
  if (next === 0) return `fewer than ${formatCount(points[0]!.rows)}`;
  const [before, after] = [points[next - 1]!, points[next]!];
  const share = Math.log(before.error / error) / Math.log(before.error / after.error);
  const rows = before.rows * (after.rows / before.rows) ** share;
  return `about ${formatCount(Number(rows.toPrecision(2)))}`;
}

/** In words: what synthetic digits are worth, and up to how many real ones. */
export function describeTransfer(study: TransferStudy): MimeBundle {
  const pairs = pairsOf(study);
  const fewest = pairs[0]!;
  const aloneBySeed = withoutRealDigits(study);
  const alone = mean([...aloneBySeed.values()]);
  const gained = pairs.find(({ seeds, synthetic }) => {
    const gains = synthetic.map((accuracy, i) => accuracy - aloneBySeed.get(seeds[i]!)!);
    return isClear(gains) && mean(gains) > 0;
  });
  const changes = pairs.map((one) => ({
    name: formatCount(one.rows),
    differences: differencesOf(one),
  }));
  const sentences = [
    `**Worth of synthetic digits.** With them alone the network reads ${
      percent(alone)
    } of the validation ` +
    `digits right; from scratch that takes ${digitsFromScratch(pairs, alone)} real ones. With ` +
    `${formatCount(fewest.rows)} real digits after them it is ${
      percent(mean(fewest.synthetic))
    }, as with ` +
    `${digitsFromScratch(pairs, mean(fewest.synthetic))} from scratch, where ${
      formatCount(fewest.rows)
    } ` +
    `give ${percent(mean(fewest.scratch))}.`,
    ...Math.min(...pairs.map(({ scratch }) => scratch.length)) < ENOUGH_SEEDS
      ? ["Too few seeds to tell where the advantage ends."]
      : [
        ...describeChanges(
          changes,
          " after synthetic digits, in points of validation accuracy by the number of real digits",
        ),
        gained !== undefined &&
        `Real digits clearly add to what the synthetic ones taught from ${
          formatCount(gained.rows)
        } on.`,
        `"Clearly" is a mean difference of more than twice its standard error.`,
      ],
    ...describeMissing(study),
  ];
  return markdown(`
${sentences.filter((sentence) => sentence).join("\n\n")}

These figures are the study's, not this run's: ${study.trials.length} trainings on ${
    study.cpus.join(" and ")
  } (\`${study.command}\`).
`);
}
