import type { ModelName } from "lib/experiment/model_report.ts";
import type { Phase, ReportTraining } from "lib/study/report_training.ts";
import type { Trial } from "lib/study/study.ts";

/** How the report says that it trained its two models. */
export const PHASES: Readonly<Record<ModelName, Phase>> = {
  "model-1": { epochs: 5, batchSize: 64 },
  "model-2": { epochs: 10, batchSize: 128 },
};

/** A model as notebooks 03 and 04 train it. */
export function asInNotebooks(model: ModelName): ReportTraining {
  return {
    model,
    network: {
      convolutions: [32, "pool", 64, "pool"],
      kernelSize: 3,
      padding: "valid",
      dense: 128,
    },
    phases: [PHASES[model]],
    order: "new",
    augmented: false,
    randomState: 42,
  };
}

/** The same training with the seeds 1 to `count`. */
export function withSeeds(
  name: string,
  settings: ReportTraining,
  count: number,
): Trial<ReportTraining>[] {
  return Array.from({ length: count }, (_, i) => ({ name, settings, seed: i + 1 }));
}
