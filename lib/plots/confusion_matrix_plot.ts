import { axisX, axisY, cell, text } from "@observablehq/plot";
import { CLASSES } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";
import { formatCount, percent } from "lib/format.ts";
import { type Chart, drawChart, singlePlot, type TitleOptions } from "lib/plots/_chart.ts";
import { COLOURS, FAINT, MAX_FILL_OPACITY_UNDER_TEXT } from "lib/plots/_theme.ts";

/**
 * How often each digit was read as which: right answers on the diagonal in one colour, mistakes in
 * another, with logarithmic shades so that rare mistakes show.
 *
 * @param matrix Counts `[10][10]`: rows are actual digits, columns predicted ones.
 */
export function confusionMatrixPlot(
  matrix: readonly ArrayLike<number>[],
  options: TitleOptions = {},
): Chart {
  if (matrix.length !== CLASSES || matrix.some((row) => row.length !== CLASSES)) {
    throw new InputError("matrix: expected 10 rows of 10 counts");
  }
  const cells = matrix.flatMap((row, actual) => {
    const total = Array.from(row).reduce((sum, count) => sum + count, 0);
    return Array.from(row, (count, predicted) => ({ actual, predicted, count, total }));
  });
  const mistakes = cells.filter(({ actual, predicted }) => actual !== predicted);
  const mistaken = mistakes.reduce((sum, { count }) => sum + count, 0);
  const images = cells.reduce((sum, { count }) => sum + count, 0);
  const worst = mistakes.toSorted((a, b) => b.count - a.count)[0]!;
  const mostRight = Math.max(1, ...matrix.map((row, digit) => row[digit]!));
  const opacity = ({ actual, predicted, count }: typeof worst): number => {
    const most = actual === predicted ? mostRight : Math.max(1, worst.count);
    return MAX_FILL_OPACITY_UNDER_TEXT * (0.15 + 0.85 * Math.log1p(count) / Math.log1p(most));
  };
  const shown = cells.filter(({ count }) => count > 0);
  const labels = {
    labelAnchor: "center",
    labelArrow: "none",
    tickSize: 0,
    fontSize: 13,
  } as const;
  return drawChart({
    ...options,
    label: "Confusion matrix",
    description: `Of ${formatCount(images)} images ${formatCount(mistaken)} were misread. ` +
      (mistaken === 0 ? "" : `The most frequent mistake: ${worst.actual} read as ` +
        `${worst.predicted}, ${formatCount(worst.count)} times.`),
  }, (layout) =>
    singlePlot(layout, {
      height: layout.width - 10,
      marginTop: 44,
      marginRight: 2,
      marginBottom: 2,
      marginLeft: 44,
      x: { type: "band", padding: 0.06 },
      y: { type: "band", padding: 0.06 },
      opacity: { type: "identity" },
      marks: [
        axisX({ ...labels, anchor: "top", label: "Predicted digit", labelOffset: 40 }),
        axisY({ ...labels, label: "Actual digit", labelOffset: 40 }),
        cell(cells.filter(({ count }) => count === 0), {
          x: "predicted",
          y: "actual",
          fill: "currentColor",
          fillOpacity: FAINT.card,
        }),
        cell(shown, {
          x: "predicted",
          y: "actual",
          fill: ({ actual, predicted }) => actual === predicted ? COLOURS.blue : COLOURS.vermillion,
          fillOpacity: opacity,
          title: ({ actual, predicted, count, total }) =>
            `${actual} read as ${predicted}: ${formatCount(count)} of ${formatCount(total)} ` +
            `(${percent(count / total, 1)})`,
        }),
        text(shown, {
          x: "predicted",
          y: "actual",
          text: "count",
          fontSize: layout.isNarrow ? 11 : 13,
        }),
      ],
    }));
}
