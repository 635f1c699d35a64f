import type { LookingAhead } from "lib/study/looking_ahead_training.ts";
import type { Study } from "lib/study/study.ts";

const SEEDS = 5;

/** The report's network on a quarter of its training rows, so that the study takes minutes. */
const BASE: LookingAhead = { rows: 8_400, epochs: 8, batchSize: 128, filters: [32, 64] };

const AUGMENTATION = {
  rotationRange: 10,
  widthShiftRange: 0.05,
  heightShiftRange: 0.05,
  shearRange: 10,
  zoomRange: 0.1,
  fillMode: "constant",
} as const;

/** What each step towards the recipe `fast` adds to those before it. */
const STEPS: Readonly<Record<string, Partial<LookingAhead>>> = {
  "the report's network": {},
  "batch normalisation": { batchNormalization: true },
  "one-cycle learning rate": { learningRateSchedule: { name: "oneCycle", maxLearningRate: 0.01 } },
  augmentation: { augmentation: AUGMENTATION },
  "sharp augmentation": { augmentation: { ...AUGMENTATION, interpolation: "bicubic" } },
  "weight decay": { weightDecay: 0.05 },
  "label smoothing": { labelSmoothing: 0.05 },
  dropout: { dropout: 0.2 },
  "averaged weights": { weightAverage: { momentum: 0.99 } },
  "the recipe's network": { network: "fast" },
};

const cumulative: [name: string, settings: LookingAhead][] = [];
for (const [name, change] of Object.entries(STEPS)) {
  cumulative.push([name, { ...(cumulative.at(-1)?.[1] ?? BASE), ...change }]);
}

export default {
  description: "What does each step from the report's network to the recipe `fast` add?",
  trainer: new URL("../looking_ahead_training.ts", import.meta.url),
  // All steps with one seed, then with the next: whenever it is stopped, they can be compared.
  trials: Array.from(
    { length: SEEDS },
    (_, i) => cumulative.map(([name, settings]) => ({ name, settings, seed: i + 1 })),
  ).flat(),
} satisfies Study<LookingAhead>;
