import { percent } from "lib/format.ts";
import { type Chart, drawChart, FREE_LAYOUT, singlePlot } from "lib/plots/_chart.ts";
import { digitGrid } from "lib/plots/_digit_grid.ts";
import type { DigitImages } from "lib/plots/_digits.ts";
import { textMark } from "lib/plots/_text.ts";

/** A misread image. */
export interface Mistake {
  /** `[28, 28]`. */
  readonly image: DigitImages;
  /** The label. */
  readonly actual: number;
  /** What the model read. */
  readonly predicted: number;
  /** Probability that the model gave to the predicted digit, 0..1. */
  readonly confidence: number;
}

/**
 * Misread images, each with its label, what the model read, and how sure the model was.
 *
 * @param items In the order in which to show them, such as the most confident first.
 */
export function mistakesPlot(items: readonly Mistake[]): Chart {
  const label = "Misread images";
  if (items.length === 0) {
    const text = "No image was misread.";
    const marks = [textMark([{ x: 0, y: 16, text }], { textAnchor: "start" })];
    return drawChart(
      { label, description: text },
      (layout) => singlePlot(layout, { ...FREE_LAYOUT, height: 32, marks }),
    );
  }
  const description = items.map(({ actual, predicted, confidence }) =>
    `A ${actual} read as ${predicted} with confidence ${formatConfidence(confidence)}.`
  ).join(" ");
  return digitGrid({ label, description }, {
    columns: { wide: 5, narrow: 3 },
    items: items.map(({ image, actual, predicted, confidence }) => ({
      images: [{ image }],
      caption: [`${actual} read as ${predicted}`, `${formatConfidence(confidence)} sure`],
    })),
  });
}

/** A confidence in per cent that rounding never turns into certainty: `> 99.9%` for 0.9999. */
function formatConfidence(confidence: number): string {
  return confidence > 0.9994 && confidence < 1 ? "> 99.9%" : percent(confidence, 1);
}
