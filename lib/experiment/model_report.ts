import type { LayersModel } from "@tensorflow/tfjs";
import { REPORTED, REPORTED_DIGIT } from "lib/experiment/reported.ts";
import { formatCount, percent, signed } from "lib/format.ts";
import {
  accuracyScore,
  classificationReport,
  type ClassScores,
  confusionMatrix,
  type ReportObject,
  wilsonInterval,
} from "lib/metrics/mod.ts";
import type {
  Evaluation,
  Examples,
  FitSettings,
  History,
  HistoryRow,
  TrainedModel,
} from "lib/model/mod.ts";
import { type MimeBundle, table } from "lib/notebook/mod.ts";
import { recordResults } from "lib/report/results.ts";
import type { Settings } from "lib/settings.ts";

/** The two models of the written report. */
export type ModelName = keyof typeof REPORTED;

/** How a compiled model is going to be trained, as a table. */
export function hyperparameterTable(
  { optimizer, loss }: LayersModel,
  settings: FitSettings,
): MimeBundle {
  const { epochs, batchSize, seed, augmentation, earlyStopping, learningRateSchedule } = settings;
  const { labelSmoothing, weightAverage } = settings;
  const { learningRate, ...others } = optimizer.getConfig();
  const list = (values: object): string =>
    Object.entries(values).map(([name, value]) => `${name} ${value}`).join(", ");
  const rows = {
    Optimizer: optimizer.getClassName(),
    "Learning rate": learningRateSchedule ? undefined : learningRate,
    "Learning-rate schedule": learningRateSchedule && list(learningRateSchedule),
    "The optimizer's other settings": list(others) || undefined,
    Loss: String(loss).replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
    Epochs: epochs,
    "Batch size": batchSize,
    Seed: seed,
    "Label smoothing": labelSmoothing,
    "Averaged weights": weightAverage && list(weightAverage),
    "Early stopping": earlyStopping && list(earlyStopping),
    Augmentation: augmentation &&
      [augmentation].flat().map((one) => one.constructor.name).join(", "),
  };
  return table(
    Object.entries(rows).filter(([, value]) => value !== undefined)
      .map(([hyperparameter, value]) => ({ hyperparameter, value: String(value) })),
    { caption: "Hyperparameters" },
  );
}

/** The figures of the epoch whose weights a model has. */
export function keptRow(
  { history, keptEpoch }: Pick<TrainedModel, "history" | "keptEpoch">,
): HistoryRow {
  return history[keptEpoch - 1]!;
}

/** A history as a table, losses to four decimals. */
export function historyTable(history: History, caption = "History"): MimeBundle {
  return table(
    history.map(({ epoch, loss, accuracy, valLoss, valAccuracy }) => ({
      epoch,
      "training loss": loss.toFixed(4),
      "training accuracy": percent(accuracy),
      "validation loss": valLoss.toFixed(4),
      "validation accuracy": percent(valAccuracy),
    })),
    { caption },
  );
}

/** An accuracy as a count, a fraction and its 95% Wilson interval. */
export interface AccuracyFigures {
  /** Images read right. */
  readonly correct: number;
  /** All images. */
  readonly total: number;
  /** `correct / total`, 0..1. */
  readonly accuracy: number;
  /** The 95% Wilson interval of the accuracy. */
  readonly interval: readonly [low: number, high: number];
}

/** Counts what was read right. `labels` and `predictions` are `[n]`. */
export function accuracyFigures(labels: Uint8Array, predictions: Uint8Array): AccuracyFigures {
  const total = labels.length;
  const correct = Math.round(accuracyScore(labels, predictions) * total);
  const { low, high } = wilsonInterval(correct, total);
  return { correct, total, accuracy: correct / total, interval: [low, high] };
}

type Row = Record<string, string>;

