import { escapeHtml } from "lib/notebook/mod.ts";
import type { Cell, Notebook } from "lib/report/notebook.ts";
import type { Results } from "lib/report/results.ts";
import type { Failure } from "lib/report/execute.ts";
import { highlight } from "./highlight.ts";
import { type Heading, MarkdownRenderer } from "./markdown.ts";
import { renderOutput } from "./outputs.ts";
import { renderSummary } from "./summary.ts";
import pageScript from "./page.js" with { type: "text" };
import style from "./page.css" with { type: "text" };
import themeScript from "./theme.js" with { type: "text" };

/** What the page shows. */
export interface ReportContent {
  /** The executed notebooks, in order. */
  readonly notebooks: readonly Notebook[];
  /** The figures of `results.json`. */
  readonly results: Results;
  /** The cell that ended the run early. */
  readonly failure?: Failure;
}

const TITLE = "Reading handwritten digits";

/** The id of a notebook's cell of hyperparameters: they are read without a click. */
const SETTINGS_CELL = "settings";

/** Nothing may be loaded: what the page shows is in it. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; " +
  "img-src data:; base-uri 'none'; form-action 'none'";

/** The whole page, as one string. */
export function renderReport({ notebooks, results, failure }: ReportContent): string {
  const names = notebooks.map(({ name }) => name);
  const parts = notebooks.map((notebook) => renderNotebook(notebook, names));
  const summary = renderSummary({ notebooks, results, ...(failure && { failure }) });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${TITLE}</title>
<script>${themeScript}</script>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<div class="layout">
<div class="bar">
<nav aria-label="Contents">
<details class="contents">
<summary>Contents</summary>
${renderContents([["summary", "Summary", []], ...parts.map(contentsEntry)])}
</details>
</nav>
<div class="tools">
<button type="button" id="code-toggle" aria-pressed="false">Show all code</button>
<button type="button" id="theme-toggle">Dark theme</button>
</div>
</div>
<main id="main" tabindex="-1">
<section id="summary" aria-labelledby="title">
<h1 id="title">${TITLE}</h1>
${summary}
</section>
${parts.map(({ html }) => html).join("\n")}
</main>
</div>
<script>${pageScript}</script>
</body>
</html>
`;
}

interface Part {
  readonly name: string;
  readonly html: string;
  readonly headings: readonly Heading[];
}

function renderNotebook(notebook: Notebook, names: readonly string[]): Part {
  const { name } = notebook;
  const markdown = new MarkdownRenderer(name, names);
  const body = renderCells(notebook.cells, markdown);
  const { headings } = markdown;
  // A notebook without a heading still needs a name in the contents.
  const title = headings[0]?.id === name ? "" : `<h2 id="${name}">${escapeHtml(name)}</h2>\n`;
  const number = Number.parseInt(name);
  return {
    name,
    html: `<section class="part" aria-labelledby="${name}">
${number ? `<p class="eyebrow">Part ${number}</p>\n` : ""}${title}${body}
</section>`,
    headings,
  };
}

function renderCells(cells: readonly Cell[], markdown: MarkdownRenderer): string {
  const html: string[] = [];
  // Code up to the next output or prose is folded away as one.
  let code: string[] = [];
  const fold = (open = false, className = "code"): void => {
    if (code.length > 0) html.push(foldedCode(code, open, className));
    code = [];
  };
  for (const cell of cells) {
    if (cell.cell_type === "code") {
      const isSettings = cell.id === SETTINGS_CELL;
      if (isSettings) fold();
      if (cell.source.trim() !== "") code.push(cell.source.trimEnd());
      if (isSettings) fold(true, "code settings");
      else if (cell.outputs.length > 0) {
        fold(cell.outputs.some(({ output_type }) => output_type === "error"));
      }
      html.push(...cell.outputs.map((output) => renderOutput(output, markdown)));
    } else if (cell.cell_type === "markdown") {
      fold();
      html.push(markdown.render(cell.source));
    }
  }
  fold();
  return html.join("\n");
}

function foldedCode(sources: readonly string[], open: boolean, className: string): string {
  const lines = sources.join("\n").split("\n").length;
  return `<details class="${className}"${open ? " open" : ""}><summary>Code, ${lines} ${
    lines === 1 ? "line" : "lines"
  }</summary>${sources.map(highlight).join("\n")}</details>`;
}

type ContentsEntry = readonly [id: string, html: string, below: readonly Heading[]];

function contentsEntry({ name, headings }: Part): ContentsEntry {
  return [
    name,
    headings[0]?.html ?? escapeHtml(name),
    headings.slice(1).filter(({ level }) => level === 3),
  ];
}

function renderContents(entries: readonly ContentsEntry[]): string {
  const items = entries.map(([id, html, below]) =>
    `<li><a href="#${id}">${html}</a>${
      below.length === 0
        ? ""
        : `<ol>${
          below.map((heading) => `<li><a href="#${heading.id}">${heading.html}</a></li>`).join("")
        }</ol>`
    }</li>`
  );
  return `<ol>\n${items.join("\n")}\n</ol>`;
}
