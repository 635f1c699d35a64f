import type { ModelName } from "lib/experiment/model_report.ts";
import type { Network, Phase } from "lib/study/report_training.ts";

/** The network of notebooks 03 and 04. */
export const NETWORK: Network = {
  convolutions: [32, "pool", 64, "pool"],
  kernelSize: 3,
  padding: "valid",
  dense: 128,
};

/** How the report says that it trained its two models. */
export const MODELS: readonly { readonly model: ModelName; readonly phase: Phase }[] = [
  { model: "model-1", phase: { epochs: 5, batchSize: 64 } },
  { model: "model-2", phase: { epochs: 10, batchSize: 128 } },
];
