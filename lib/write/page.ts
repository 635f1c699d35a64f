import { deflateRawSync } from "node:zlib";
import { type Markup, markup, trustedMarkup } from "lib/markup.ts";
import { renderDocument } from "lib/report/html/document.ts";
import type { PartName } from "./browser/parts.ts";
import style from "./page.css" with { type: "text" };

/** What the page is made of. */
interface WritePageContent {
  /** The page's own program. */
  readonly script: string;
  /** What it carries beside. */
  readonly parts: Readonly<Record<PartName, string | Uint8Array>>;
}

const TITLE = "Write a number";

/** The whole page, as one string. */
export function renderWritePage({ script, parts }: WritePageContent): string {
  return renderDocument({
    title: TITLE,
    style,
    scripts: [script],
    body: markup`<body class="is-blank">
${BODY}
${Object.entries(parts).map(([name, content]) => part(name, content))}
<script type="module">${trustedMarkup(script)}</script>
</body>`,
    scriptSources: ["'wasm-unsafe-eval'"],
    // The worker and its WebAssembly are made from the page's parts.
    directives: ["worker-src blob:", "connect-src blob:", "img-src blob:"],
  });
}

/** Compressed, as base64, in an element that no browser runs. */
function part(name: string, content: string | Uint8Array): Markup {
  const packed = deflateRawSync(content, { level: 9 }).toString("base64");
  return markup`<script type="application/octet-stream" id="${name}">${packed}</script>\n`;
}

const BODY = markup`<a class="skip" href="#pad">Skip to the writing area</a>
<div class="page">
<header>
<h1>${TITLE}</h1>
<div class="tools"><button type="button" id="theme-toggle">Dark theme</button></div>
<p class="lede">A small neural network reads it as you write and learns your hand, all in this page: nothing leaves it.</p>
</header>
<main>
<section class="writing" aria-labelledby="writing-title">
<h2 id="writing-title" class="unseen">Writing</h2>
<div class="paper">
<canvas id="pad" tabindex="0" role="application" aria-label="Writing area" aria-describedby="pad-keys"></canvas>
<p class="invitation" aria-hidden="true">Write here<small>with mouse, finger or pen, or drop a picture</small></p>
</div>
<div class="toolbar">
<button type="button" id="undo">Undo</button>
<button type="button" id="clear">Clear</button>
<button type="button" id="choose">Open a picture…</button>
<input type="file" id="picture" accept="image/*" hidden>
<span id="timing" class="note"></span>
</div>
<p id="problem" class="problem" role="alert"></p>
<div id="lines" role="group" aria-label="What was read"></div>
<p id="announcement" class="unseen" role="status"></p>
<p class="note keys" id="pad-keys">By keyboard: arrow keys move the pen, with Shift farther; Space puts it down and lifts it; Backspace takes the last stroke away, Delete all.</p>
</section>
<section id="digit" class="empty" aria-labelledby="verdict">
<h2 id="verdict">Write something, and choose a digit.</h2>
<div class="pictures">
<figure><canvas id="seen" role="img" aria-label="The digit as 28 by 28 pixels"></canvas><figcaption>What it sees</figcaption></figure>
<figure><canvas id="decided" role="img" aria-label="The same, with the pixels that decided in orange"></canvas><figcaption>What decided</figcaption></figure>
</div>
<table>
<caption class="unseen">Probability of each digit</caption>
<thead class="unseen"><tr><th scope="col">Digit</th><th scope="col">Bar</th><th scope="col">Probability</th></tr></thead>
<tbody id="probabilities"></tbody>
</table>
<div id="teach" role="group" aria-labelledby="teach-title">
<h3 id="teach-title">What did you mean?</h3>
<p class="note">Say it, and the network learns your hand.</p>
<div id="meant"></div>
</div>
</section>
<section id="hand" class="empty" aria-labelledby="hand-title">
<h2 id="hand-title">Your hand</h2>
<p id="lesson" role="status"></p>
<ul id="examples" aria-label="Examples that it learned from"></ul>
<div class="toolbar">
<button type="button" id="export">Export</button>
<button type="button" id="import">Import…</button>
<input type="file" id="hand-file" accept=".json" hidden>
<button type="button" id="reset">Forget all</button>
</div>
<p class="note">What it learns stays in this browser. Export it to take it elsewhere.</p>
</section>
</main>
</div>`;
