import { parseHTML } from "linkedom";
import { assert, assertEquals } from "lib/assert.ts";
import { renderReport } from "lib/report/html/mod.ts";
import { markdown, preformatted, table } from "lib/notebook/mod.ts";
import { CHART_MIME_TYPE, chartForms, mistakesPlot } from "lib/plots/mod.ts";
import type { Notebook } from "lib/report/notebook.ts";
import { NOTEBOOKS, RESULTS, shown } from "./_example.ts";

const html = renderReport({ notebooks: NOTEBOOKS, results: RESULTS });
const { document } = parseHTML(html);

function textOf(selector: string): string {
  const element = document.querySelector(selector);
  assert(element, `${selector} is not on the page.`);
  return element.textContent!.replaceAll(/\s+/g, " ").trim();
}

Deno.test("the page refers to nothing outside itself", () => {
  for (const element of document.querySelectorAll("[src], link, object, embed, iframe, use")) {
    const source = element.getAttribute("src") ?? "";
    assert(element.tagName === "IMG" && source.startsWith("data:"), element.outerHTML);
  }
  assert(!/@import|url\(/.test(html));
  assert(textOf("title") !== "");
});

Deno.test("the policy allows the page's own scripts and styles, each by its hash", async () => {
  const policy = document.querySelector("meta[http-equiv='Content-Security-Policy']")!
    .getAttribute("content")!;
  const sources = (directive: string): string[] =>
    policy.split("; ").find((part) => part.startsWith(`${directive} `))!.split(" ").slice(1);
  const hash = async (text: string): Promise<string> => {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return `'sha256-${new Uint8Array(digest).toBase64()}'`;
  };
  const textsOf = (tag: string): string[] =>
    [...html.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, "g"))].map((match) => match[1]!);
  assertEquals(sources("default-src"), ["'none'"]);
  assertEquals(sources("script-src"), await Promise.all(textsOf("script").map(hash)));
  const styles = new Set(
    [...document.querySelectorAll("body [style]")].map((e) => e.getAttribute("style")!),
  );
  assert(styles.size > 0);
  assertEquals(sources("style-src"), [
    "'unsafe-hashes'",
    ...await Promise.all([...textsOf("style"), ...styles].map(hash)),
  ]);
});

Deno.test("markup in names of files, cells and data is text on the page", () => {
  const evil = `x"><img src=x onerror="alert(1)"><script>alert(2)</script>`;
  const notebook: Notebook = {
    name: evil,
    metadata: {},
    cells: [
      {
        ...NOTEBOOKS[0]!.cells.find((cell) => cell.cell_type === "code")!,
        id: evil,
        source: `const x = "${evil}";`,
        outputs: [
          shown(markdown(`Digits of **${evil}**.`)),
          shown(table([{ [evil]: evil }], { caption: evil })),
          shown(preformatted(evil)),
          { output_type: "stream", name: "stdout", text: evil },
          { output_type: "error", ename: evil, evalue: evil, traceback: [evil] },
        ],
      },
      { cell_type: "markdown", id: "p", metadata: {}, source: `# ${evil}\n\n${evil}` },
    ],
  };
  const results = {
    ...RESULTS,
    data: { source: { kind: "kaggle", description: evil } },
    models: { [evil]: RESULTS.models!["model-1" as never] },
    machine: { ...RESULTS.machine as Record<string, string>, cpu: evil, platform: evil },
  };
  const failure = {
    notebook: evil,
    cell: 1,
    heading: evil,
    error: { ename: evil, evalue: evil, traceback: [] },
  };
  const page = parseHTML(renderReport({ notebooks: [notebook], results, failure })).document;
  assertEquals(page.querySelectorAll("script").length, 2);
  assertEquals(page.querySelectorAll("img").length, 0);
  for (const element of page.querySelectorAll("*")) {
    for (const { name } of element.attributes) assert(!name.startsWith("on"), element.outerHTML);
  }
  assert(page.querySelector(".facts")!.textContent!.includes(evil));
  assert(page.querySelector("caption")!.textContent);
});

Deno.test("HTML that a cell shows keeps its form, but no script", () => {
  const html = `<p onclick="alert(1)" style="color:red">a<script>alert(2)</script></p>`;
  const notebook = { ...NOTEBOOKS[1]!, cells: [{ ...NOTEBOOKS[1]!.cells[0]! }] } as Notebook;
  Object.assign(notebook.cells[0]!, { outputs: [shown({ "text/html": html, "text/plain": "" })] });
  const page = renderReport({ notebooks: [notebook], results: {} });
  assert(page.includes(`<div class="output"><p style="color:red">a</p></div>`));
});

Deno.test("a chart is there in two forms", () => {
  const chart = mistakesPlot([]);
  const notebook = { ...NOTEBOOKS[1]!, cells: [{ ...NOTEBOOKS[1]!.cells[0]! }] } as Notebook;
  Object.assign(notebook.cells[0]!, { outputs: [shown({ [CHART_MIME_TYPE]: chartForms(chart) })] });
  const page = parseHTML(renderReport({ notebooks: [notebook], results: {} })).document;
  assertEquals(page.querySelectorAll(".chart .wide > svg, .chart .narrow > svg").length, 2);
});

Deno.test("the page to write on is linked where there is one", () => {
  const selector = "a[href='write.html']";
  assertEquals(document.querySelector(selector), null);
  const content = { notebooks: NOTEBOOKS, results: RESULTS, writePage: "write.html" };
  assert(parseHTML(renderReport(content)).document.querySelector(`main ${selector}`));
});

