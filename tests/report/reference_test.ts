import { parseHTML } from "linkedom";
import { assert, assertEquals } from "lib/assert.ts";
import { mistakesPlot } from "lib/plots/mod.ts";
import { toBundle } from "lib/notebook/bundle.ts";
import { projectPath } from "lib/project.ts";
import {
  recordedDigest,
  renderReference,
  sourceNotebooks,
  sourcesDigest,
} from "lib/report/reference.ts";
import type { CodeCell } from "lib/report/notebook.ts";
import { NOTEBOOKS, RESULTS, shown } from "./_example.ts";

async function render(): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const chart = mistakesPlot([]);
  const cell = NOTEBOOKS[0]!.cells.at(-1) as CodeCell;
  const [first, second] = NOTEBOOKS;
  const outputs = [...cell.outputs, shown(await toBundle(chart))];
  const notebooks = [
    { ...first!, cells: [...first!.cells.slice(0, -1), { ...cell, outputs }] },
    second!,
  ];
  return renderReference({
    notebooks,
    results: RESULTS,
    digits: "drawn",
    digest: await sourcesDigest(NOTEBOOKS),
  });
}

Deno.test("the index has the main figures, the parts, and the sources' digest", async () => {
  const index = (await render()).get("README.md") as string;
  assert(
    index.includes(
      "| Model 1 (5 epochs, batches of 64), validation | 99.12% | 99.06% | 98.83% to 99.25% |",
    ),
    index,
  );
  assert(index.includes("1. [The first part](01-first.md)\n2. [02-second](02-second.md)"));
  assert(index.includes("**Digits:** drawn"));
  assertEquals(recordedDigest(index), await sourcesDigest(NOTEBOOKS));
  const [first, second] = NOTEBOOKS;
  const edited = { ...first!, cells: first!.cells.map((c) => ({ ...c, source: `${c.source} ` })) };
  assert(recordedDigest(index) !== await sourcesDigest([edited, second!]));
});

Deno.test("a part has prose, code, tables, pictures with their text, and errors", async () => {
  const files = await render();
  assertEquals([...files.keys()], [
    "README.md",
    "images/01-first-1.png",
    "images/01-first-2.svg",
    "01-first.md",
    "02-second.md",
  ]);
  const first = files.get("01-first.md") as string;
  assert(first.startsWith("# The first part\n\nSee [the second](02-second.md#there)"), first);
  // Hyperparameters are shown, other code is folded away.
  assert(first.includes("\n\n```ts\nconst EPOCHS = 5;\n```\n"));
  assert(first.includes("<summary>Code, 1 line</summary>\n\n```ts\nconst before = 0;\n```"));
  assert(first.includes("![a picture](images/01-first-1.png)"));
  assert(first.includes("![Misread images. No image was misread.](images/01-first-2.svg)"));
  assert(first.includes("red <tag>") && !first.includes("\x1b"));
  const { document } = parseHTML(first.slice(first.indexOf("<table>")));
  assertEquals(document.querySelector("td")!.getAttribute("align"), "right");
  assertEquals(document.querySelectorAll("table [style]").length, 0);
  const svg = new TextDecoder().decode(files.get("images/01-first-2.svg") as Uint8Array);
  assert(svg.startsWith("<svg ") && svg.includes(`fill="#fff"`));
  assert((files.get("02-second.md") as string).includes("```text\nTypeError: x < y"));
  assert(first.includes("Next: [02-second](02-second.md)"));
});

const INDEX = projectPath("outputs/reference/report/README.md");
const index = await Deno.readTextFile(INDEX).catch(() => undefined);

Deno.test({
  name: `the report in the repository is of the notebooks and charts as they are${
    index === undefined ? " (there is none yet)" : ""
  }`,
  ignore: index === undefined,
  fn: async () => {
    assertEquals(
      recordedDigest(index!),
      await sourcesDigest(await sourceNotebooks()),
      "`deno task report` and then `deno task reference` bring it up to date",
    );
  },
});
