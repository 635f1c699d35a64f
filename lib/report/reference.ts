/** An executed report as Markdown with images, to be read in the repository itself. @module */
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { parseHTML } from "linkedom";
import { filesBelow, sha256 } from "lib/files.ts";
import { duration, formatCount, percent } from "lib/format.ts";
import { CHART_MIME_TYPE } from "lib/plots/mod.ts";
import { projectPath } from "lib/project.ts";
import { figuresOf } from "./figures.ts";
import type { MimeBundle, Output } from "./kernel/mod.ts";
import { type CodeCell, type Notebook, readNotebook } from "./notebook.ts";
import { runRecord } from "./record.ts";
import type { Results } from "./results.ts";
import { notebookPaths } from "./select.ts";

/** What decides on what the report says and shows, given the data and the trained models. */
const SOURCES = ["lib/experiment", "lib/notebook", "lib/plots"];

/** Digest of the notebooks' cells and of the code that draws what they show. */
export async function sourcesDigest(notebooks: readonly Notebook[]): Promise<string> {
  const parts = notebooks.map(({ name, cells }) =>
    [name, ...cells.map(({ id, source }) => [id, source])] as const
  );
  const files = await Promise.all(SOURCES.map(async (folder) => {
    const paths = (await filesBelow(projectPath(folder))).sort();
    return Promise.all(paths.map(async (path) => [
      path,
      sha256(await Deno.readFile(projectPath(folder, path))),
    ]));
  }));
  return sha256(JSON.stringify([parts, files]));
}

/** The project's notebooks, as they are now. */
export async function sourceNotebooks(): Promise<Notebook[]> {
  return await Promise.all((await notebookPaths(projectPath("notebooks"))).map(readNotebook));
}

/** The files of the Markdown report, by name. */
type ReferenceFiles = ReadonlyMap<string, string | Uint8Array>;

/** A run to be shown in the repository. */
interface ReferenceContent {
  /** The executed notebooks, in order. */
  readonly notebooks: readonly Notebook[];
  readonly results: Results;
  /** What the digits are and where they come from, in Markdown. */
  readonly digits: string;
  /** Of {@linkcode sourcesDigest}. */
  readonly digest: string;
}

/** Renders a page for each notebook, and `README.md` with the main figures. */
export function renderReference(content: ReferenceContent): ReferenceFiles {
  const files = new Map<string, string | Uint8Array>();
  files.set("README.md", renderIndex(content));
  for (const [i, notebook] of content.notebooks.entries()) {
    const next = content.notebooks[i + 1];
    const footer = next === undefined ? "" : ` · Next: [${titleOf(next)}](${next.name}.md)`;
    const body = new PartRenderer(notebook.name, files).render(notebook);
    files.set(`${notebook.name}.md`, `${body}\n---\n\n[Contents](README.md)${footer}\n`);
  }
  return files;
}

/** The digest in the index of a report that was rendered before. */
export function recordedDigest(index: string): string | undefined {
  return /<!-- sources: (\w+) -->/.exec(index)?.[1];
}

function renderIndex({ notebooks, results, digits, digest }: ReferenceContent): string {
  const { models, machine } = figuresOf(results);
  const rows = models.flatMap((model) => {
    const { epochs, batchSize, history, reported, validation } = model;
    const name = `${model.name} (${epochs} epochs, batches of ${batchSize})`;
    const [low, high] = validation.interval;
    return [
      [`${name}, training`, reported.accuracy, history.at(-1)?.accuracy ?? NaN, ""] as const,
      [
        `${name}, validation`,
        reported.valAccuracy,
        validation.accuracy,
        `${percent(low)} to ${percent(high)}`,
      ] as const,
    ];
  });
  const table = rows.map(([name, reported, accuracy, interval]) =>
    `| ${name} | ${percent(reported)} | ${percent(accuracy)} | ${interval} |`
  );
  const seconds = notebooks.reduce((sum, notebook) => sum + (runRecord(notebook)?.seconds ?? 0), 0);
  const total = models[0]?.validation.total;
  return `<!-- Made by \`deno task reference\`; don't edit. -->
<!-- sources: ${digest} -->

# Reading handwritten digits

A written report on Kaggle's Digit Recognizer, reproduced by this project's notebooks. This is what \`deno task report\` shows${
    total === undefined ? "" : `; accuracies are of ${formatCount(total)} validation images`
  }.

| accuracy | reported | this run | 95% interval |
| --- | ---: | ---: | ---: |
${table.join("\n")}

${notebooks.map(({ name }, i) => `${i + 1}. [${titleOf(notebooks[i]!)}](${name}.md)`).join("\n")}

**Digits:** ${digits}

**Machine:** ${machine?.cpu ?? "unknown"}, ${machine?.cores ?? "?"} cores; ${
    duration(seconds)
  } for all notebooks, with models that were trained before where nothing had changed.
`;
}

