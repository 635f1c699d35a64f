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

const MODELS = ["model-1", "model-2"] as const;

function otherNetworks(networks: typeof NETWORKS, seed: number): Trial<ReportTraining>[] {
  return MODELS.flatMap((model) => {
    const settings = asInNotebooks(model);
    return Object.entries(networks).map(([name, change]) => ({
      name,
      settings: { ...settings, network: { ...settings.network, ...change } },
      seed,
    }));
  });
}

/** Other readings of what was done. */
function otherProcedures(seed: number): Trial<ReportTraining>[] {
  const onFromModel1 = [PHASES["model-1"], PHASES["model-2"]];
  return [
    ...MODELS.flatMap((model) => {
      const settings = asInNotebooks(model);
      const [phase] = settings.phases;
      return [
        { name: "cell run twice", settings: { ...settings, phases: [phase!, phase!] }, seed },
        {
          name: "one order in all epochs",
          settings: { ...settings, order: "repeated" as const },
          seed,
        },
        { name: "augmented digits", settings: { ...settings, augmented: true }, seed },
        { name: "other validation rows", settings: { ...settings, randomState: seed }, seed },
      ];
    }),
    {
      name: "on from model 1",
      settings: { ...asInNotebooks("model-2"), phases: onFromModel1 },
      seed,
    },
  ];
}

export default {
  description: "Which network and which procedure would give the report's figures?",
  trainer: new URL("../report_training.ts", import.meta.url),
  // What tells most comes first.
  trials: [
    ...otherProcedures(1),
    ...otherNetworks(NETWORKS, 1),
    ...otherNetworks(LARGE_NETWORKS, 1),
    ...otherProcedures(2),
    ...otherNetworks(NETWORKS, 2),
  ],
} satisfies Study<ReportTraining>;
