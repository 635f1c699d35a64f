import type { Machine } from "./machine.ts";
import type { Results } from "./results.ts";

/** The figures of a run that a report opens with; a part is absent until its notebook ran. */
export interface Figures {
  readonly data?: { readonly source?: { readonly kind: string; readonly description: string } };
  readonly split?: { readonly trainRows: number; readonly validationRows: number };
  readonly quick?: boolean;
  readonly machine?: Machine;
  readonly models: readonly ModelFigures[];
  /** The recipe that the last notebook trains. */
  readonly recipe?: RecipeFigures;
  /** What made `submission.csv`. */
  readonly submission?: { readonly model: string; readonly rows: number };
}

/** The figures of a recipe; accuracies are 0..1. */
interface RecipeFigures {
  readonly name: string;
  readonly networks: number;
  readonly validation: ModelFigures["validation"];
  readonly trainSeconds: number;
}

/** The figures of a model; accuracies are 0..1. */
export interface ModelFigures {
  /** Such as "Model 1". */
  readonly name: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly parameters: number;
  readonly history: readonly { readonly accuracy: number }[];
  readonly validation: {
    readonly total: number;
    readonly accuracy: number;
    readonly interval: readonly [low: number, high: number];
  };
  readonly reported: { readonly accuracy: number; readonly valAccuracy: number };
  readonly trainSeconds: number;
}

/** What notebooks recorded, as the figures of a report. */
export function figuresOf(results: Results): Figures {
  const models = Object.entries((results.models ?? {}) as Record<string, ModelFigures>);
  return {
    ...results,
    models: models.map(([key, model]) => ({ ...model, name: key.replace("model-", "Model ") })),
  };
}
