import { parseHTML } from "linkedom";
import sharp from "sharp";
import { assert, assertEquals } from "lib/assert.ts";
import { markup } from "lib/markup.ts";
import { itemText, toBundle } from "lib/notebook/bundle.ts";
import { htmlBundle, markdown, preformatted, table } from "lib/notebook/mod.ts";
import { CHART_MIME_TYPE, labelDistributionPlot } from "lib/plots/mod.ts";

const ROWS = [
  { name: "a < b", share: "9.84%", n: 4132, note: "short" },
  { name: "c", share: "11.15%", n: 4684, note: "" },
];

Deno.test("a table as text stands in columns, numbers right", () => {
  assertEquals(
    table(ROWS, { caption: "Shares" })["text/plain"],
    `Shares

name    share     n  note
-----  ------  ----  -----
a < b   9.84%  4132  short
c      11.15%  4684`,
  );
});

Deno.test("a table as HTML has a caption and headers, and escapes what it shows", () => {
  const { document } = parseHTML(table(ROWS, { caption: "A & B" })["text/html"]!);
  assertEquals(document.querySelector("caption")!.textContent, "A & B");
  const cells = (selector: string): (string | null)[] =>
    [...document.querySelectorAll(selector)].map(({ textContent }) => textContent);
  assertEquals(cells("thead th[scope=col]"), ["name", "share", "n", "note"]);
  assertEquals(cells("tbody th[scope=row]"), ["a < b", "c"]);
  assertEquals(cells("tbody td"), ["9.84%", "4132", "short", "11.15%", "4684", ""]);
  const style = (selector: string): string =>
    document.querySelector(selector)!.getAttribute("style")!;
  assert(style("td:nth-child(2)").includes("right"));
  assert(style("td:nth-child(4)").includes("left"));
});

Deno.test("columns can be chosen and put in order; a table without rows is one", () => {
  const { document } = parseHTML(
    table(ROWS, { caption: "", columns: ["n", "name"] })["text/html"]!,
  );
  assertEquals(document.querySelector("tbody tr")!.textContent, "4132a < b");
  const empty = table([] as typeof ROWS, { caption: "None", columns: ["name"] });
  assertEquals(empty["text/plain"], "None\n\nname\n----");
});

Deno.test("a chart comes as SVG in an <img>, as PNG, in both forms, and in words", async () => {
  const chart = labelDistributionPlot([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  const bundle = await toBundle(chart);
  const { document } = parseHTML(bundle["text/html"] as string);
  const image = document.querySelector("img")!;
  assertEquals(image.getAttribute("alt"), chart.text);
  const [type, svg] = image.getAttribute("src")!.split(",");
  assertEquals(type, "data:image/svg+xml;base64");
  assertEquals(new TextDecoder().decode(Uint8Array.fromBase64(svg!)), chart.standalone);
  const { width, format } = await sharp(Uint8Array.fromBase64(bundle["image/png"] as string))
    .metadata();
  assertEquals([width, format], [632, "png"]);
  assertEquals(bundle[CHART_MIME_TYPE], { wide: chart.wide, narrow: chart.narrow });
  assertEquals(bundle["text/plain"], `[Figure: ${chart.text}]`);
  assertEquals(itemText(chart), bundle["text/plain"]);
});

Deno.test("text, Markdown and HTML keep a text form", async () => {
  assertEquals(await toBundle("plain <b>"), { "text/plain": "plain <b>" });
  assertEquals(preformatted(" a"), { "text/plain": " a" });
  assertEquals(markdown("\n*x*\n"), { "text/markdown": "*x*", "text/plain": "*x*" });
  assertEquals(htmlBundle(markup`<b>${"x<"}</b>`, "x<"), {
    "text/html": "<b>x&#60;</b>",
    "text/plain": "x<",
  });
});
