import type { LookingAhead } from "lib/study/looking_ahead_training.ts";
import type { Study } from "lib/study/study.ts";

const SEEDS = 5;

/**
 * The report's network on an eighth of its training rows, as in a quick run: 55 trainings of it take
 * minutes, and what an idea does about too few examples shows.
 */
const BASE: LookingAhead = { rows: 4_200, epochs: 6, batchSize: 64, filters: [32, 64] };

/** What each idea changes. */
const IDEAS: Readonly<Record<string, Partial<LookingAhead>>> = {
  "as in the report": { views: true },
  augmentation: {
    augmentation: {
      rotationRange: 10,
      widthShiftRange: 0.05,
      heightShiftRange: 0.05,
      shearRange: 10,
      zoomRange: 0.1,
    },
  },
  dropout: { dropout: 0.4 },
  "batch normalisation": { batchNormalization: true },
  "weight decay": { weightDecay: 0.05 },
  "label smoothing": { labelSmoothing: 0.05 },
  "one-cycle learning rate": { learningRateSchedule: { name: "oneCycle", maxLearningRate: 0.004 } },
  "averaged weights": { weightAverage: { momentum: 0.99 } },
  deeper: { deeper: 64 },
  wider: { filters: [48, 96] },
  "early stopping": { epochs: 12, patience: 2 },
};

export default {
  description: "What does each idea of the report's outlook do, alone, to the report's network?",
  trainer: new URL("../looking_ahead_training.ts", import.meta.url),
  // All ideas with one seed, then with the next: whenever it is stopped, they can be compared.
  trials: Array.from({ length: SEEDS }, (_, i) =>
    Object.entries(IDEAS).map(([name, change]) => ({
      name,
      settings: { ...BASE, ...change },
      seed: i + 1,
    }))).flat(),
} satisfies Study<LookingAhead>;
