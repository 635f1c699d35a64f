import sharp from "sharp";
import { parseHTML } from "linkedom";
import { assert, assertEquals } from "lib/assert.ts";
import { EXAMPLES } from "./_examples.ts";

/** Chart units by which a letter may stick out, because fonts differ in width. */
const TOLERANCE = 3;

for (const [name, draw] of Object.entries(EXAMPLES)) {
  for (const form of ["wide", "narrow"] as const) {
    const title = `the ${name} chart${form === "wide" ? "" : ", narrow,"}`;
    Deno.test(`${title} can be inlined anywhere, any number of times`, () => {
      const svg = draw()[form];
      assertEquals(draw()[form], svg, "drawn twice, it should be the same");
      assert(svg.length < 100_000, `it has ${svg.length} characters`);

      const root = parse(svg);
      assertEquals(root.querySelectorAll("style, script, [class], [style]").length, 0);
      for (const { attributes } of root.querySelectorAll("g, g *")) {
        for (const { name, value } of attributes) {
          assert(!/NaN|undefined|Infinity/.test(value), `${name}="${value}"`);
        }
      }

      const ids = idsOf(root);
      assert(ids.every((id) => /^digits-[0-9a-f]{8}$/.test(id)), `ids: ${ids}`);
      const used = [...svg.matchAll(/url\(#([^)]*)\)/g)].map((match) => match[1]!);
      assertEquals(used, ids, "each id is used once");
      const links = [...svg.matchAll(/(?:href|src)="([^"]*)"/g)].map((match) => match[1]!);
      assert(links.every((link) => link.startsWith("data:image/png;base64,")), `links: ${links}`);

      assertEquals(root.getAttribute("role"), "img");
      assert(root.getAttribute("aria-label"));
      assert(root.querySelector("desc")!.textContent);
      assertEquals(root.querySelectorAll("[aria-label], [aria-hidden]").length, 0);
    });

    Deno.test(`${title} is well-formed and keeps within its frame`, async () => {
      await assertWithinFrame(parse(draw()[form]));
    });
  }

  Deno.test(`both forms of the ${name} chart can be on one page`, () => {
    const { wide, narrow } = draw();
    const ids = [wide, narrow].flatMap((svg) => idsOf(parse(svg)));
    assertEquals(new Set(ids).size, ids.length);
    assert(Number(parse(narrow).getAttribute("width")) <= 425);
    for (const element of parse(narrow).querySelectorAll("[font-size]")) {
      assert(Number(element.getAttribute("font-size")) >= 10, element.outerHTML);
    }
  });
}

Deno.test("a chart has its alternative text, and a form on a card of its own", () => {
  const { text, standalone } = EXAMPLES["confusion-matrix"]!();
  assert(text.startsWith("Confusion matrix: Model 1. Of 4,000 images "), text);
  const card = parse(standalone);
  assertEquals(card.children[0]!.getAttribute("fill"), "#fff");
  assertEquals(card.children[1]!.getAttribute("role"), "img");
});

function idsOf(root: Element): string[] {
  return [...root.querySelectorAll("[id]")].map(({ id }) => id);
}

async function assertWithinFrame(root: Element): Promise<void> {
  const margin = 40;
  const [width, height] = root.getAttribute("viewBox")!.split(" ").slice(2).map(Number) as [
    number,
    number,
  ];
  const [wide, high] = [width + 2 * margin, height + 2 * margin];
  root.setAttribute("viewBox", `${-margin} ${-margin} ${wide} ${high}`);
  root.setAttribute("width", String(wide));
  root.setAttribute("height", String(high));
  const { data, info } = await sharp(new TextEncoder().encode(root.outerHTML)).ensureAlpha()
    .extractChannel("alpha").raw().toBuffer({ resolveWithObject: true });
  assertEquals([info.width, info.height], [Math.ceil(wide), Math.ceil(high)]);

  for (const [i, alpha] of data.entries()) {
    if (alpha < 64) continue; // the soft edge of a letter
    const x = i % info.width - margin;
    const y = Math.floor(i / info.width) - margin;
    const inside = x >= -TOLERANCE && x < width + TOLERANCE &&
      y >= -TOLERANCE && y < height + TOLERANCE;
    assert(inside, `something is drawn at ${x}, ${y}, outside of ${width} x ${height}`);
  }
}

function parse(svg: string): Element {
  const { document } = parseHTML(`<!doctype html><html><body>${svg}</body></html>`);
  assertEquals(document.body.children.length, 1);
  return document.body.children[0]!;
}
