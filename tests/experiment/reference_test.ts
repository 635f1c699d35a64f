import { assert, assertEquals } from "lib/assert.ts";
import {
  compareSeeds,
  compareWithKeras,
  describeRepeatedOrder,
  describeStudy,
  figuresOf,
  type KerasReference,
  type ReportedFigures,
  type ReportStudies,
  studySections,
} from "lib/experiment/mod.ts";
import type { MimeBundle } from "lib/notebook/mod.ts";
import { asInNotebooks } from "lib/study/report_models.ts";

/** Figures of seeds, `step` apart from one seed to the next. */
function seeds(
  count: number,
  first: number,
  step = 0.0001,
): (ReportedFigures & { seed: number })[] {
  return Array.from({ length: count }, (_, i) => ({
    seed: i + 1,
    accuracy: first + step * i,
    valAccuracy: 0.985 + step * i,
    loss: 0.02 + step * i,
    valLoss: 0.05 + step * i,
  }));
}

const models = {
  epochs: 5,
  batchSize: 64,
  newOrders: seeds(20, 0.992),
  repeatedOrder: seeds(5, 0.994),
};
const keras: KerasReference = {
  keras: "3.15.1",
  tensorflow: "2.21.0",
  imagesSha256: "",
  orders: { newOrders: [[0, 1], [1, 0]], repeatedOrder: [[1, 0], [1, 0]] },
  models: { "model-1": models, "model-2": models },
};

function textOf(shown: readonly MimeBundle[]): string {
  return shown.map((item) => item["text/plain"] ?? item["text/markdown"]).join("\n");
}

Deno.test("a run has a place among Keras's seeds; one that was trained otherwise has none", () => {
  const row = { accuracy: 0.99251, valAccuracy: 0.9, loss: 0.0205, valLoss: 0.1 };
  const text = textOf(compareWithKeras(keras, [
    { name: "model-1", row, settings: { epochs: 5, batchSize: 64 } },
    { name: "model-2", row, settings: { epochs: 3, batchSize: 64 } },
  ]));
  // Seeds are at 99.20%, 99.21%, ...: six of them below 99.251%.
  for (const part of ["99.30% ± 0.06", "99.25%", "6 of 20", "0 of 20", "20 of 20", "99.70%"]) {
    assert(text.includes(part), `${part} in\n${text}`);
  }
  assert(text.includes("Model 2 of this run was trained for 3 epochs"), text);
});

Deno.test("seeds of two programs are tested figure by figure", () => {
  const same = { "model-1": seeds(20, 0.99205), "model-2": seeds(20, 0.99205) };
  assert(textOf(compareSeeds(keras, same)).includes("No figure differs at 1%"));
  const other = { ...same, "model-2": seeds(20, 0.99) };
  const text = textOf(compareSeeds(keras, other));
  assert(text.includes("At 1% 1 of the 8 differ: Model 2, training accuracy."), text);
});

Deno.test("what one order for all epochs does stands beside the orders that were recorded", () => {
  const text = textOf(describeRepeatedOrder(keras));
  for (const part of ["`1 0`, `1 0`", "`0 1`, `1 0`", "99.42% ± 0.02", "+0.12"]) {
    assert(text.includes(part), `${part} in\n${text}`);
  }
});

Deno.test("the study's chart has the notebooks' seeds first, then other networks, then procedures", () => {
  const trial = (name: string, seed: number, change = {}) => ({
    name,
    seed,
    settings: { ...asInNotebooks("model-1"), ...change },
    figures: seeds(1, 0.99)[0]!,
  });
  const network = { ...asInNotebooks("model-1").network, dense: 64 };
  const studies: ReportStudies = {
    seeds: [trial("as in the notebooks", 1), trial("as in the notebooks", 2)],
    networks: [
      trial("augmented", 1, { augmented: true }),
      trial("dense layer of 64", 1, { network }),
      trial("augmented", 2, { augmented: true }),
    ],
    missing: 0,
  };
  const [section] = studySections(studies);
  assertEquals(
    section!.groups.map((rows) => rows.map(({ name, values }) => [name, values[0]!.length])),
    [[["as in the notebooks", 2]], [["dense layer of 64", 1]], [["augmented", 2]]],
  );
  assertEquals(section!.figures.map(({ reported }) => reported), [0.997, 0.9912, 0.0092, 0.038]);
  assertEquals(figuresOf(studies.seeds)["model-1"].length, 2);
});

Deno.test("the study's words name the nearest training and what none reached", () => {
  const trial = (name: string, seed: number, accuracy: number, change = {}) => ({
    name,
    seed,
    settings: { ...asInNotebooks("model-1"), ...change },
    figures: { ...seeds(2, accuracy)[seed % 2]! },
  });
  const studies: ReportStudies = {
    seeds: [trial("as in the notebooks", 1, 0.99), trial("as in the notebooks", 2, 0.99)],
    networks: [trial("cell run twice", 1, 0.9971, { augmented: true })],
    missing: 4,
  };
  const text = textOf([describeStudy(studies)]);
  assert(text.includes('**Model 1**: nearest to all four figures is "cell run twice"'), text);
  assert(text.includes("the best validation accuracy of all 3 is 98.51%, reported 99.12%"), text);
  assert(!text.includes("the best training accuracy"), text);
  assert(!text.includes("Model 2"), text);
  assert(text.includes("3 trainings are done and 4 are missing"), text);
});
