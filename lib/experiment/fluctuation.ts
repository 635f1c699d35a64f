import { formatCount, percent } from "lib/format.ts";
import type { Evaluation, History, HistoryRow } from "lib/model/mod.ts";
import { markdown, type MimeBundle, table } from "lib/notebook/mod.ts";

/** Keras's `epsilon`, below which a probability is not taken. */
const EPSILON = 1e-7;

/** Epochs without which there is nothing that could fluctuate. */
const FEWEST_EPOCHS = 3;

/** How a validation history moves, and what its last loss is made of. */
interface Fluctuation {
  /** Standard error of an accuracy on so many images, 0..1. */
  readonly standardError: number;
  /** Root mean square of the changes of validation accuracy between the last epochs, 0..1. */
  readonly typicalChange: number;
  /** After how many epochs the validation accuracy was lower than before. */
  readonly falls: number;
  /** The epoch of the lowest validation loss. */
  readonly best: HistoryRow;
  /** The largest rise of the validation loss above the lowest before it; absent if it always fell. */
  readonly rise?: { readonly from: HistoryRow; readonly to: HistoryRow };
  /** Misread images, how sure the network was of them, and their share of the loss, 0..1 each. */
  readonly mistakes: {
    readonly n: number;
    readonly confidence: number;
    readonly lossShare: number;
  };
}

/**
 * Measures what the discussion needs: is a change from epoch to epoch more than the sample explains,
 * and does the loss show overfitting before the accuracy does?
 *
 * @param history At least three epochs; otherwise `undefined` is given.
 * @param labels The true digits of the evaluation, `[n]`.
 */
export function measureFluctuation(
  history: History,
  { accuracy, loss, predictions, probabilities }: Evaluation,
  labels: Uint8Array,
): Fluctuation | undefined {
  if (history.length < FEWEST_EPOCHS) return undefined;
  const changes = history.slice(1).map((row, i) => row.valAccuracy - history[i]!.valAccuracy);
  const recent = changes.slice(-5);

  let best = history[0]!;
  let rise: { from: HistoryRow; to: HistoryRow } | undefined;
  for (const row of history) {
    if (row.valLoss < best.valLoss) best = row;
    const height = row.valLoss - best.valLoss;
    if (height > (rise ? rise.to.valLoss - rise.from.valLoss : 0)) rise = { from: best, to: row };
  }

  let n = 0;
  let confidence = 0;
  let mistakenLoss = 0;
  labels.forEach((label, i) => {
    if (predictions[i] === label) return;
    n++;
    confidence += probabilities[10 * i + predictions[i]!]!;
    mistakenLoss -= Math.log(Math.max(probabilities[10 * i + label]!, EPSILON));
  });
  return {
    standardError: Math.sqrt(accuracy * (1 - accuracy) / labels.length),
    typicalChange: Math.sqrt(recent.reduce((sum, x) => sum + x ** 2, 0) / recent.length),
    falls: changes.filter((change) => change < 0).length,
    best,
    ...(rise && { rise }),
    mistakes: {
      n,
      confidence: n === 0 ? 0 : confidence / n,
      lossShare: n === 0 ? 0 : mistakenLoss / labels.length / loss,
    },
  };
}

/** {@linkcode measureFluctuation} as a table and in words. */
export function describeFluctuation(
  title: string,
  history: History,
  evaluation: Evaluation,
  labels: Uint8Array,
): MimeBundle[] {
  const figures = measureFluctuation(history, evaluation, labels);
  if (figures === undefined) {
    return [markdown(
      `${title} has a history of ${history.length} epochs; with fewer than ${FEWEST_EPOCHS} ` +
        "there is no fluctuation to discuss.",
    )];
  }
  const { standardError, typicalChange, falls, best, rise, mistakes } = figures;
  const last = history.at(-1)!;
  const total = labels.length;
  const sample = `**The sample is finite.** With ${formatCount(total)} images one image is ` +
    `${percent(1 / total, 3)}, and the standard error ${
      percent(standardError)
    }. From epoch to epoch ` +
    `the accuracy changes by about ${percent(typicalChange)}: ${
      Math.round(typicalChange * total)
    } ` +
    "images near the boundary between two digits change sides as the weights move. " +
    (typicalChange < 2 * standardError
      ? "A change of this size says nothing about the model's quality."
      : "That is more than the sample explains: the model itself still changes.");
  const overfitting = rise === undefined
    ? "**The validation loss does not rise in this run**: it falls with every epoch."
    : `**The validation loss rises** from ${rise.from.valLoss.toFixed(4)} after epoch ` +
      `${rise.from.epoch} to ${
        rise.to.valLoss.toFixed(4)
      } after epoch ${rise.to.epoch}, while the ` +
      `training loss goes from ${rise.from.loss.toFixed(4)} to ${rise.to.loss.toFixed(4)}` +
      `${best === last ? "; the last epoch brings it down again" : ""}. Accuracy only asks which ` +
      "digit is first; the loss also asks how sure the network was.";
  const wrong = mistakes.n === 0 ? "" : ` The ${formatCount(mistakes.n)} misread images are ` +
    `${percent(mistakes.n / total, 1)} of all; they are read with a mean confidence of ` +
    `${percent(mistakes.confidence, 0)} and make up ${percent(mistakes.lossShare, 0)} of the ` +
    "validation loss.";
  return [
    table(
      [
        ["standard error of an accuracy on this many images", percent(standardError)],
        ["typical change between the last epochs (root mean square)", percent(typicalChange)],
        ["epochs after which the accuracy fell", `${falls} of ${history.length - 1}`],
        ["lowest validation loss", `${best.valLoss.toFixed(4)}, epoch ${best.epoch}`],
        ["last validation loss", `${last.valLoss.toFixed(4)}, epoch ${last.epoch}`],
      ].map(([figure, value]) => ({ figure: figure!, value: value! })),
      {
        caption: `${title}, validation`,
      },
    ),
    markdown(`${sample}\n\n${overfitting}${wrong}`),
  ];
}
