import { duration, formatCount, percent } from "lib/format.ts";
import { type Markup, markup } from "lib/markup.ts";
import { accuracyPlot } from "lib/plots/mod.ts";
import { type Figures, figuresOf, type ModelFigures } from "lib/report/figures.ts";
import type { Notebook } from "lib/report/notebook.ts";
import type { Results } from "lib/report/results.ts";
import type { Failure } from "lib/report/execute.ts";
import { runRecord } from "lib/report/record.ts";
import { fragment } from "./markdown.ts";
import { chartFigure } from "./outputs.ts";

/** What the page opens with. */
interface SummaryContent {
  readonly notebooks: readonly Notebook[];
  readonly results: Results;
  readonly failure?: Failure;
}

/** The findings in a sentence, notices, the two models, and the circumstances of the run. */
export function renderSummary({ notebooks, results, failure }: SummaryContent): Markup {
  const figures = figuresOf(results);
  const { models } = figures;
  return markup`${notices(figures, failure)}${
    models.length > 0 && [
      lede(models, figures),
      chartFigure(accuracyPlot(models.map(({ name, validation, reported }) => ({
        name,
        accuracy: validation.accuracy,
        interval: validation.interval,
        reported: reported.valAccuracy,
      })))),
      modelsTable(models),
    ]
  }
${circumstances(figures, notebooks)}`;
}

function notices({ data, quick }: Figures, failure: Failure | undefined): Markup[] {
  const notice = (title: string, text: Markup): Markup =>
    markup`<p class="notice"><strong>${title}</strong> ${text}</p>\n`;
  return [
    failure && notice(
      "This report is not complete.",
      markup`Cell ${failure.cell} of <a href="${
        fragment(failure.notebook)
      }">${failure.notebook}</a> failed; what comes after it is missing.`,
    ),
    data?.source?.kind === "synthetic" && notice(
      "Synthetic digits.",
      markup`This report shows digits drawn by the project. Its figures say nothing about real handwriting.`,
    ),
    data?.source?.kind === "mnist" && notice(
      "MNIST, not Kaggle's rows.",
      markup`The public files in the shape of Kaggle's data: as many of each digit, but a choice of rows of its own.`,
    ),
    quick && notice(
      "A quick run.",
      markup`The models saw a part of the training images; a full run reaches higher accuracies.`,
    ),
  ].filter((item) => item !== undefined && item !== false);
}

function lede(models: readonly ModelFigures[], { split, recipe }: Figures): Markup {
  const { parameters, validation: { total } } = models[0]!;
  const read = models.map(({ name, validation: { accuracy } }, i) =>
    markup`${i > 0 && ", "}${name.replace("Model", "model")} reads <strong>${
      percent(accuracy)
    }</strong>`
  );
  return markup`<p class="lede">A written report on Kaggle’s Digit Recognizer, reproduced: a convolutional network of ${
    formatCount(parameters)
  } weights${
    split && `, trained on up to ${formatCount(split.trainRows)} images`
  } in two ways. Of ${formatCount(total)} images that were kept apart, ${read} right.${
    recipe &&
    markup` What the report would try next reaches <strong>${
      percent(recipe.validation.accuracy)
    }</strong>: ${
      recipe.networks === 1 ? "a network" : `${recipe.networks} networks`
    } of the <a href="${fragment("06-looking-ahead")}">recipe ${recipe.name}</a>, trained in ${
      duration(recipe.trainSeconds)
    }.`
  }</p>\n`;
}

function modelsTable(models: readonly ModelFigures[]): Markup {
  const groups = models.map((model) => {
    const { name, epochs, batchSize, trainSeconds, history, reported, validation } = model;
    const [low, high] = validation.interval;
    return markup`<tbody>
<tr><th colspan="4" scope="rowgroup">${name} <small>${epochs} epochs, batches of ${batchSize}, trained in ${
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
  return markup`<div class="scroll"><table class="models">
<caption>Accuracy after the last epoch, reported beside reproduced (95% intervals: Wilson)</caption>
<thead><tr><th scope="col">Accuracy</th><th scope="col">Reported</th><th scope="col">This run</th><th scope="col">95% interval</th></tr></thead>
${groups}
</table></div>\n`;
}

function circumstances(
  { data, machine, submission }: Figures,
  notebooks: readonly Notebook[],
): Markup {
  const records = notebooks.map(runRecord).filter((record) => record !== undefined);
  const seconds = records.reduce((sum, record) => sum + record.seconds, 0);
  const finished = records.map((record) => record.finished).sort().at(-1);
  const facts: [string, string | undefined][] = [
    ["Data", data?.source?.description],
    [
      "Submission",
      submission &&
      `submission.csv, ${formatCount(submission.rows)} rows by ${submission.model.toLowerCase()}`,
    ],
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
  const entries = facts.filter(([, text]) => text !== undefined && text !== "").map((
    [term, text],
  ) => markup`<div><dt>${term}</dt><dd>${text}</dd></div>\n`);
  return markup`<dl class="facts">\n${entries}</dl>`;
}
