import { tex } from "@mdit/plugin-tex";
// @ts-types="@types/markdown-it"
import MarkdownIt from "markdown-it";
import temml from "temml";
import { type Markup, trustedMarkup } from "lib/markup.ts";

/** A heading of the page. */
export interface Heading {
  /** 1 to 6, as on the page. */
  readonly level: number;
  readonly id: string;
  /** Without links. */
  readonly content: Markup;
}

/** The address of an element of the page. */
export function fragment(id: string): string {
  return `#${encodeURI(id)}`;
}

/** Renders the Markdown of one notebook, and gathers its headings. HTML in it is shown as text. */
export class MarkdownRenderer {
  readonly headings: Heading[] = [];
  readonly #prefix: string;
  readonly #markdown: MarkdownIt;
  #lastLevel = 1;

  /**
   * @param prefix Begins every id, and is that of the first heading itself.
   * @param notebooks Names of the notebooks on the page: links to their files become links within it.
   */
  constructor(prefix: string, notebooks: readonly string[]) {
    this.#prefix = prefix;
    this.#markdown = new MarkdownIt({ linkify: true, typographer: true }).use(tex, {
      render: (source: string, displayMode: boolean) =>
        displayMode ? displayFormula(source) : formula(source),
    });
    const { rules } = this.#markdown.renderer;
    rules.table_open = () => `<div class="scroll"><table>\n`;
    rules.table_close = () => "</table></div>\n";
    rules.link_open = (tokens, i, options, _env, self) => {
      const link = tokens[i]!;
      const target = /^(?:\.\/)?(.+)\.ipynb(?:#.*)?$/.exec(link.attrGet("href") ?? "")?.[1];
      const name = target && decodeURI(target);
      if (name !== undefined && notebooks.includes(name)) link.attrSet("href", fragment(name));
      return self.renderToken(tokens, i, options);
    };
  }

  /** Markdown as HTML; its first-level headings become second-level, because the page has the first. */
  render(source: string): Markup {
    const tokens = this.#markdown.parse(source, {});
    for (const [i, token] of tokens.entries()) {
      if (token.type !== "heading_open") continue;
      // Levels are not skipped: screen readers navigate by them.
      const level = Math.min(Number(token.tag[1]) + 1, this.#lastLevel + 1, 6);
      this.#lastLevel = level;
      const content = tokens[i + 1]!;
      const id = this.#id(content.content);
      token.tag = tokens[i + 2]!.tag = `h${level}`;
      token.attrSet("id", id);
      const html = this.#markdown.renderer.renderInline(
        (content.children ?? []).filter(({ type }) => !type.startsWith("link_")),
        this.#markdown.options,
        {},
      );
      this.headings.push({ level, id, content: trustedMarkup(html) });
    }
    return trustedMarkup(this.#markdown.renderer.render(tokens, this.#markdown.options, {}));
  }

  #id(text: string): string {
    if (this.headings.length === 0) return this.#prefix;
    const slug = text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-|-$/g, "");
    const taken = new Set(this.headings.map(({ id }) => id));
    const base = `${this.#prefix}/${slug}`;
    for (let n = 1;; n++) {
      const id = n === 1 ? base : `${base}-${n}`;
      if (!taken.has(id)) return id;
    }
  }
}

function formula(source: string, displayMode = false): string {
  return temml.renderToString(source.trim(), { displayMode, throwOnError: false });
}

/** A formula on a line of its own. Where it is too long for one, it breaks at its `\\qquad`s. */
function displayFormula(source: string): string {
  const parts: string[] = [""];
  let depth = 0;
  for (const [token] of source.matchAll(/\\qquad|\\?[^]/g)) {
    if (token === "{") depth++;
    if (token === "}") depth--;
    if (token === "\\qquad" && depth === 0) parts.push("");
    else parts[parts.length - 1] += token;
  }
  return `<div class="formula">${parts.map((part) => formula(part, true)).join("")}</div>\n`;
}
