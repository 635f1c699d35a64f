import { axisX, dot, gridX, link, text } from "@observablehq/plot";
import { percent } from "lib/format.ts";
import { type Chart, drawChart, singlePlot } from "lib/plots/_chart.ts";
import { COLOURS, FAINT, SMALL_FONT_SIZE } from "lib/plots/_theme.ts";

/** A model of {@linkcode accuracyPlot}; accuracies are 0..1. */
export interface ModelAccuracy {
  /** The name of its row. */
  readonly name: string;
  /** The share of the validation images that it reads right. */
  readonly accuracy: number;
  /** The accuracy's 95% interval. */
  readonly interval: readonly [low: number, high: number];
  /** The accuracy that was reported elsewhere. */
  readonly reported: number;
}

const ROW_HEIGHT = 62;

/** Validation accuracies with their intervals on one scale, the reported ones as diamonds. */
export function accuracyPlot(models: readonly ModelAccuracy[]): Chart {
  const values = models.flatMap(({ interval, reported }) => [...interval, reported]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const value = { fontSize: 13, fontWeight: 600 } as const;
  return drawChart({
    label: "Validation accuracy with its 95% interval",
    description: models.map(({ name, accuracy, interval: [from, to], reported }) =>
      `${name}: ${percent(accuracy)}, interval ${percent(from)} to ${percent(to)}, ` +
      `reported ${percent(reported)}.`
    ).join(" "),
  }, (layout) =>
    singlePlot(layout, {
      height: models.length * ROW_HEIGHT + 40,
      marginTop: 4,
      marginBottom: 36,
      marginLeft: 66,
      marginRight: 34,
      x: { domain: [low, Math.min(1, high)], nice: true, axis: null },
      y: { type: "point", domain: models.map(({ name }) => name), axis: null, padding: 0.5 },
      marks: [
        gridX({ ticks: 4, strokeOpacity: FAINT.grid }),
        axisX({
          ticks: 4,
          tickSize: 0,
          fontSize: SMALL_FONT_SIZE,
          tickFormat: (share: number) => `${+(100 * share).toFixed(2)}%`,
          label: "● this run, with 95% interval;  ◇ the report",
          labelAnchor: "center",
          labelArrow: "none",
          labelOffset: 34,
        }),
        text(models, {
          y: "name",
          text: "name",
          frameAnchor: "left",
          textAnchor: "end",
          dx: -10,
        }),
        link(models, {
          x1: ({ interval: [from] }: ModelAccuracy) => from,
          x2: ({ interval: [, to] }: ModelAccuracy) => to,
          y: "name",
          stroke: COLOURS.blue,
          strokeWidth: 5,
          strokeOpacity: 0.45,
          strokeLinecap: "round",
        }),
        dot(models, { x: "accuracy", y: "name", r: 5, fill: COLOURS.blue }),
        dot(models, {
          x: "reported",
          y: "name",
          r: 5,
          symbol: "diamond",
          stroke: "currentColor",
          strokeWidth: 1.75,
        }),
        text(models, {
          ...value,
          x: "accuracy",
          y: "name",
          dy: -15,
          text: ({ accuracy }: ModelAccuracy) => percent(accuracy),
        }),
        text(models, {
          x: "reported",
          y: "name",
          dy: 17,
          fontSize: SMALL_FONT_SIZE,
          text: ({ reported }: ModelAccuracy) => percent(reported),
        }),
      ],
    }));
}