function titleOf({ name, cells }: Notebook): string {
  const title = cells.find(({ cell_type }) => cell_type === "markdown")?.source;
  return /^# (.+)$/m.exec(title ?? "")?.[1] ?? name;
}

/** Renders one notebook; images go to the files. */
class PartRenderer {
  readonly #name: string;
  readonly #files: Map<string, string | Uint8Array>;
  #images = 0;

  constructor(name: string, files: Map<string, string | Uint8Array>) {
    this.#name = name;
    this.#files = files;
  }

  render({ cells }: Notebook): string {
    const parts = cells.flatMap((cell) => {
      if (cell.cell_type === "markdown") return [linkToPages(cell.source)];
      return cell.cell_type === "code" ? this.#codeCell(cell) : [];
    });
    return parts.map((part) => `${part.trim()}\n`).join("\n");
  }

  #codeCell({ id, source, outputs }: CodeCell): string[] {
    const code = fenced(source, "ts");
    const lines = source.split("\n").length;
    const isOpen = id === "settings";
    const folded = `<details><summary>Code, ${lines} ${
      lines === 1 ? "line" : "lines"
    }</summary>\n\n${code}\n\n</details>`;
    return [isOpen ? code : folded, ...outputs.map((output) => this.#output(output))];
  }

  #output(output: Output): string {
    switch (output.output_type) {
      case "stream":
        return fenced(stripVTControlCharacters(output.text), "text");
      case "error":
        return fenced(stripVTControlCharacters(output.traceback.join("\n")), "text");
      default:
        return this.#bundle(output.data);
    }
  }

  #bundle(bundle: MimeBundle): string {
    const text = (type: string): string | undefined => {
      const value = bundle[type];
      return typeof value === "string" ? value : undefined;
    };
    const plain = text("text/plain") ?? "";
    const html = text("text/html");
    if (bundle[CHART_MIME_TYPE] !== undefined && html !== undefined) {
      return this.#image(plain, "svg", /base64,([^"]*)"/.exec(html)![1]!);
    }
    if (html !== undefined) return plainHtml(html);
    const png = text("image/png");
    if (png !== undefined) return this.#image(plain, "png", png.trim());
    const prose = text("text/markdown");
    return prose === undefined ? fenced(plain, "text") : linkToPages(prose);
  }

  #image(text: string, extension: string, base64: string): string {
    const path = join("images", `${this.#name}-${++this.#images}.${extension}`);
    this.#files.set(path, Uint8Array.fromBase64(base64));
    const alternative = text.replace(/^\[Figure: (.*)\]$/s, "$1").replaceAll(/[[\]\\]/g, "\\$&");
    return `![${alternative}](${path.replaceAll("\\", "/")})`;
  }
}

/** Links to notebooks as links to their pages. */
function linkToPages(markdown: string): string {
  return markdown.replaceAll(/\]\((?:\.\/)?([\w-]+)\.ipynb/g, "]($1.md");
}

function fenced(text: string, language: string): string {
  return `\`\`\`${language}\n${text.replace(/\n$/, "")}\n\`\`\``;
}

/** HTML for viewers that remove styles: alignment as an attribute. */
function plainHtml(html: string): string {
  const { document } = parseHTML(`<!doctype html><html><body>${html}</body></html>`);
  for (const element of document.querySelectorAll("[style]")) {
    if (element.getAttribute("style")!.includes("text-align:right")) {
      element.setAttribute("align", "right");
    }
    element.removeAttribute("style");
  }
  // An empty line would end the HTML.
  return document.body.innerHTML.replaceAll(/\n\s*\n/g, "\n");
}
