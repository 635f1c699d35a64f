import { type Markup, markup, trustedMarkup } from "lib/markup.ts";
import type { Cell, Notebook } from "lib/report/notebook.ts";
import type { Results } from "lib/report/results.ts";
import type { Failure } from "lib/report/execute.ts";
import { renderDocument } from "./document.ts";
import { Highlighter } from "./highlight.ts";
import { fragment, type Heading, MarkdownRenderer } from "./markdown.ts";
import { renderOutput } from "./outputs.ts";
import { renderSummary } from "./summary.ts";
import pageScript from "./page.js" with { type: "text" };
import style from "./page.css" with { type: "text" };

/** What the page shows. */
interface ReportContent {
  /** The executed notebooks, in order. */
  readonly notebooks: readonly Notebook[];
  /** The figures of `results.json`. */
  readonly results: Results;
  /** The cell that ended the run early. */
  readonly failure?: Failure;
  /** Address of the page to write on, where there is one. */
  readonly writePage?: string;
}

const TITLE = "Reading handwritten digits";

/** The id of a notebook's cell of hyperparameters, which is shown unfolded. */
const SETTINGS_CELL = "settings";

/** The whole page, as one string. */
export function renderReport(content: ReportContent): string {
  const { notebooks, results, failure, writePage } = content;
  const names = notebooks.map(({ name }) => name);
  const highlighter = new Highlighter();
  const parts = notebooks.map((notebook) => renderNotebook(notebook, names, highlighter));
  const contents: ContentsEntry[] = [
    { id: "summary", content: markup`Summary`, below: [] },
    ...parts.map(contentsEntry),
  ];
  const body = markup`<body>
<a class="skip" href="#main">Skip to the report</a>
<div class="layout">
<div class="bar">
<nav aria-label="Contents">
<details class="contents">
<summary>Contents</summary>
${renderContents(contents)}
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
${renderSummary({ notebooks, results, ...(failure && { failure }) })}
${
    writePage &&
    markup`<p>Try it: <a href="${writePage}">write a number</a>, and see how a network reads it.</p>`
  }
</section>
${parts.map(({ content }) => content)}
</main>
</div>
<script>${trustedMarkup(pageScript)}</script>
</body>`;
  return renderDocument({
    title: TITLE,
    style: `${style}\n${highlighter.css}\n`,
    scripts: [pageScript],
    body,
    directives: ["img-src data:"],
  });
}

interface Part {
  readonly name: string;
  readonly content: Markup;
  readonly headings: readonly Heading[];
}

function renderNotebook(
  notebook: Notebook,
  names: readonly string[],
  highlighter: Highlighter,
): Part {
  const { name } = notebook;
  const markdown = new MarkdownRenderer(name, names);
  const body = renderCells(notebook.cells, markdown, highlighter);
  const { headings } = markdown;
  // A notebook without a heading still needs a name in the contents.
  const title = headings[0]?.id === name ? undefined : markup`<h2 id="${name}">${name}</h2>\n`;
  const number = Number.parseInt(name);
  const eyebrow = number ? markup`<p class="eyebrow">Part ${number}</p>\n` : undefined;
  return {
    name,
    content: markup`<section class="part" aria-labelledby="${name}">
${eyebrow}${title}${body}</section>\n`,
    headings,
  };
}

function renderCells(
  cells: readonly Cell[],
  markdown: MarkdownRenderer,
  highlighter: Highlighter,
): Markup[] {
  const rendered: Markup[] = [];
  // Code up to the next output or prose is folded away as one.
  let code: string[] = [];
  const fold = (open = false, className = "code"): void => {
    if (code.length > 0) rendered.push(foldedCode(code, { open, className, highlighter }));
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
      rendered.push(...cell.outputs.map((output) => renderOutput(output, markdown)));
    } else if (cell.cell_type === "markdown") {
      fold();
      rendered.push(markdown.render(cell.source));
    }
  }
  fold();
  return rendered.map((part) => markup`${part}\n`);
}

function foldedCode(
  sources: readonly string[],
  { open, className, highlighter }: {
    readonly open: boolean;
    readonly className: string;
    readonly highlighter: Highlighter;
  },
): Markup {
  const lines = sources.join("\n").split("\n").length;
  return markup`<details class="${className}"${open && markup` open`}><summary>Code, ${lines} ${
    lines === 1 ? "line" : "lines"
  }</summary>${sources.map((source) => highlighter.highlight(source))}</details>`;
}

interface ContentsEntry {
  readonly id: string;
  readonly content: Markup;
  readonly below: readonly Heading[];
}

function contentsEntry({ name, headings }: Part): ContentsEntry {
  return {
    id: name,
    content: headings[0]?.content ?? markup`${name}`,
    below: headings.slice(1).filter(({ level }) => level === 3),
  };
}

function renderContents(entries: readonly ContentsEntry[]): Markup {
  const items = entries.map(({ id, content, below }) =>
    markup`<li><a href="${fragment(id)}">${content}</a>${
      below.length > 0 && subsections(below)
    }</li>`
  );
  return markup`<ol>${items}</ol>`;
}

function subsections(headings: readonly Heading[]): Markup {
  const items = headings.map(({ id, content }) =>
    markup`<li><a href="${fragment(id)}">${content}</a></li>`
  );
  return markup`<ol>${items}</ol>`;
}
