/**
 * Networks: building, training, evaluating and keeping them.
 *
 * @module
 */
export { AdamW, type AdamWOptions } from "lib/model/adamw.ts";
export type { Augmentation } from "lib/model/augmentation.ts";
export { AveragedWeights, type WeightAverage } from "lib/model/averaged_weights.ts";
export { useBackend } from "lib/model/backend.ts";
export { type Member, trainEnsemble } from "lib/model/ensemble.ts";
export { buildCnn, type CnnOptions, type LayerSummary, summarizeLayers } from "lib/model/cnn.ts";
export {
  argMax,
  evaluate,
  type EvaluateOptions,
  type Evaluation,
  judge,
  predictProbabilities,
  type View,
} from "lib/model/evaluate.ts";
export { type Examples, head, wasTrained } from "lib/model/examples.ts";
export {
  type Checkpoints,
  type EarlyStopping,
  fit,
  type FitProgress,
  type FitResult,
  type FitSettings,
  type History,
  type HistoryRow,
  type OnProgress,
} from "lib/model/fit.ts";
export type { FitState, StoredTensor } from "lib/model/fit_state.ts";
export { learningRateAt, type LearningRateSchedule, setLearningRate } from "lib/model/schedule.ts";
export { encodeOnnx } from "lib/model/onnx.ts";
export { MOVED_BY_A_PIXEL, type Recipe, type RecipeName, RECIPES } from "lib/model/recipes/mod.ts";
export { inputSaliency } from "lib/model/saliency.ts";
export { cloneNetwork, seedWeights, withRandom } from "lib/model/seeding.ts";
export { loadModel, type TrainedModel, type TrainingRecord } from "lib/model/store.ts";
export { train, type TrainingResult, type TrainSettings } from "lib/model/train.ts";
