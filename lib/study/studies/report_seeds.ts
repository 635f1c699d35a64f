import { asInNotebooks, withSeeds } from "lib/study/report_models.ts";
import type { ReportTraining } from "lib/study/report_training.ts";
import type { Study } from "lib/study/study.ts";

const SEEDS = 20;

export default {
  description: "How far the report's figures depend on the seed, to stand beside Keras's seeds.",
  trainer: new URL("../report_training.ts", import.meta.url),
  trials: [
    ...withSeeds("as in the notebooks", asInNotebooks("model-1"), SEEDS),
    ...withSeeds("as in the notebooks", asInNotebooks("model-2"), SEEDS),
  ],
} satisfies Study<ReportTraining>;
