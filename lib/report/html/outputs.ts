import { stripVTControlCharacters } from "node:util";
import { parseHTML } from "linkedom";
import { type Markup, markup, trustedMarkup } from "lib/markup.ts";
import { CHART_MIME_TYPE, type ChartForms } from "lib/plots/mod.ts";
import type { MimeBundle, Output } from "lib/report/kernel/mod.ts";
import type { MarkdownRenderer } from "./markdown.ts";

/** An output of a cell as HTML. */
export function renderOutput(output: Output, markdown: MarkdownRenderer): Markup {
  switch (output.output_type) {
    case "stream":
      return markup`<pre class="output ${output.name}">${plainText(output.text)}</pre>`;
    case "error":
      return markup`<div class="error"><p><strong>${output.ename}:</strong> ${
        plainText(output.evalue)
      }</p><pre>${plainText(output.traceback.join("\n"))}</pre></div>`;
    default:
      return markup`<div class="output">${renderBundle(output.data, markdown)}</div>`;
  }
}

/** A chart in the form that the page's width leaves room for. */
export function chartFigure({ wide, narrow }: ChartForms): Markup {
  return markup`<figure class="chart"><div class="wide">${
    trustedMarkup(wide)
  }</div><div class="narrow">${trustedMarkup(narrow)}</div></figure>`;
}

/** The richest content of a bundle. */
function renderBundle(bundle: MimeBundle, markdown: MarkdownRenderer): Markup {
  const chart = bundle[CHART_MIME_TYPE];
  if (chart !== undefined) return chartFigure(chart as ChartForms);
  const text = (type: string): string | undefined => {
    const value = bundle[type];
    return typeof value === "string" ? value : undefined;
  };
  const plain = text("text/plain") ?? "";
  const html = text("text/html") ?? text("image/svg+xml");
  if (html !== undefined) return renderHtml(html);
  for (const type of ["image/png", "image/jpeg"]) {
    const data = text(type);
    if (data !== undefined) {
      return markup`<img src="data:${type};base64,${data.trim()}" alt="${plain}">`;
    }
  }
  const prose = text("text/markdown");
  if (prose !== undefined) return markdown.render(prose);
  return markup`<pre>${plainText(plain)}</pre>`;
}

/** The HTML that a cell shows, without scripts. Tables scroll by themselves where they are too wide. */
function renderHtml(html: string): Markup {
  const { document } = parseHTML(`<!doctype html><html><body>${html}</body></html>`);
  for (const script of document.querySelectorAll("script")) script.remove();
  for (const element of document.querySelectorAll("*")) {
    for (const { name } of [...element.attributes]) {
      if (name.toLowerCase().startsWith("on")) element.removeAttribute(name);
    }
  }
  for (const table of document.querySelectorAll("table")) {
    const scroll = document.createElement("div");
    scroll.className = "scroll";
    table.replaceWith(scroll);
    scroll.append(table);
  }
  return trustedMarkup(document.body.innerHTML);
}

/** The text as a terminal finally shows it: without colours and overwritten lines. */
function plainText(text: string): string {
  return stripVTControlCharacters(text).replaceAll("\r\n", "\n").replaceAll(/^.*\r/gm, "");
}
