import type { HistoryRow } from "lib/model/mod.ts";

/** Figures that the written report gives for a model after its last epoch. */
export type ReportedFigures = Readonly<Omit<HistoryRow, "epoch">>;

/** What the written report says, to stand beside what a run gives. */
export const REPORTED = {
  "model-1": { accuracy: 0.9970, loss: 0.0092, valAccuracy: 0.9912, valLoss: 0.0380 },
  "model-2": { accuracy: 0.9983, loss: 0.0052, valAccuracy: 0.9870, valLoss: 0.0492 },
} as const satisfies Record<string, ReportedFigures>;

/** The row of the report's classification report that its text names. */
export const REPORTED_DIGIT = {
  digit: 0,
  precision: 0.99,
  recall: 0.99,
  f1Score: 0.99,
  support: 816,
} as const;
