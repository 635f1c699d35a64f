import type { Browser, Page, Viewport } from "puppeteer-core";
import { assert, assertEquals } from "lib/assert.ts";
import { renderReport } from "lib/report/html/mod.ts";
import { browserTest, violations } from "../browser/chromium.ts";
import { NOTEBOOKS, RESULTS } from "./_example.ts";

/** A test of the page in Chromium, given the browser and the page's address. */
function pageTest(name: string, run: (browser: Browser, url: string) => Promise<void>): void {
  browserTest(name, async (browser) => {
    const folder = await Deno.makeTempDir();
    try {
      const file = `${folder}/report.html`;
      const content = { notebooks: NOTEBOOKS, results: RESULTS, writePage: "write.html" };
      await Deno.writeTextFile(file, renderReport(content));
      await run(browser, `file://${file}`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

async function open(
  browser: Browser,
  url: string,
  viewport: Viewport,
  colorScheme = "light",
): Promise<Page> {
  const page = await browser.newPage();
  await page.setViewport(viewport);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: colorScheme }]);
  await page.goto(url);
  return page;
}

pageTest(
  "axe finds nothing, light and dark, wide and narrow, code shown",
  async (browser, url) => {
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [1280, 360]) {
        const page = await open(browser, url, { width, height: 800 }, colorScheme);
        const messages: string[] = [];
        page.on("request", (request) => messages.push(request.url()));
        page.on("pageerror", (error) => messages.push(String(error)));
        page.on("console", (message) => messages.push(message.text()));
        await page.reload();
        assertEquals(await violations(page), []);
        await page.click("#code-toggle");
        if (width === 360) await page.click(".contents summary");
        assertEquals(await violations(page), []);

        const scrollWidth = await page.evaluate("document.documentElement.scrollWidth");
        assertEquals(scrollWidth, width, "The page must not scroll sideways.");
        assertEquals(messages.filter((message) => !/^(file|data):/.test(message)), []);
        await page.close();
      }
    }
  },
);

pageTest("each width has its form of a chart", async (browser, url) => {
  for (const [width, form] of [[390, "narrow"], [768, "wide"], [1280, "wide"]] as const) {
    const page = await open(browser, url, { width, height: 800 });
    const shown = await page.evaluate(
      `[...document.querySelectorAll(".chart > *")].filter((e) => e.checkVisibility()).map((e) => e.className)`,
    );
    assertEquals(shown, [form]);
  }
});

pageTest("the theme follows the system until the reader chooses", async (browser, url) => {
  const page = await open(browser, url, { width: 1280, height: 800 }, "dark");
  const background = (): Promise<unknown> =>
    page.evaluate("getComputedStyle(document.body).backgroundColor");
  const white = "rgb(255, 255, 255)";
  const dark = await background();
  assert(dark !== white);
  await page.click("#theme-toggle");
  assertEquals(await background(), white);
  await page.reload();
  assertEquals(await background(), white);
  await page.click("#theme-toggle");
  assertEquals(await background(), dark);
  await page.emulateMediaType("print");
  assertEquals(await background(), white, "Paper is white.");
});

pageTest("the contents follow the reading", async (browser, url) => {
  const page = await open(browser, url, { width: 1280, height: 300 });
  const isCurrent = (name: string): Promise<unknown> =>
    page.waitForFunction(`document.querySelector("nav a[aria-current]").textContent === "${name}"`);
  /** Whether the sections of the first part are shown. */
  const showsSections = (): Promise<unknown> =>
    page.evaluate(`document.querySelector("nav a[href='#01-first/same']").checkVisibility()`);
  await isCurrent("Summary");
  assertEquals(await showsSections(), false);
  await page.click("nav a[href='#01-first']");
  await isCurrent("The first part");
  assertEquals(await showsSections(), true);
  await page.evaluate("scrollTo(0, 0)");
  await isCurrent("Summary");
});

pageTest("what overflows can be reached by keyboard, and nothing else", async (browser, url) => {
  const page = await open(browser, url, { width: 360, height: 800 });
  await page.evaluate(`document.querySelector("pre.stdout").textContent = "x".repeat(500)`);
  await page.waitForFunction(`document.querySelector("pre.stdout").tabIndex === 0`);
  const table = await page.evaluate(`document.querySelector(".part div.scroll").tabIndex`);
  assertEquals(table, -1);
});
