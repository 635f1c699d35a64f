/**
 * The charts: pure functions, data in, {@linkcode Chart} out.
 *
 * @example Usage
 * ```ts
 * import { labelDistributionPlot } from "lib/plots/mod.ts";
 * import { assert } from "lib/assert.ts";
 *
 * const chart = labelDistributionPlot([4132, 4684, 4177, 4351, 4072, 3795, 4137, 4401, 4063, 4188]);
 * assert(chart.wide.startsWith("<svg "));
 * ```
 *
 * @module
 */
export {
  type Chart,
  CHART_MIME_TYPE,
  type ChartForms,
  chartForms,
  type TitleOptions,
} from "lib/plots/_chart.ts";
export type { DigitImages } from "lib/plots/_digits.ts";
export type { ReportedAccuracy } from "lib/plots/_learning_curves.ts";
export { accuracyPlot, type ModelAccuracy } from "lib/plots/accuracy_plot.ts";
export { augmentationPlot } from "lib/plots/augmentation_plot.ts";
export {
  classificationReportPlot,
  type ModelScores,
} from "lib/plots/classification_report_plot.ts";
export { confusionMatrixPlot } from "lib/plots/confusion_matrix_plot.ts";
export { imageSizesPlot } from "lib/plots/image_sizes_plot.ts";
export { labelDistributionPlot } from "lib/plots/label_distribution_plot.ts";
export {
  type ComparedModel,
  learningCurvesComparisonPlot,
} from "lib/plots/learning_curves_comparison_plot.ts";
export { type LearningCurvesOptions, learningCurvesPlot } from "lib/plots/learning_curves_plot.ts";
export { type Mistake, mistakesPlot } from "lib/plots/mistakes_plot.ts";
export { networkPlot } from "lib/plots/network_plot.ts";
export { pixelIntensityPlot } from "lib/plots/pixel_intensity_plot.ts";
export { type ModelCalibration, reliabilityPlot } from "lib/plots/reliability_plot.ts";
export { type SaliencyItem, saliencyPlot } from "lib/plots/saliency_plot.ts";
export { type SampleDigitsOptions, sampleDigitsPlot } from "lib/plots/sample_digits_plot.ts";
export {
  type SeedsFigure,
  seedsPlot,
  type SeedsRow,
  type SeedsSection,
} from "lib/plots/seeds_plot.ts";
export {
  type TrainingSize,
  type TrainingSizesOptions,
  trainingSizesPlot,
  type TrainingSizesSeries,
} from "lib/plots/training_sizes_plot.ts";