Deno.test("headings go down by one, each has its own id, and the contents lead to them", () => {
  const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")];
  assertEquals(headings.map(({ tagName, textContent }) => `${tagName} ${textContent}`), [
    "H1 Reading handwritten digits",
    "H2 The first part",
    "H3 Same",
    "H3 Same",
    "H4 Deep",
    "H2 02-second",
  ]);
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  assertEquals(ids.length, new Set(ids).size);
  const links = [...document.querySelectorAll("nav a")];
  assertEquals(links.map((link) => link.getAttribute("href")), [
    "#summary",
    "#01-first",
    "#01-first/same",
    "#01-first/same-2",
    "#02-second",
  ]);
  for (const link of [...links, document.querySelector(".skip")!]) {
    assert(ids.includes(link.getAttribute("href")!.slice(1)));
  }
});

Deno.test("links between notebooks stay on the page", () => {
  const links = [...document.querySelectorAll("main p a")].map((a) => a.getAttribute("href"));
  assertEquals(links, ["#02-second", "https://example.org"]);
});

Deno.test("maths is MathML, tables scroll by themselves", () => {
  assertEquals(document.querySelectorAll("math").length, 3);
  // A long formula can break between its parts.
  assertEquals(document.querySelectorAll(".formula > math[display=block]").length, 2);
  // KaTeX gives this <msub> three children.
  for (const element of document.querySelectorAll("msub")) assertEquals(element.children.length, 2);
  for (const element of document.querySelectorAll("table")) {
    assertEquals(element.parentElement!.className, "scroll");
  }
  assertEquals(document.querySelectorAll("section.part table").length, 2);
});

Deno.test("code is folded away, neighbours as one, and coloured for both themes", () => {
  const folded = [...document.querySelectorAll("details.code")];
  assertEquals(folded.map((details) => details.querySelector("summary")!.textContent), [
    "Code, 1 line",
    "Code, 1 line",
    "Code, 2 lines",
    "Code, 1 line",
  ]);
  assertEquals(folded[2]!.querySelectorAll("pre").length, 2);
  // Open: hyperparameters, and the code of a cell that failed.
  assertEquals(folded.map((details) => details.hasAttribute("open")), [false, true, false, true]);
  assertEquals(folded[1]!.querySelector("pre")!.textContent, "const EPOCHS = 5;");
  const token = folded[2]!.querySelector("[class^=token-]")!.className;
  assert(new RegExp(`\\.${token} \\{ color: ?light-dark\\(#`).test(html));
  assert(folded[2]!.textContent!.includes("await show(`<b>`);"));
});

Deno.test("outputs: overwritten lines and colour codes go, errors stand out", () => {
  assertEquals(document.querySelector("pre.stdout")!.textContent, "100%\nred <tag>\n");
  assertEquals(document.querySelector("img")!.getAttribute("alt"), "a picture");
  assertEquals(document.querySelector("div.output > pre")!.textContent, "a  b");
  assertEquals(document.querySelector("div.output em")!.textContent, "from code");
  assertEquals(textOf(".error p"), "TypeError: x < y");
});

Deno.test("the summary puts reported beside reproduced, with interval, time, data and machine", () => {
  const rows = [...document.querySelectorAll(".models tr")].map((row) =>
    [...row.children].map((cell) => cell.textContent)
  );
  assertEquals(rows, [
    ["Accuracy", "Reported", "This run", "95% interval"],
    ["Model 1 5 epochs, batches of 64, trained in 1 min 01 s"],
    ["Training", "99.70%", "99.71%", ""],
    ["Validation", "99.12%", "99.06%", "98.83% to 99.25%"],
    ["Model 2 10 epochs, batches of 128, trained in 1 min 01 s"],
    ["Training", "99.70%", "99.71%", ""],
    ["Validation", "99.12%", "99.06%", "98.83% to 99.25%"],
  ]);
  const facts = textOf(".facts");
  for (
    const fact of [
      "Kaggle <Digit Recognizer>",
      "1 min 05 s",
      "2030-01-02",
      "A processor, 2 cores",
      "simd, 2 threads",
      "Deno 2.9.6",
    ]
  ) assert(facts.includes(fact), `${fact} is not in: ${facts}`);
  assertEquals(document.querySelector(".notice"), null);
});

Deno.test("synthetic digits, a quick run and a failure are said in plain sight", () => {
  const results = { data: { source: { kind: "synthetic", description: "drawn" } }, quick: true };
  const failure = {
    notebook: "01-first",
    cell: 3,
    heading: "Same",
    error: { ename: "Error", evalue: "no", traceback: [] },
  };
  const page = parseHTML(renderReport({ notebooks: NOTEBOOKS.slice(0, 1), results, failure }));
  const notices = [...page.document.querySelectorAll("#summary .notice strong")];
  assertEquals(notices.map(({ textContent }) => textContent), [
    "This report is not complete.",
    "Synthetic digits.",
    "A quick run.",
  ]);
});

Deno.test("a recipe that was trained is named beside the models, and what made the submission", () => {
  const validation = { total: 8400, accuracy: 0.9951, interval: [0.9934, 0.9964] };
  const recipe = { name: "best", networks: 5, validation, trainSeconds: 5400 };
  const submission = { model: "5 networks of the recipe best", rows: 28_000 };
  const page = parseHTML(
    renderReport({ notebooks: NOTEBOOKS, results: { ...RESULTS, recipe, submission } }),
  ).document;
  const lede = page.querySelector(".lede")!.textContent!;
  assert(/99\.51%: 5 networks of the recipe best, trained in 1 h 30 min\./.test(lede), lede);
  const facts = page.querySelector(".facts")!.textContent!;
  assert(facts.includes("28,000 rows by 5 networks of the recipe best"), facts);
});
