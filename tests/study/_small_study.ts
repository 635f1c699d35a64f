import type { Study } from "lib/study/mod.ts";
import { asInNotebooks, withSeeds } from "lib/study/report_models.ts";
import type { ReportTraining } from "lib/study/report_training.ts";

export default {
  description: "A real training, on few digits.",
  trainer: new URL("_small_trainer.ts", import.meta.url),
  trials: withSeeds("small", {
    ...asInNotebooks("model-1"),
    phases: [{ epochs: 2, batchSize: 64 }],
  }, 1),
} satisfies Study<ReportTraining>;
