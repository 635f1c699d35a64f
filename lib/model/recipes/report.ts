import { buildCnn } from "lib/model/cnn.ts";
import type { Recipe } from "lib/model/recipes/recipe.ts";

/** The written report's model 1. */
export const report: Recipe = {
  description: "The report's network and training: 5 epochs of Adam.",
  build: (seed) => buildCnn({ seed }),
  settings: { epochs: 5, batchSize: 64 },
  views: [{}],
};
