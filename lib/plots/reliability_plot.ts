import { axisX, axisY, dot, gridX, gridY, link, text } from "@observablehq/plot";
import { formatCount, percent } from "lib/format.ts";
import { type CalibrationBin, expectedCalibrationError, wilsonInterval } from "lib/metrics/mod.ts";
import { type Chart, drawChart, FREE_LAYOUT, type Panel } from "lib/plots/_chart.ts";
import { type PlacedText, textMark } from "lib/plots/_text.ts";
import { FAINT, MODEL_COLOURS, SMALL_FONT_SIZE } from "lib/plots/_theme.ts";

/** A model of {@linkcode reliabilityPlot}. */
export interface ModelCalibration {
  /** Its name in the legend. */
  readonly name: string;
  /** Of `calibrationCurve`. */
  readonly bins: readonly CalibrationBin[];
}

/** With fewer images than this an accuracy says next to nothing: its 95% interval is over 50 points wide. */
const FEWEST = 10;

const LEFT = 56;
const RIGHT = 18;
const FIELD_HEIGHT = 330;
const AXIS_HEIGHT = 44;
const LINE_HEIGHT = 18;

/**
 * Whether models are right as often as they claim: the accuracy of the predictions in each range of
 * confidence, with 95% Wilson intervals, against the line on which the two agree. Ranges with fewer
 * than 10 predictions are left out of the field; a table below says how many predictions each has.
 */
export function reliabilityPlot(models: readonly ModelCalibration[]): Chart {
  const curves = models.map(({ name, bins }, i) => ({
    name,
    bins: bins.filter(({ count }) => count > 0),
    error: percent(bins.some(({ count }) => count > 0) ? expectedCalibrationError(bins) : 0),
    colour: MODEL_COLOURS[i % MODEL_COLOURS.length]!,
  }));
  const low = Math.min(1, ...curves.flatMap(({ bins }) => bins.map((bin) => bin.low)));
  return drawChart({
    label: "Reliability diagram",
    description: curves.map(({ name, bins, error }) => {
      const most = bins.toSorted((a, b) => b.count - a.count)[0];
      return `${name}: the expected calibration error is ${error}.` +
        (most === undefined
          ? ""
          : ` ${formatCount(most.count)} predictions have a confidence above ` +
            `${percent(most.low, 0)}; ${percent(most.accuracy)} of them are right.`);
    }).join(" "),
  }, ({ width, isNarrow }) => ({
    height: fieldHeight(curves) + (curves.length + 1) * LINE_HEIGHT,
    panels: [
      field(curves, low === 1 ? 0 : low, width),
      countsTable(curves, low, { width, isNarrow, y: fieldHeight(curves) }),
    ],
  }));
}

interface Curve extends ModelCalibration {
  readonly error: string;
  readonly colour: string;
}

/** With the legend above, a line for each curve, and the axis below. */
function fieldHeight({ length }: readonly Curve[]): number {
  return length * LINE_HEIGHT + FIELD_HEIGHT + AXIS_HEIGHT;
}

function field(curves: readonly Curve[], low: number, width: number): Panel {
  const axis = {
    ticks: 5,
    tickSize: 0,
    fontSize: SMALL_FONT_SIZE,
    tickFormat: (share: number) => percent(share, 0),
    labelAnchor: "center",
    labelArrow: "none",
  } as const;
  const points = curves.flatMap(({ bins, colour }, i) =>
    bins.filter(({ count }) => count >= FEWEST).map((bin) => ({
      ...bin,
      interval: wilsonInterval(Math.round(bin.accuracy * bin.count), bin.count),
      colour,
      // Models whose confidences nearly agree stand side by side.
      confidence: bin.confidence + (i - (curves.length - 1) / 2) * 0.012 * (1 - low),
    }))
  );
  return {
    x: 0,
    y: 0,
    plot: {
      width,
      height: fieldHeight(curves),
      x: { domain: [low, 1], axis: null },
      y: { domain: [0, 1], axis: null },
      margin: 0,
      marginLeft: LEFT,
      marginRight: RIGHT,
      marginTop: curves.length * LINE_HEIGHT + 8,
      marginBottom: AXIS_HEIGHT,
      marks: [
        gridX({ ticks: 5, strokeOpacity: FAINT.grid }),
        gridY({ ticks: 5, strokeOpacity: FAINT.grid }),
        link([low], {
          x1: (d: number) => d,
          y1: (d: number) => d,
          x2: () => 1,
          y2: () => 1,
          stroke: "currentColor",
          strokeDasharray: "3,3",
        }),
        // Below the line's beginning, where there are hardly ever enough predictions for a dot.
        text([low], {
          x: (d: number) => d,
          y: (d: number) => d,
          dx: 14,
          dy: 8,
          textAnchor: "start",
          text: () => "right as often as sure",
          fontSize: SMALL_FONT_SIZE,
        }),
        link(points, {
          x: "confidence",
          y1: (point: typeof points[number]) => point.interval.low,
          y2: (point: typeof points[number]) => point.interval.high,
          stroke: "colour",
          strokeWidth: 1.75,
        }),
        dot(points, { x: "confidence", y: "accuracy", fill: "colour", r: 4.5 }),
        curves.map(({ name, error, colour }, i) => {
          const dy = (i - curves.length + 0.5) * LINE_HEIGHT - 4;
          return [
            dot([0], { frameAnchor: "top-left", dx: 5, dy, r: 4.5, fill: colour }),
            text([`${name}: calibration error ${error}`], {
              frameAnchor: "top-left",
              dx: 15,
              dy: dy - 7,
              fontSize: 12,
            }),
          ];
        }),
        axisX({ ...axis, label: "Confidence of the prediction", labelOffset: 38 }),
        axisY({ ...axis, label: "Predictions that are right", labelOffset: 52 }),
      ],
    },
  };
}

/** How many predictions there are in each range of confidence: a row per model. */
function countsTable(
  curves: readonly Curve[],
  low: number,
  { width, isNarrow, y }: {
    readonly width: number;
    readonly isNarrow: boolean;
    readonly y: number;
  },
): Panel {
  const at = (confidence: number): number =>
    LEFT + (confidence - low) / (1 - low || 1) * (width - LEFT - RIGHT);
  const counts: PlacedText[] = curves.flatMap(({ bins }, i) =>
    bins.map((bin) => ({
      x: at((bin.low + bin.high) / 2),
      y: (i + 1.5) * LINE_HEIGHT,
      text: formatCount(bin.count),
    }))
  );
  return {
    x: 0,
    y,
    plot: {
      ...FREE_LAYOUT,
      width,
      height: (curves.length + 1) * LINE_HEIGHT,
      marks: [
        textMark([{ x: LEFT, y: LINE_HEIGHT / 2, text: "Predictions in each range" }], {
          textAnchor: "start",
          fontSize: SMALL_FONT_SIZE,
          fillOpacity: FAINT.text,
        }),
        textMark(counts, { fontSize: isNarrow ? 10.5 : SMALL_FONT_SIZE }),
        textMark(
          curves.map(({ name }, i) => ({ x: 0, y: (i + 1.5) * LINE_HEIGHT, text: name })),
          { textAnchor: "start", fontSize: SMALL_FONT_SIZE, fontWeight: 600 },
        ),
      ],
    },
  };
}
