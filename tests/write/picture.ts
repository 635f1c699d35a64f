// deno-lint-ignore-file no-console
/** `deno run -A tests/write/picture.ts`: makes README's picture of the page, `outputs/reference/write.png`. */
import { join } from "node:path";
import { writeFileAtomically } from "lib/files.ts";
import { projectPath } from "lib/project.ts";
import { buildWritePage } from "lib/write/mod.ts";
import { findChromium, launch } from "../browser/chromium.ts";
import { DIGITS, type Shape, write } from "./_writer.ts";

/** Rather a 2: the network is not sure. */
const UNCLEAR: Shape = [
  [[0.75, 0.3], [0.35, 0.08], [0.2, 0.3], [0.6, 0.6], [0.35, 0.95], [0.05, 0.85], [0.9, 0.7]],
];

const chromium = await findChromium();
if (chromium === undefined) throw new Error("There is no Chromium on PATH, nor in CHROMIUM.");
const folder = await Deno.makeTempDir();
const file = join(folder, "write.html");
await Deno.writeTextFile(file, await buildWritePage());
const browser = await launch(chromium);
try {
  const page = await browser.newPage();
  await page.setViewport({ width: 1180, height: 850 });
  await page.goto(`file://${file}`);
  await page.waitForSelector("body.is-ready");
  await write(page, [...[2, 0, 7, 3, 5, 4, 9, 6].map((digit) => DIGITS[digit]!), UNCLEAR]);
  await page.waitForFunction(`document.querySelector("#announcement").textContent !== ""`);
  await page.click("#lines li:last-child button");
  // What decided comes a moment later.
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const picture = projectPath("outputs", "reference", "write.png");
  await writeFileAtomically(picture, await page.screenshot());
  console.log(picture, await page.$eval("#announcement", ({ textContent }) => textContent));
} finally {
  await browser.close();
  await Deno.remove(folder, { recursive: true });
}
