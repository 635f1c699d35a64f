import type { ReportTraining } from "lib/study/report_training.ts";
import { MODELS, NETWORK } from "lib/study/report_models.ts";
import type { Study } from "lib/study/study.ts";

const SEEDS = 20;

export default {
  description:
    "How much do the report's figures change with the seed? Beside Keras's own 20 seeds.",
  trainer: new URL("../report_training.ts", import.meta.url),
  trials: MODELS.flatMap(({ model, phase }) =>
    Array.from({ length: SEEDS }, (_, i) => ({
      name: model,
      settings: { model, network: NETWORK, phases: [phase], order: "new", augmented: false },
      seed: i + 1,
    }))
  ),
} satisfies Study<ReportTraining>;
