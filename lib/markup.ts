/**
 * HTML that is escaped by construction: a value put into a template is text, unless it is
 * {@linkcode Markup} already.
 *
 * @example
 * ```ts
 * import { markup } from "lib/markup.ts";
 * import { assertEquals } from "lib/assert.ts";
 *
 * const name = `<img src="x">`;
 * assertEquals(
 *   String(markup`<p title="${name}">${markup`<b>${1}</b>`}</p>`),
 *   `<p title="&#60;img src=&#34;x&#34;&#62;"><b>1</b></p>`,
 * );
 * ```
 *
 * @module
 */

/** HTML, as opposed to text that has to be escaped. */
export class Markup {
  readonly #html: string;

  /** Use {@linkcode markup}, or {@linkcode trustedMarkup} for HTML from elsewhere. */
  constructor(html: string) {
    this.#html = html;
  }

  /** The HTML. */
  toString(): string {
    return this.#html;
  }
}

/** What a template takes. Lists are joined; `undefined` and `false` leave nothing. */
export type MarkupValue = Markup | string | number | undefined | false | readonly MarkupValue[];

/** HTML from a template literal. Attribute values have to be quoted. */
export function markup(strings: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  return new Markup(strings.reduce((html, part, i) => html + toHtml(values[i - 1]) + part));
}

/** HTML that another renderer wrote, or that is meant to be shown as it is. */
export function trustedMarkup(html: string): Markup {
  return new Markup(html);
}

function toHtml(value: MarkupValue): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Markup) return value.toString();
  if (typeof value === "object") return value.map(toHtml).join("");
  return String(value).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
