import { createHighlighterCore } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import typescript from "shiki/langs/typescript.mjs";
import dark from "shiki/themes/github-dark-high-contrast.mjs";
import light from "shiki/themes/github-light-high-contrast.mjs";
import { type Markup, trustedMarkup } from "lib/markup.ts";

const shiki = await createHighlighterCore({
  langs: [typescript],
  themes: [light, dark],
  engine: createJavaScriptRegexEngine(),
});

/** Colours code with classes, which are a tenth of the size of a style for each token. */
export class Highlighter {
  readonly #classes = new Map<string, string>();

  /** TypeScript as a `<pre>`. */
  highlight(code: string): Markup {
    return trustedMarkup(shiki.codeToHtml(code, {
      lang: "typescript",
      themes: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
      defaultColor: "light-dark()",
      // Only what overflows takes the focus; the page's script sees to it.
      tabindex: false,
      transformers: [{
        pre: ({ properties }) => {
          delete properties.style;
        },
        span: ({ properties }) => {
          if (typeof properties.style !== "string") return;
          properties.class = this.#classOf(properties.style);
          delete properties.style;
        },
      }],
    }));
  }

  /** The style sheet for everything that was highlighted so far; colours are `light-dark()`. */
  get css(): string {
    return [...this.#classes].map(([style, name]) => `.${name} { ${style} }`).join("\n");
  }

  #classOf(style: string): string {
    const name = this.#classes.get(style) ?? `token-${this.#classes.size}`;
    this.#classes.set(style, name);
    return name;
  }
}
