/**
 * How good a model's predictions are, and how sure one can be of that.
 * @module
 */
export {
  type CalibrationBin,
  calibrationCurve,
  expectedCalibrationError,
} from "lib/metrics/calibration.ts";
export {
  type ClassificationReport,
  classificationReport,
  type ClassScores,
  type ReportObject,
  type ReportOptions,
} from "lib/metrics/classification_report.ts";
export {
  accuracyScore,
  type Confusion,
  confusionMatrix,
  confusions,
} from "lib/metrics/confusion_matrix.ts";
export {
  type KolmogorovSmirnovResult,
  kolmogorovSmirnovTest,
} from "lib/metrics/kolmogorov_smirnov_test.ts";
export { mean } from "lib/metrics/_numpy.ts";
export { type McNemarResult, mcnemarTest } from "lib/metrics/mcnemar_test.ts";
export { standardDeviation } from "lib/metrics/standard_deviation.ts";
export { fitTemperature, scaleTemperature } from "lib/metrics/temperature_scaling.ts";
export { type Interval, wilsonInterval } from "lib/metrics/wilson_interval.ts";
