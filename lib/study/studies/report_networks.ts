import type { ModelName } from "lib/experiment/model_report.ts";
import { asInNotebooks, PHASES } from "lib/study/report_models.ts";
import type { Network, ReportTraining } from "lib/study/report_training.ts";
import type { Study, Trial } from "lib/study/study.ts";

/** Other networks that a reader of the report would build: what differs from the notebooks'. */
const NETWORKS: Readonly<Record<string, Partial<Network>>> = {
  "16 and 32 filters": { convolutions: [16, "pool", 32, "pool"] },
  "dense layer of 64": { dense: 64 },
  "dense layer of 512": { dense: 512 },
  "same padding": { padding: "same" },
  "3 convolutions": { convolutions: [32, "pool", 64, "pool", 64] },
};

/** Networks that take two to six times as long. */
const LARGE_NETWORKS: Readonly<Record<string, Partial<Network>>> = {
  "64 and 128 filters": { convolutions: [64, "pool", 128, "pool"] },
  "4 convolutions": { convolutions: [32, 32, "pool", 64, 64, "pool"] },
  "kernels of 5 × 5": { kernelSize: 5 },
  "64, 128, same, dense 256": {
    convolutions: [64, "pool", 128, "pool"],
    padding: "same",
    dense: 256,
  },
};

type Trials = Trial<ReportTraining>[];

function otherNetworks(model: ModelName, networks: typeof NETWORKS, seed: number): Trials {
  const settings = asInNotebooks(model);
  return Object.entries(networks).map(([name, change]) => ({
    name,
    settings: { ...settings, network: { ...settings.network, ...change } },
    seed,
  }));
}

/** Other readings of what was done. */
function otherProcedures(model: ModelName, seed: number): Trials {
  const settings = asInNotebooks(model);
  const phase = PHASES[model];
  const trials: Trials = [
    { name: "cell run twice", settings: { ...settings, phases: [phase, phase] }, seed },
    { name: "one order in all epochs", settings: { ...settings, order: "repeated" }, seed },
    { name: "augmented digits", settings: { ...settings, augmented: true }, seed },
    { name: "other validation rows", settings: { ...settings, randomState: seed }, seed },
  ];
  if (model === "model-2") {
    const phases = [PHASES["model-1"], phase];
    trials.push({ name: "on from model 1", settings: { ...settings, phases }, seed });
  }
  return trials;
}

export default {
  description: "Which network and which procedure would give the report's figures?",
  trainer: new URL("../report_training.ts", import.meta.url),
  // What tells most for its time comes first.
  trials: [
    ...otherProcedures("model-1", 1),
    ...otherNetworks("model-1", NETWORKS, 1),
    ...otherNetworks("model-1", LARGE_NETWORKS, 1),
    ...otherProcedures("model-2", 1),
    ...otherNetworks("model-2", NETWORKS, 1),
    ...otherProcedures("model-1", 2),
    ...otherNetworks("model-1", NETWORKS, 2),
  ],
} satisfies Study<ReportTraining>;
