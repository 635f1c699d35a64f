import { axisX, axisY, dot, gridY, line, type Markish, ruleX, text } from "@observablehq/plot";
import { percent } from "lib/format.ts";
import type { History, HistoryRow } from "lib/model/mod.ts";
import type { Panel } from "lib/plots/_chart.ts";
import { COLOURS, FAINT, SMALL_FONT_SIZE } from "lib/plots/_theme.ts";

/** Final accuracies that were reported elsewhere, 0..1. */
export interface ReportedAccuracy {
  /** On the training images. */
  readonly accuracy: number;
  /** On the validation images. */
  readonly valAccuracy: number;
}

/** One model's training, and the place of the panels that show it. */
export interface CurvesColumn {
  readonly history: History;
  /** Epochs that the axis has room for. */
  readonly epochs: number;
  readonly reported?: ReportedAccuracy;
  /** Left upper corner, width and left margin of the column, in chart units. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly marginLeft: number;
  /** Whether the column to the left has the axis of this one too. */
  readonly sharesAxis: boolean;
}

type Key = Exclude<keyof HistoryRow, "epoch">;

interface Series {
  readonly name: "training" | "validation";
  readonly colour: string;
  readonly key: Key;
  readonly strokeWidth: number;
}

interface Quantity {
  readonly title: string;
  readonly series: readonly [Series, Series];
  readonly format: (value: number) => string;
  readonly formatTick: (value: number) => string;
  readonly domain: (values: readonly number[]) => Domain;
}

type Domain = readonly [low: number, high: number];

function seriesOf(training: Key, validation: Key): [Series, Series] {
  return [
    { name: "training", colour: COLOURS.blue, key: training, strokeWidth: 1.5 },
    { name: "validation", colour: COLOURS.vermillion, key: validation, strokeWidth: 2.5 },
  ];
}

const QUANTITIES: readonly Quantity[] = [
  {
    title: "Accuracy",
    series: seriesOf("accuracy", "valAccuracy"),
    format: (value) => percent(value, 2),
    formatTick: (value) => `${+(value * 100).toFixed(2)}%`,
    domain: (values) => {
      const lowest = values.length === 0 ? 0 : Math.min(0.99, ...values);
      return [Math.max(0, lowest - 0.08 * (1 - lowest)), 1];
    },
  },
  {
    title: "Loss (cross-entropy, nats)",
    series: seriesOf("loss", "valLoss"),
    format: (value) => value.toFixed(4),
    formatTick: String,
    // A network that knows nothing has a loss of ln 10.
    domain: (values) => [0, 1.08 * (values.length === 0 ? Math.LN10 : Math.max(0.01, ...values))],
  },
];

/** Room for the labels at the curves' ends, right of the field. */
export const END_LABELS_WIDTH = 126;
/** Room for the vertical axis. */
export const AXIS_WIDTH = 46;

const LINE_HEIGHT = 14;
const PANEL_HEIGHT = 218;
const MARGIN_TOP = 32;
const MARGIN_BOTTOM = 26;
const EPOCH_LABEL_HEIGHT = 18;
/** Where the reported values are marked, right of the last epoch. */
const DIAMONDS_AT = 16;

/** Height of the panels of one column, in chart units. */
export const CURVES_HEIGHT = 2 * PANEL_HEIGHT + EPOCH_LABEL_HEIGHT;

/**
 * The values that the axes have to show. The first epoch's training value averages over a network
 * that has yet to learn; with it on the scale the later epochs would be a flat line, so once there
 * are others its part of the curve leaves the field, with its value in words.
 */
function valuesToShow(
  columns: readonly CurvesColumn[],
  { series: [training, validation] }: Quantity,
): number[] {
  return columns.flatMap(({ history, reported }) => [
    ...history.slice(history.length > 2 ? 1 : 0).map((row) => row[training.key]),
    ...history.map((row) => row[validation.key]),
    ...[training, validation].map(({ key }) => reportedValue(reported, key) ?? NaN),
  ]).filter(Number.isFinite);
}

