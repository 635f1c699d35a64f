/** A small report with one of each thing that a page can show. @module */
import { markdown, preformatted, table } from "lib/notebook/mod.ts";
import type { Output } from "lib/report/kernel/mod.ts";
import type { Cell, Notebook } from "lib/report/notebook.ts";
import type { Results } from "lib/report/results.ts";

const MODEL = {
  epochs: 5,
  batchSize: 64,
  parameters: 225_034,
  history: [{ epoch: 1, loss: 0.2, accuracy: 0.95, valLoss: 0.1, valAccuracy: 0.97 }, {
    ...{ epoch: 2, loss: 0.01, accuracy: 0.9971, valLoss: 0.04, valAccuracy: 0.9906 },
  }],
  validation: { correct: 8321, total: 8400, accuracy: 8321 / 8400, interval: [0.9883, 0.9925] },
  reported: { accuracy: 0.997, valAccuracy: 0.9912 },
  trainSeconds: 61,
};

export const RESULTS: Results = {
  data: { source: { kind: "kaggle", description: "Kaggle <Digit Recognizer>" } },
  split: { trainRows: 33_600, validationRows: 8_400 },
  machine: {
    ...{ cpu: "A processor", cores: 2, backend: "simd", threads: 2 },
    ...{ platform: "linux x86_64", deno: "2.9.6" },
  },
  models: { "model-1": MODEL, "model-2": { ...MODEL, epochs: 10, batchSize: 128 } },
};

function prose(source: string): Cell {
  return { cell_type: "markdown", id: "p", metadata: {}, source };
}

function code(source: string, ...outputs: Output[]): Cell {
  return { cell_type: "code", id: "c", metadata: {}, source, execution_count: 1, outputs };
}

/** What a cell displays. */
export function shown(data: Record<string, unknown>): Output {
  return { output_type: "display_data", data, metadata: {} };
}

export const NOTEBOOKS: Notebook[] = [
  {
    name: "01-first",
    metadata: {
      report: { settings: "", seconds: 65, finished: "2030-01-02T03:04:05.000Z", files: [] },
    },
    cells: [
      prose(
        "# The first part\n\nSee [the second](02-second.ipynb#there), or <https://example.org>.",
      ),
      prose("## Same\n\n$x_{\\min}$ and\n\n$$\\frac{1}{2} \\qquad \\hat{y}$$"),
      prose("## Same\n\n| a | b |\n|---|--:|\n| 1 | 2 |"),
      code("const before = 0;"),
      { ...code("const EPOCHS = 5;"), id: "settings" },
      code("const hidden = 1;"),
      code("await show(`<b>`);", shown(table([{ digit: 1, n: 2 }], { caption: "A & B" }))),
      code(
        "",
        { output_type: "stream", name: "stdout", text: "10%\r100%\n\x1b[31mred\x1b[0m <tag>\n" },
        shown({ "image/png": "iVBORw0KGgo=\n", "text/plain": "a picture" }),
        shown(preformatted("a  b")),
        shown(markdown("#### Deep\n\nprose *from code*")),
      ),
    ],
  },
  {
    name: "02-second",
    metadata: {},
    cells: [code("throw 1", {
      output_type: "error",
      ename: "TypeError",
      evalue: "x < y",
      traceback: ["TypeError: x < y", "    at <anonymous>:1:1"],
    })],
  },
];