/** The report's figures beside a run's, as a table: accuracies and losses, training and validation. */
export function reportedBesideReproduced(
  models: readonly {
    readonly name: ModelName;
    /** The figures of the epoch whose weights the model has. */
    readonly row: HistoryRow;
    readonly figures: AccuracyFigures;
  }[],
): MimeBundle {
  return table(
    models.flatMap(({ name, row, figures: { interval: [low, high] } }) => {
      const title = name.replace("model-", "Model ");
      return FIGURES.map(({ key, figure }) => {
        const reported = REPORTED[name][key];
        const isLoss = key === "loss" || key === "valLoss";
        const difference = row[key] - reported;
        return {
          figure: `${title}, ${figure}`,
          reported: isLoss ? reported.toFixed(4) : percent(reported),
          reproduced: isLoss ? row[key].toFixed(4) : percent(row[key]),
          difference: isLoss ? signed(difference, 4) : `${signed(100 * difference, 2)} points`,
          "95% interval": key === "valAccuracy" ? `${percent(low)} to ${percent(high)}` : "",
        };
      });
    }),
    { caption: "Reported beside reproduced" },
  );
}

/** The four figures of an epoch, in the report's order. */
const FIGURES = [
  { key: "accuracy", figure: "training accuracy" },
  { key: "loss", figure: "training loss" },
  { key: "valAccuracy", figure: "validation accuracy" },
  { key: "valLoss", figure: "validation loss" },
] as const;

/** The digit that the report's text names, beside the same line of each model's report. */
export function reportedDigitBesideReproduced(
  models: readonly { readonly title: string; readonly report: ReportObject }[],
): MimeBundle {
  const { digit } = REPORTED_DIGIT;
  const row = (title: string, scores: ClassScores | undefined, decimals: number): Row => ({
    source: title,
    precision: scores?.precision.toFixed(decimals) ?? "–",
    recall: scores?.recall.toFixed(decimals) ?? "–",
    F1: scores?.f1Score.toFixed(decimals) ?? "–",
    support: formatCount(scores?.support ?? 0),
  });
  return table([
    row("Reported", REPORTED_DIGIT, 2),
    ...models.map(({ title, report }) =>
      row(title, report.perClass.find(({ label }) => label === digit), 4)
    ),
  ], { caption: `Digit ${digit}` });
}

/** In a sentence: where the report's validation accuracy lies in a run's interval. */
export function compareWithReported(
  name: ModelName,
  { correct, total, accuracy, interval: [low, high] }: AccuracyFigures,
): string {
  const reported = REPORTED[name].valAccuracy;
  const place = reported < low ? "below" : reported > high ? "above" : "inside";
  return `${name.replace("model-", "Model ")} reads ${formatCount(correct)} of ${
    formatCount(total)
  } validation ` +
    `images right: **${percent(accuracy)}**, 95% interval ${percent(low)} to ${percent(high)}. ` +
    `The report's ${percent(reported)} lies **${place}** this interval.`;
}

/** Adds all figures of a model to `outputs/results.json`. */
export async function recordModel(
  name: ModelName,
  { trained, evaluation, validation, settings }: {
    readonly trained: TrainedModel;
    readonly evaluation: Evaluation;
    readonly validation: Examples;
    readonly settings: Settings;
  },
): Promise<void> {
  const { labels } = validation;
  const { object } = classificationReport(labels, evaluation.predictions);
  await recordResults({
    quick: settings.quick,
    backend: settings.backend,
    models: {
      [name]: {
        epochs: trained.history.length,
        batchSize: trained.settings.batchSize,
        parameters: trained.model.countParams(),
        keptEpoch: trained.keptEpoch,
        history: trained.history,
        validation: accuracyFigures(labels, evaluation.predictions),
        classificationReport: object,
        confusionMatrix: confusionMatrix(labels, evaluation.predictions),
        reported: REPORTED[name],
        trainSeconds: Math.round(trained.trainSeconds * 10) / 10,
      },
    },
  });
}
