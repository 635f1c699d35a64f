import { createHash } from "node:crypto";
import type { ModelName } from "lib/experiment/model_report.ts";
import { REPORTED } from "lib/experiment/reported.ts";
import { percent } from "lib/format.ts";
import type { History } from "lib/model/mod.ts";
import { markdown, type Shown, table } from "lib/notebook/mod.ts";

/** The report's models in Keras, trained with several seeds by `outputs/reference/make_keras.py`. */
export interface KerasReference {
  /** Keras's version. */
  readonly keras: string;
  /** SHA-256 (hex) of the labelled images, `[n, 28, 28]` bytes. */
  readonly imagesSha256: string;
  readonly models: Readonly<
    Record<ModelName, {
      readonly epochs: number;
      readonly batchSize: number;
      /** Accuracies after the last epoch, as fractions. */
      readonly runs: readonly {
        readonly seed: number;
        readonly accuracy: number;
        readonly valAccuracy: number;
      }[];
    }>
  >;
}

/**
 * Keras's figures for the same digits, or `undefined` where there are none, or of others.
 *
 * @param images The labelled images, `[n, 28, 28]`.
 */
export async function readKerasReference(images: Uint8Array): Promise<KerasReference | undefined> {
  // Named so that a notebook runs again where the file has changed.
  const url = new URL("../../outputs/reference/keras.json", import.meta.url);
  let text: string;
  try {
    text = await Deno.readTextFile(url);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const reference: KerasReference = JSON.parse(text);
  const digest = createHash("sha256").update(images).digest("hex");
  return digest === reference.imagesSha256 ? reference : undefined;
}

/** A model's figures to be put beside Keras's. */
interface ComparedRun {
  readonly name: ModelName;
  readonly history: History;
}

/** Keras's range over its seeds, a run's figure and the report's, as a table and in words. */
export function compareWithKeras(
  { keras, models }: KerasReference,
  runs: readonly ComparedRun[],
): Shown[] {
  const rows = runs.flatMap(({ name, history }) =>
    FIGURES.map(({ key, title }) => {
      const values = models[name].runs.map((run) => run[key]);
      return {
        figure: `${name.replace("model-", "Model ")}, ${title} accuracy`,
        low: Math.min(...values),
        high: Math.max(...values),
        here: history.at(-1)![key],
        reported: REPORTED[name][key],
      };
    })
  );
  const place = (value: number, { low, high }: typeof rows[number]): string =>
    value < low ? "**below**" : value > high ? "**above**" : "**inside**";
  return [
    table(
      rows.map(({ figure, low, high, here, reported }) => ({
        figure,
        "lowest in Keras": percent(low),
        "highest in Keras": percent(high),
        "this run": percent(here),
        reported: percent(reported),
      })),
      { caption: `Keras ${keras}, ${models["model-1"].runs.length} seeds, the same rows` },
    ),
    markdown(
      rows.map((row) =>
        `- ${row.figure}: this run lies ${place(row.here, row)} Keras's range, ` +
        `the report ${place(row.reported, row)}.`
      ).join("\n"),
    ),
  ];
}

const FIGURES = [
  { key: "accuracy", title: "training" },
  { key: "valAccuracy", title: "validation" },
] as const;