/** Accuracy above loss for each model, all models on the same scales. */
export function curvesPanels(columns: readonly CurvesColumn[]): Panel[] {
  return QUANTITIES.flatMap((quantity, row) => {
    const domain = quantity.domain(valuesToShow(columns, quantity));
    const isLast = row === QUANTITIES.length - 1;
    return columns.map((column): Panel => ({
      x: column.x,
      y: column.y + row * PANEL_HEIGHT,
      plot: {
        width: column.width,
        height: PANEL_HEIGHT + (isLast ? EPOCH_LABEL_HEIGHT : 0),
        marginTop: MARGIN_TOP,
        marginRight: END_LABELS_WIDTH,
        marginBottom: MARGIN_BOTTOM + (isLast ? EPOCH_LABEL_HEIGHT : 0),
        marginLeft: column.marginLeft,
        x: { type: "linear", domain: epochDomain(column.epochs), axis: null },
        y: { type: "linear", domain, axis: null },
        marks: [
          gridY({ ticks: 5, strokeOpacity: FAINT.grid }),
          ...column.sharesAxis ? [] : [
            axisY({
              ticks: 5,
              tickFormat: quantity.formatTick,
              tickSize: 0,
              label: null,
              fontSize: SMALL_FONT_SIZE,
            }),
            text([quantity.title], {
              frameAnchor: "top-left",
              textAnchor: "start",
              lineAnchor: "bottom",
              dx: 4 - column.marginLeft,
              dy: -12,
              fontWeight: 600,
            }),
          ],
          axisX(epochTicks(column.epochs), {
            tickSize: 4,
            tickFormat: String,
            fontSize: SMALL_FONT_SIZE,
            labelAnchor: "center",
            labelArrow: "none",
            labelOffset: 36,
            label: isLast ? "Epoch" : null,
          }),
          quantity.series.map((series) => curveMarks(series, column, domain)),
          firstEpochLabel(quantity, column.history, domain),
          reportedMarks(quantity, column),
          quantity.series[1].key === "valLoss" ? lowestMark(column.history, domain) : null,
          endLabels(quantity, column.history, domain, column.reported),
        ],
      },
    }));
  });
}

function isInside(value: number, [low, high]: Domain): boolean {
  return value >= low && value <= high;
}

interface CurvePoint {
  readonly epoch: number;
  readonly value: number;
}

/** Where a curve enters the field, if its first point is outside. */
function entryPoint(history: History, key: Key, domain: Domain): CurvePoint | undefined {
  const [first, second] = history;
  if (first === undefined || second === undefined) return undefined;
  const [from, to] = [first[key], second[key]];
  if (isInside(from, domain) || !isInside(to, domain)) return undefined;
  const value = from < domain[0] ? domain[0] : domain[1];
  return { epoch: first.epoch + (value - from) / (to - from), value };
}

/** A curve; the part outside the field is cut off. */
function curveMarks(
  { key, colour, strokeWidth }: Series,
  { history }: CurvesColumn,
  domain: Domain,
): Markish[] {
  const points = history.map((row): CurvePoint => ({ epoch: row.epoch, value: row[key] }));
  const inside = points.filter(({ value }) => isInside(value, domain));
  const entry = entryPoint(history, key, domain);
  if (entry !== undefined) points[0] = entry;
  return [
    line(points, { x: "epoch", y: "value", stroke: colour, strokeWidth }),
    dot(inside, { x: "epoch", y: "value", fill: colour, r: strokeWidth + 1 }),
  ];
}

/** Says where the training curve comes from, if its first value is outside the field. */
function firstEpochLabel(
  { series: [{ key, colour }], format }: Quantity,
  history: History,
  domain: Domain,
): Markish {
  const entry = entryPoint(history, key, domain);
  if (entry === undefined) return null;
  return text([entry], {
    x: "epoch",
    y: "value",
    text: () => `epoch 1: ${format(history[0]![key])}`,
    textAnchor: "start",
    dx: 6,
    dy: entry.value === domain[0] ? -8 : 8,
    fill: colour,
    fontSize: SMALL_FONT_SIZE,
  });
}

function reportedMarks(
  { series }: Quantity,
  { epochs, reported }: CurvesColumn,
): Markish[] {
  return series.map(({ key, colour }) => {
    const value = reportedValue(reported, key);
    if (value === undefined) return null;
    return dot([value], {
      x: () => epochs,
      dx: DIAMONDS_AT,
      y: (d: number) => d,
      symbol: "diamond",
      r: 5,
      stroke: colour,
      strokeWidth: 1.75,
    });
  });
}

