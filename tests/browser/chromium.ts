import { delimiter, join } from "node:path";
import axe, { type AxeResults } from "axe-core";
import puppeteer, { type Browser, type Page } from "puppeteer-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome.exe"];

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((info) => info.isFile, () => false);
}

/** Where Chromium is: the file that `CHROMIUM` names, else the first on `PATH`; undefined where none is. */
export async function findChromium(): Promise<string | undefined> {
  const named = Deno.env.get("CHROMIUM");
  if (named !== undefined) return await isFile(named) ? named : undefined;
  for (const folder of (Deno.env.get("PATH") ?? "").split(delimiter)) {
    for (const name of NAMES) {
      const path = join(folder, name);
      if (folder !== "" && await isFile(path)) return path;
    }
  }
  return undefined;
}

/** What a page printed. */
export interface Visit<T> {
  /** The first line that is JSON, parsed. */
  readonly outcome: T;
  /** All other lines, errors of the page and of its network included. */
  readonly messages: readonly string[];
  readonly isIsolated: boolean;
}

/** Starts a browser that knows nothing of earlier ones. */
export async function launch(chromium: string): Promise<Browser> {
  return await puppeteer.launch({ executablePath: chromium, args: ARGS });
}

const chromium = await findChromium();

/** A test in a browser of its own; skipped where there is none. */
export function browserTest(
  name: string,
  fn: (browser: Browser, t: Deno.TestContext) => Promise<void>,
): void {
  Deno.test({
    name: chromium ? name : `${name} (needs Chromium on PATH, or its path in CHROMIUM)`,
    ignore: chromium === undefined,
    // The driver keeps handles of its own.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async (t) => {
      const browser = await launch(chromium!);
      try {
        await fn(browser, t);
      } finally {
        await browser.close();
      }
    },
  });
}

/** Opens a page, does something in it, and waits until it prints its outcome; rejects after two minutes. */
export async function visit<T>(
  browser: Browser,
  url: string,
  act: (page: Page) => Promise<void> = async () => {},
): Promise<Visit<T>> {
  const page = await browser.newPage();
  const messages: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  // It may be rejected before anybody waits for it.
  promise.catch(() => {});
  page.on("console", (message) => {
    const text = message.text();
    if (text.startsWith("{")) resolve(JSON.parse(text));
    else messages.push(text);
  });
  page.on("pageerror", (error) => messages.push(String(error)));
  const timer = setTimeout(
    () => reject(new Error(`${url} printed no outcome, but:\n${messages.join("\n")}`)),
    120_000,
  );
  try {
    await page.goto(url, { timeout: 120_000 });
    await act(page);
    const outcome = await promise;
    const isIsolated = await page.evaluate("crossOriginIsolated") as boolean;
    return { outcome, messages, isIsolated };
  } finally {
    clearTimeout(timer);
    await page.close();
  }
}

/** What axe-core finds wrong on a page, for people who hear it, see it badly or use keys. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const results = await page.evaluate("axe.run()") as AxeResults;
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`);
}
