import { assertEquals, assertThrows } from "lib/assert.ts";
import { InputError } from "lib/errors.ts";
import { stripNotebook } from "lib/report/strip.ts";

const CLEAN = {
  cells: [
    { cell_type: "markdown", id: "title", metadata: {}, source: ["# Title\n", "é"] },
    {
      cell_type: "code",
      execution_count: null,
      id: "code",
      metadata: { tags: ["kept"] },
      outputs: [],
      source: ["1"],
    },
  ],
  metadata: {
    kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
    language_info: { file_extension: ".ts", name: "typescript" },
    needs: [],
  },
  nbformat: 4,
  nbformat_minor: 5,
};

Deno.test("a notebook saved by JupyterLab is stripped to what was committed", () => {
  const clean = JSON.stringify(CLEAN, null, 1) + "\n";
  assertEquals(stripNotebook(clean, "a.ipynb"), clean);
  const [title, code] = CLEAN.cells;
  const saved = {
    ...CLEAN,
    cells: [title, {
      ...code,
      execution_count: 3,
      metadata: { scrolled: true, tags: ["kept"], execution: { "iopub.status.busy": "now" } },
      outputs: [{ output_type: "stream", name: "stdout", text: ["1"] }],
    }],
    metadata: {
      needs: [],
      kernelspec: CLEAN.metadata.kernelspec,
      language_info: {
        codemirror_mode: "typescript",
        name: "typescript",
        file_extension: ".ts",
        version: "5.9.2",
      },
    },
  };
  assertEquals(stripNotebook(JSON.stringify(saved), "a.ipynb"), clean);
});

Deno.test("what is no notebook is named", () => {
  assertThrows(() => stripNotebook("{", "b.ipynb"), InputError, "b.ipynb is not a notebook");
});
