import { axisX, axisY, dot, gridX, link, text } from "@observablehq/plot";
import { percent } from "lib/format.ts";
import { type ReportObject, wilsonInterval } from "lib/metrics/mod.ts";
import { type Chart, drawChart, singlePlot } from "lib/plots/_chart.ts";
import { FAINT, MODEL_COLOURS, SMALL_FONT_SIZE } from "lib/plots/_theme.ts";

/** A model of {@linkcode classificationReportPlot}. */
export interface ModelScores {
  /** Its name in the legend. */
  readonly name: string;
  /** The `object` of `classificationReport`. */
  readonly report: ReportObject;
}

const SCORES = ["Precision", "Recall", "F1 score"] as const;
const ROW_HEIGHT = 30;

interface Point {
  readonly score: typeof SCORES[number];
  readonly name: string;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
  readonly colour: string;
  /** Vertical distance from the middle of the digit's row, in chart units. */
  readonly dy: number;
}

/**
 * Precision, recall and F1 score of each digit on one scale, with the 95% Wilson interval of each
 * recall, the models below one another.
 */
export function classificationReportPlot(models: readonly ModelScores[]): Chart {
  const points = models.flatMap(({ report }, i) =>
    pointsOf(report, {
      colour: MODEL_COLOURS[i % MODEL_COLOURS.length]!,
      dy: (i - (models.length - 1) / 2) * 10,
    })
  );
  const names = models[0]?.report.perClass.map(({ name }) => name) ?? [];
  const lowest = Math.min(0.99, ...points.map(({ low, value }) => low ?? value));
  return drawChart({
    label: "Precision, recall and F1 score by digit",
    description: models.map(({ name, report }) => `${name}: ${describe(report)}`).join(" "),
  }, (layout) =>
    singlePlot(layout, {
      height: 100 + ROW_HEIGHT * names.length,
      marginTop: 56,
      marginBottom: 44,
      marginLeft: 30,
      marginRight: 14,
      fx: { domain: SCORES, axis: null, padding: 0.24, paddingOuter: 0 },
      x: { domain: [lowest, 1], nice: true, axis: null },
      y: { type: "point", domain: names, axis: null, padding: 0.6 },
      marks: [
        gridX({ ticks: layout.isNarrow ? 2 : 3, strokeOpacity: FAINT.grid }),
        axisX({
          ticks: layout.isNarrow ? 2 : 3,
          tickSize: 0,
          fontSize: SMALL_FONT_SIZE,
          label: "Per cent; lines: 95% intervals of the recall",
          tickFormat: (share: number) => `${+(100 * share).toFixed(1)}`,
          labelAnchor: "center",
          labelArrow: "none",
          labelOffset: 36,
        }),
        axisY({ tickSize: 0, label: null, fontSize: 13 }),
        text(SCORES, {
          fx: (score: string) => score,
          text: (score: string) => score,
          frameAnchor: "top-left",
          textAnchor: "start",
          lineAnchor: "bottom",
          dy: -8,
          fontWeight: 600,
        }),
        // Offsets are options of a whole mark, so each model has marks of its own.
        models.map(({ name }, i) => {
          const own = points.filter(({ colour }) => colour === MODEL_COLOURS[i]);
          const { colour, dy } = own[0] ?? { colour: "currentColor", dy: 0 };
          return [
            link(own.filter(({ low }) => low !== undefined), {
              fx: "score",
              x1: "low",
              x2: "high",
              y: "name",
              dy,
              stroke: colour,
              strokeWidth: 1.75,
            }),
            dot(own, { fx: "score", x: "value", y: "name", dy, r: 4, fill: colour }),
            dot([0], {
              facet: "super",
              frameAnchor: "top-left",
              dx: i * 100 + 5,
              dy: -44,
              r: 4.5,
              fill: colour,
            }),
            text([name], {
              facet: "super",
              frameAnchor: "top-left",
              textAnchor: "start",
              dx: i * 100 + 14,
              dy: -51,
            }),
          ];
        }),
      ],
    }));
}

function pointsOf(
  { perClass }: ReportObject,
  style: Pick<Point, "colour" | "dy">,
): Point[] {
  return perClass.flatMap(({ name, precision, recall, f1Score, support }): Point[] => [
    { score: "Precision", name, value: precision, ...style },
    {
      score: "Recall",
      name,
      value: recall,
      ...style,
      ...support > 0 ? wilsonInterval(Math.round(recall * support), support) : {},
    },
    { score: "F1 score", name, value: f1Score, ...style },
  ]).filter(({ value }) => Number.isFinite(value));
}

/** Which digit is found least often. */
function describe({ perClass }: ReportObject): string {
  const worst = perClass.filter(({ support }) => support > 0)
    .toSorted((a, b) => a.recall - b.recall)[0];
  if (worst === undefined) return "no scores.";
  const { low, high } = wilsonInterval(Math.round(worst.recall * worst.support), worst.support);
  return `the lowest recall is that of ${worst.name}, ${percent(worst.recall)}, ` +
    `95% interval ${percent(low)} to ${percent(high)}.`;
}
