/**
 * Recipes: networks with the way to train them.
 * @module
 */
import { best } from "lib/model/recipes/best.ts";
import { fast } from "lib/model/recipes/fast.ts";
import { MOVED_BY_A_PIXEL, type Recipe } from "lib/model/recipes/recipe.ts";
import { report } from "lib/model/recipes/report.ts";

export { MOVED_BY_A_PIXEL, type Recipe };

/** All recipes by their names. */
export const RECIPES = { report, fast, best } as const satisfies Record<string, Recipe>;

/** A recipe's name. */
export type RecipeName = keyof typeof RECIPES;
