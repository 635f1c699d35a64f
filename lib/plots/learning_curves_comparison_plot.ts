import type { History } from "lib/model/mod.ts";
import { type Chart, drawChart, FREE_LAYOUT, type Layout, type Panel } from "lib/plots/_chart.ts";
import {
  AXIS_WIDTH,
  CURVES_HEIGHT,
  type CurvesColumn,
  curvesPanels,
  describeHistory,
  END_LABELS_WIDTH,
  type ReportedAccuracy,
} from "lib/plots/_learning_curves.ts";
import { textMark } from "lib/plots/_text.ts";

/** A model of {@linkcode learningCurvesComparisonPlot}. */
export interface ComparedModel {
  /** The heading of its curves. */
  readonly name: string;
  /** Its training, epoch by epoch. */
  readonly history: History;
  /** Final accuracies that were reported elsewhere, drawn as diamonds. */
  readonly reported?: ReportedAccuracy;
}

const FIELD_WIDTH = 156;
const GAP = 8;
const HEADING_HEIGHT = 24;

/** The learning curves of models on the same scales of accuracy and loss, side by side where there is room. */
export function learningCurvesComparisonPlot(models: readonly ComparedModel[]): Chart {
  return drawChart({
    label: `Learning curves of ${models.map(({ name }) => name).join(" and ")}`,
    description: models.map(({ name, history }) => `${name}: ${describeHistory(history)}`)
      .join(" "),
  }, (layout) => {
    const columns = models.map((model, i) => ({
      name: model.name,
      history: model.history,
      ...(model.reported === undefined ? {} : { reported: model.reported }),
      epochs: Math.max(1, model.history.length),
      ...placeColumn(layout, i),
    }));
    const last = columns.at(-1) ?? { x: 0, y: 0, width: layout.width };
    const width = last.x + last.width;
    const height = last.y + CURVES_HEIGHT;
    return { width, height, panels: [headings(columns, width, height), ...curvesPanels(columns)] };
  });
}

function placeColumn(
  { isNarrow, width }: Layout,
  i: number,
): Pick<CurvesColumn, "x" | "y" | "width" | "marginLeft" | "sharesAxis"> {
  if (isNarrow) {
    const y = HEADING_HEIGHT + i * (CURVES_HEIGHT + HEADING_HEIGHT + GAP);
    return { x: 0, y, width, marginLeft: AXIS_WIDTH, sharesAxis: false };
  }
  const marginLeft = i === 0 ? AXIS_WIDTH : GAP;
  return {
    x: AXIS_WIDTH + i * (FIELD_WIDTH + END_LABELS_WIDTH + GAP) - marginLeft,
    y: HEADING_HEIGHT,
    width: marginLeft + FIELD_WIDTH + END_LABELS_WIDTH,
    marginLeft,
    sharesAxis: i > 0,
  };
}

function headings(
  columns: readonly (CurvesColumn & { readonly name: string })[],
  width: number,
  height: number,
): Panel {
  return {
    x: 0,
    y: 0,
    plot: {
      ...FREE_LAYOUT,
      width,
      height,
      marks: [textMark(
        columns.map(({ name, x, y, marginLeft }) => ({
          x: x + marginLeft,
          y: y - HEADING_HEIGHT + 12,
          text: name,
        })),
        { fontSize: 15, fontWeight: 600, textAnchor: "start" },
      )],
    },
  };
}