/** Marks where the validation loss was lowest, if it rose again afterwards. */
function lowestMark(history: History, [low]: Domain): Markish {
  const lowest = lowestValLoss(history);
  if (lowest === undefined || lowest === history.at(-1)) return null;
  // Early, there is room above the rest of the curve; late, below what came before.
  const isEarly = lowest.epoch <= 0.55 * history.length;
  const later = history.slice(lowest.epoch - 1).map(({ valLoss }) => valLoss);
  const labelAt = isEarly ? Math.max(...later.filter(Number.isFinite)) : low;
  return [
    dot([lowest], { x: "epoch", y: "valLoss", r: 7, stroke: "currentColor" }),
    ruleX([lowest], {
      x: "epoch",
      y1: isEarly ? "valLoss" : () => labelAt,
      y2: isEarly ? () => labelAt : "valLoss",
      insetBottom: isEarly ? 7 : 0,
      insetTop: isEarly ? -18 : 7,
      strokeOpacity: FAINT.line,
    }),
    text([lowest], {
      x: "epoch",
      y: () => labelAt,
      text: () => `lowest at epoch ${lowest.epoch}`,
      textAnchor: isEarly ? "start" : "end",
      dx: isEarly ? 5 : -5,
      dy: isEarly ? -13 : -8,
      fontSize: SMALL_FONT_SIZE,
    }),
  ];
}

/** The epoch after which the validation loss was lowest, if it was ever a number. */
function lowestValLoss(history: History): HistoryRow | undefined {
  return history.filter(({ valLoss }) => Number.isFinite(valLoss))
    .toSorted((a, b) => a.valLoss - b.valLoss)[0];
}

/** Name and last value beside the end of each curve, moved apart where they would overlap. */
function endLabels(
  { series, format }: Quantity,
  history: History,
  [low, high]: Domain,
  reported: ReportedAccuracy | undefined,
): Markish {
  const last = history.at(-1);
  if (last === undefined) return null;
  const height = PANEL_HEIGHT - MARGIN_TOP - MARGIN_BOTTOM;
  const labels = series.map(({ name, colour, key }) => {
    const value = last[key];
    const reference = reportedValue(reported, key);
    const lines = [name, format(value)];
    if (reference !== undefined) lines.push(`◇ report ${format(reference)}`);
    const share = isInside(value, [low, high]) ? (value - low) / (high - low) : 1;
    return { lines, colour, key, top: (1 - share) * height };
  }).sort((a, b) => a.top - b.top);
  const [upper, lower] = labels as [typeof labels[number], typeof labels[number]];
  const needed = upper.lines.length * LINE_HEIGHT + 6;
  const overlap = Math.max(0, needed - (lower.top - upper.top));
  // Neither label may leave the frame.
  const bottom = Math.min(lower.top + overlap / 2, height - lower.lines.length * LINE_HEIGHT / 2);
  const tops = [Math.min(upper.top, bottom - needed), Math.max(bottom, 0)];
  return labels.map(({ lines, colour, key, top }, i) => {
    const at = { x: "epoch", y: () => isInside(last[key], [low, high]) ? last[key] : high };
    const dy = tops[i]! - top;
    return [
      text([last], {
        ...at,
        text: () => "●",
        fill: colour,
        dx: DIAMONDS_AT + 13,
        dy: dy - LINE_HEIGHT / 2,
        fontSize: 10,
      }),
      lines.map((content, n) =>
        text([last], {
          ...at,
          text: () => content,
          textAnchor: "start",
          dx: DIAMONDS_AT + 20,
          dy: dy + (n - 0.5) * LINE_HEIGHT,
          ...(n === 1 ? { fontWeight: 600 } : {}),
          fontSize: n === 2 ? 10.5 : 12,
        })
      ),
    ];
  });
}

function reportedValue(reported: ReportedAccuracy | undefined, key: Key): number | undefined {
  return key === "accuracy" || key === "valAccuracy" ? reported?.[key] : undefined;
}

function epochDomain(epochs: number): [number, number] {
  const padding = epochs === 1 ? 0.5 : 0.03 * (epochs - 1);
  return [1 - padding, epochs + padding];
}

function epochTicks(epochs: number): number[] {
  const step = Math.ceil(epochs / 12);
  return Array.from({ length: epochs }, (_, i) => i + 1).filter((epoch) =>
    epoch % step === 0 || step === 1
  );
}

/** The last epoch in words, and where the validation loss was lowest. */
export function describeHistory(history: History): string {
  const last = history.at(-1);
  if (last === undefined) return "No epoch has ended yet.";
  const lowest = lowestValLoss(history);
  return `After ${last.epoch} ${last.epoch === 1 ? "epoch" : "epochs"}: training accuracy ` +
    `${percent(last.accuracy, 2)}, validation accuracy ${percent(last.valAccuracy, 2)}, ` +
    `training loss ${last.loss.toFixed(4)}, validation loss ${last.valLoss.toFixed(4)}.` +
    (lowest === undefined ? "" : ` The validation loss was lowest after epoch ${lowest.epoch}.`);
}
