import type { History } from "lib/model/mod.ts";
import { type Chart, drawChart, type TitleOptions } from "lib/plots/_chart.ts";
import {
  AXIS_WIDTH,
  CURVES_HEIGHT,
  curvesPanels,
  describeHistory,
  type ReportedAccuracy,
} from "lib/plots/_learning_curves.ts";

/** Options of {@linkcode learningCurvesPlot}. */
export interface LearningCurvesOptions extends TitleOptions {
  /** Epochs that the axis has room for, so that a growing curve does not move; default: the history's. */
  readonly epochs?: number;
  /** Final accuracies that were reported elsewhere, drawn as diamonds. */
  readonly reported?: ReportedAccuracy;
}

/**
 * Accuracy and loss, epoch by epoch, on training and validation images.
 *
 * @param history Any number of epochs, including none.
 */
export function learningCurvesPlot(
  history: History,
  { epochs = 1, reported, ...title }: LearningCurvesOptions = {},
): Chart {
  return drawChart({
    ...title,
    label: "Learning curves",
    description: describeHistory(history),
  }, ({ width }) => ({
    height: CURVES_HEIGHT,
    panels: curvesPanels([{
      history,
      epochs: Math.max(epochs, history.length),
      ...(reported === undefined ? {} : { reported }),
      x: 0,
      y: 0,
      width,
      marginLeft: AXIS_WIDTH,
      sharesAxis: false,
    }]),
  }));
}
