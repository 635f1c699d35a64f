import { count, duration, percent } from "lib/format.ts";
import { escapeHtml } from "lib/notebook/mod.ts";
import type { Machine } from "lib/report/machine.ts";
import type { Notebook } from "lib/report/notebook.ts";
import type { Results } from "lib/report/results.ts";
import type { Failure } from "lib/report/execute.ts";
import { runRecord } from "lib/report/record.ts";
import { accuracyChart } from "./accuracy_chart.ts";

/** The figures of `results.json` that the summary shows; a part is absent until its notebook ran. */
interface Figures {
  readonly data?: { readonly source?: { readonly kind: string; readonly description: string } };
  readonly split?: { readonly trainRows: number; readonly validationRows: number };
  readonly quick?: boolean;
  readonly machine?: Machine;
  readonly models?: Readonly<Record<string, ModelFigures>>;
}

interface ModelFigures {
  readonly epochs: number;
  readonly batchSize: number;
  readonly parameters: number;
  readonly history: readonly { readonly accuracy: number }[];
  readonly validation: {
    readonly total: number;
    readonly accuracy: number;
    readonly interval: readonly [number, number];
  };
  readonly reported: { readonly accuracy: number; readonly valAccuracy: number };
  readonly trainSeconds: number;
}

type Model = ModelFigures & { readonly name: string };

/** What the page opens with. */
export interface SummaryContent {
  readonly notebooks: readonly Notebook[];
  readonly results: Results;
  readonly failure?: Failure;
}

/** The findings in a sentence, notices, the two models, and the circumstances of the run. */
export function renderSummary({ notebooks, results, failure }: SummaryContent): string {
  const figures = results as Figures;
  const models = Object.entries(figures.models ?? {}).map(([key, model]): Model => ({
    ...model,
    name: key.replace("model-", "Model "),
  }));
  return [
    ...notices(figures, failure).map((html) => `<p class="notice">${html}</p>`),
    ...(models.length === 0 ? [] : [
      lede(models, figures),
      `<figure>${
        accuracyChart(models.map(({ name, validation, reported }) => ({
          name,
          accuracy: validation.accuracy,
          interval: validation.interval,
          reported: reported.valAccuracy,
        })))
      }</figure>`,
      modelsTable(models),
    ]),
    circumstances(figures, notebooks),
  ].join("\n");
}

function notices({ data, quick }: Figures, failure: Failure | undefined): string[] {
  const list: string[] = [];
  if (failure) {
    list.push(
      `<strong>This report is not complete.</strong> Cell ${failure.cell} of <a href="#${failure.notebook}">${
        escapeHtml(failure.notebook)
      }</a> failed; what comes after it is missing.`,
    );
  }
  if (data?.source?.kind === "synthetic") {
    list.push(
      "<strong>Synthetic digits.</strong> This report shows digits drawn by the project. Its figures " +
        "say nothing about real handwriting.",
    );
  }
  if (data?.source?.kind === "mnist") {
    list.push(
      "<strong>MNIST, not Kaggle's rows.</strong> The public files in the shape of Kaggle's data: as " +
        "many of each digit, but a choice of rows of its own.",
    );
  }
  if (quick) {
    list.push(
      "<strong>A quick run.</strong> The models saw a part of the training images; a full run " +
        "reaches higher accuracies.",
    );
  }
  return list;
}

function lede(models: readonly Model[], { split }: Figures): string {
  const { parameters, validation: { total } } = models[0]!;
  const trained = split ? ` trained on up to ${count(split.trainRows)} images` : "";
  const read = models.map(({ name, validation: { accuracy } }) =>
    `${name.replace("Model", "model")} reads <strong>${percent(accuracy)}</strong>`
  );
  return `<p class="lede">A written report on Kaggle’s Digit Recognizer, reproduced: a convolutional network of ${
    count(parameters)
  } weights,${trained} in two ways. Of ${count(total)} images that were kept apart, ${
    read.join(", ")
  } right.</p>`;
}

function modelsTable(models: readonly Model[]): string {
  const groups = models.map((model) => {
    const { name, epochs, batchSize, trainSeconds, history, reported, validation } = model;
    const [low, high] = validation.interval;
    return `<tbody>
<tr><th colspan="4" scope="rowgroup">${
      escapeHtml(name)
    } <small>${epochs} epochs, batches of ${batchSize}, trained in ${
      duration(trainSeconds)
    }</small></th></tr>
<tr><th scope="row">Training</th><td>${percent(reported.accuracy)}</td><td>${
      percent(history.at(-1)?.accuracy ?? NaN)
    }</td><td></td></tr>
<tr><th scope="row">Validation</th><td>${percent(reported.valAccuracy)}</td><td><strong>${
      percent(validation.accuracy)
    }</strong></td><td>${percent(low)} to ${percent(high)}</td></tr>
</tbody>`;
  });
  return `<div class="scroll"><table class="models">
<caption>Accuracy after the last epoch, reported beside reproduced (95% intervals: Wilson)</caption>
<thead><tr><th scope="col">Accuracy</th><th scope="col">Reported</th><th scope="col">This run</th><th scope="col">95% interval</th></tr></thead>
${groups.join("\n")}
</table></div>`;
}

function circumstances(
  { data, machine }: Figures,
  notebooks: readonly Notebook[],
): string {
  const records = notebooks.map(runRecord).filter((record) => record !== undefined);
  const seconds = records.reduce((sum, record) => sum + record.seconds, 0);
  const finished = records.map((record) => record.finished).sort().at(-1);
  const facts: [string, string | undefined][] = [
    ["Data", data?.source?.description],
    [
      "Time taken",
      finished &&
      `${duration(seconds)} for ${records.length} ${
        records.length === 1 ? "notebook" : "notebooks"
      }, finished on ${finished.slice(0, 10)}`,
    ],
    ["Machine", machine && `${machine.cpu}, ${machine.cores} cores, ${machine.platform}`],
    [
      "Software",
      machine &&
      `Deno ${machine.deno}, TensorFlow.js on the backend ${machine.backend}${
        machine.threads === null
          ? ""
          : `, ${machine.threads} ${machine.threads === 1 ? "thread" : "threads"}`
      }`,
    ],
  ];
  const entries = facts.filter(([, text]) => text !== undefined && text !== "");
  return `<dl class="facts">\n${
    entries.map(([term, text]) => `<div><dt>${term}</dt><dd>${escapeHtml(text!)}</dd></div>`)
      .join("\n")
  }\n</dl>`;
}
