import type { ModelName } from "lib/experiment/model_report.ts";
import { asInNotebooks, PHASES, withSeeds } from "lib/study/report_models.ts";
import type { Network, ReportTraining } from "lib/study/report_training.ts";
import type { Study } from "lib/study/study.ts";

const SEEDS = 3;
/** A large network takes many times as long. */
const SEEDS_OF_LARGE_NETWORKS = 2;

/** What differs from the notebooks' network. */
const NETWORKS: Readonly<Record<string, Partial<Network>>> = {
  "16 and 32 filters": { convolutions: [16, "pool", 32, "pool"] },
  "dense layer of 64": { dense: 64 },
  "dense layer of 512": { dense: 512 },
  "same padding": { padding: "same" },
  "3 convolutions": { convolutions: [32, "pool", 64, "pool", 64] },
};
const LARGE_NETWORKS: Readonly<Record<string, Partial<Network>>> = {
  "64 and 128 filters": { convolutions: [64, "pool", 128, "pool"] },
  "kernels of 5 × 5": { kernelSize: 5 },
  "4 convolutions": { convolutions: [32, 32, "pool", 64, 64, "pool"] },
  "64, 128, same, dense 256": {
    convolutions: [64, "pool", 128, "pool"],
    padding: "same",
    dense: 256,
  },
};

/** What differs from the notebooks' procedure. */
const PROCEDURES: Readonly<Record<string, (model: ModelName) => Partial<ReportTraining>>> = {
  "cell run twice": (model) => ({ phases: [PHASES[model], PHASES[model]] }),
  "one order in all epochs": () => ({ order: "repeated" }),
  "augmented digits": () => ({ augmented: true }),
};

const MODELS: readonly ModelName[] = ["model-1", "model-2"];

export default {
  description: "Which network and which procedure would give the report's figures?",
  trainer: new URL("../report_training.ts", import.meta.url),
  trials: MODELS.flatMap((model) => {
    const base = asInNotebooks(model);
    const networks = (all: typeof NETWORKS, seeds: number) =>
      Object.entries(all).flatMap(([name, change]) =>
        withSeeds(name, { ...base, network: { ...base.network, ...change } }, seeds)
      );
    return [
      ...networks(NETWORKS, SEEDS),
      ...networks(LARGE_NETWORKS, SEEDS_OF_LARGE_NETWORKS),
      ...Object.entries(PROCEDURES).flatMap(([name, change]) =>
        withSeeds(name, { ...base, ...change(model) }, SEEDS)
      ),
      ...[1, 2, 3].flatMap((randomState) =>
        withSeeds("other validation rows", { ...base, randomState }, 1)
      ),
      ...model === "model-2"
        ? withSeeds(
          "on from model 1",
          { ...base, phases: [PHASES["model-1"], PHASES["model-2"]] },
          SEEDS,
        )
        : [],
    ];
  }),
} satisfies Study<ReportTraining>;
