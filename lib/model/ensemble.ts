import type { Examples } from "lib/model/examples.ts";
import type { FitProgress, OnProgress } from "lib/model/fit.ts";
import type { Recipe } from "lib/model/recipes/recipe.ts";
import { train, type TrainingResult } from "lib/model/train.ts";
import type { Settings } from "lib/settings.ts";

/** A network of an ensemble that is being trained. */
export interface Member {
  /** Its seed: the networks of an ensemble differ in nothing else. */
  readonly seed: number;
  /** Counted from 1. */
  readonly number: number;
  /** Networks in the ensemble. */
  readonly count: number;
}

/**
 * Trains networks by a recipe, with the seeds `seed`, `seed + 1` and so on, and saves each in
 * `outputs/models/NAME-seed-SEED`. Those that an earlier run trained are taken from there, and one
 * that was interrupted goes on, so the same call completes an ensemble.
 *
 * @param name The recipe's name.
 * @param onProgress Told of each member's training.
 */
export async function trainEnsemble(
  name: string,
  { build, settings: recipe }: Recipe,
  data: { readonly train: Examples; readonly validation: Examples },
  { seed, count, onProgress }: {
    readonly seed: number;
    readonly count: number;
    readonly onProgress?: (progress: FitProgress, member: Member) => ReturnType<OnProgress>;
  },
  settings?: Pick<Settings, "outputs" | "force">,
): Promise<TrainingResult[]> {
  const results: TrainingResult[] = [];
  for (let number = 1; number <= count; number++) {
    const member: Member = { seed: seed + number - 1, number, count };
    results.push(
      await train(
        await build(member.seed),
        data,
        {
          ...recipe,
          name: `${name}-seed-${member.seed}`,
          seed: member.seed,
          ...(onProgress && {
            onProgress: (progress: FitProgress) => onProgress(progress, member),
          }),
        },
        settings,
      ),
    );
  }
  return results;
}
