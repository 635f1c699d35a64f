import { createHash } from "node:crypto";
import { type Markup, markup, trustedMarkup } from "lib/markup.ts";
import theme from "./theme.css" with { type: "text" };
import themeScript from "./theme.js" with { type: "text" };

/** A page in one file, beside the theme that all pages share. */
interface PageDocument {
  readonly title: string;
  /** The style sheet of this page alone. */
  readonly style: string;
  /** The scripts in its body. */
  readonly scripts: readonly string[];
  /** `<body>` with all that is in it. */
  readonly body: Markup;
  /** What its scripts may do beside: `'wasm-unsafe-eval'`. Default: nothing. */
  readonly scriptSources?: readonly string[];
  /** Directives for what else it shows and starts: `img-src data:`. */
  readonly directives: readonly string[];
}

/** The whole page, as one string. */
export function renderDocument(page: PageDocument): string {
  const styleSheet = `${theme}\n${page.style}`;
  return String(markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${
    trustedMarkup(contentSecurityPolicy(page, styleSheet))
  }">
<title>${page.title}</title>
<script>${trustedMarkup(themeScript)}</script>
<style>${trustedMarkup(styleSheet)}</style>
</head>
${page.body}
</html>
`);
}

/**
 * Nothing may be loaded, because the page is complete, and only the page's own scripts and styles
 * apply: each is allowed by its hash. `'unsafe-hashes'` is what allows style attributes by hash.
 */
function contentSecurityPolicy(
  { body, scripts, scriptSources = [], directives }: PageDocument,
  styleSheet: string,
): string {
  const attributes = new Set(
    [...String(body).matchAll(/ style="([^"]*)"/g)].map(([, text]) => text!),
  );
  const allowAttributes = attributes.size > 0 ? ["'unsafe-hashes'"] : [];
  return [
    "default-src 'none'",
    ["script-src", ...scriptSources, ...[themeScript, ...scripts].map(hashSource)].join(" "),
    ["style-src", ...allowAttributes, ...[styleSheet, ...attributes].map(hashSource)].join(" "),
    ...directives,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** What a policy names an inline script or style by. */
function hashSource(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
