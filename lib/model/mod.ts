/**
 * Networks: building, training, evaluating and keeping them.
 *
 * @module
 */
export { useBackend } from "lib/model/backend.ts";
export { buildCnn, type CnnOptions, type LayerSummary, summarizeLayers } from "lib/model/cnn.ts";
export {
  argMax,
  evaluate,
  type EvaluateOptions,
  type Evaluation,
  predictProbabilities,
} from "lib/model/evaluate.ts";
export { type Examples, head, wasTrained } from "lib/model/examples.ts";
export {
  type Augmentation,
  type EarlyStopping,
  fit,
  type FitProgress,
  type FitResult,
  type FitSettings,
  type History,
  type HistoryRow,
  type OnProgress,
} from "lib/model/fit.ts";
export { inputSaliency } from "lib/model/saliency.ts";
export { cloneNetwork, seedWeights } from "lib/model/seeding.ts";
export { loadModel, type TrainedModel, type TrainingRecord } from "lib/model/store.ts";
export { train, type TrainingResult, type TrainSettings } from "lib/model/train.ts";
