/**
 * The written report's experiment: its figures, its data preparation, and what its notebooks share.
 * @module
 */
export { modelCard } from "lib/experiment/model_card.ts";
export {
  type AccuracyFigures,
  accuracyFigures,
  compareWithReported,
  historyTable,
  hyperparameterTable,
  keptRow,
  type ModelName,
  recordModel,
  reportedBesideReproduced,
  reportedDigitBesideReproduced,
} from "lib/experiment/model_report.ts";
export { type EvaluatedModel, loadEvaluated } from "lib/experiment/evaluated.ts";
export { describeFluctuation } from "lib/experiment/fluctuation.ts";
export {
  type ComparedRun,
  compareSeeds,
  compareWithKeras,
  describeRepeatedOrder,
  type KerasReference,
  type Order,
  readKerasReference,
  type SeedFigures,
} from "lib/experiment/keras_reference.ts";
export {
  afterwardsTable,
  type Beside,
  describeIdeas,
  ideasSection,
  ideasTable,
  type LookingAheadStudy,
  readLookingAheadStudy,
  readRecipeStepsStudy,
} from "lib/experiment/looking_ahead.ts";
export type { LookingAhead, LookingAheadFigures } from "lib/study/looking_ahead_training.ts";
export { hiddenLabels } from "lib/experiment/hidden_labels.ts";
export { findMistakes, type Mistake } from "lib/experiment/mistakes.ts";
export { picture, rowOfDigits } from "lib/experiment/picture.ts";
export { type PreparedExamples, prepareExamples } from "lib/experiment/prepare.ts";
export {
  describeStudy,
  figuresOf,
  readReportStudies,
  type ReportStudies,
  type ReportTrial,
  studySections,
} from "lib/experiment/report_study.ts";
export { REPORTED, type ReportedFigures } from "lib/experiment/reported.ts";
export {
  type ExperimentSplit,
  isReportSplit,
  readSplit,
  recordSplit,
  REPORT_SPLIT,
} from "lib/experiment/split.ts";
export { parseSubmission, writeSubmission } from "lib/experiment/submission.ts";
export type { FinishedTrial, StudyFigures } from "lib/experiment/study_figures.ts";
export { describeTestFigures, type TestFigures, testFigures } from "lib/experiment/test_figures.ts";
export {
  describeTransfer,
  errorWithoutRealDigits,
  readTransferStudy,
  transferSeries,
  type TransferStudy,
  transferTable,
} from "lib/experiment/transfer.ts";
export type { Transfer, TransferFigures } from "lib/study/transfer_training.ts";
export { describeProgress, type TrainingView, trainingView } from "lib/experiment/training_view.ts";
