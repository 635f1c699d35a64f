/** The page to write on, in headless Chromium, as a file. */
import { join } from "node:path";
import { encode } from "fast-png";
import type { Browser, Page } from "puppeteer-core";
import sharp from "sharp";
import { assert, assertAlmostEquals, assertEquals } from "lib/assert.ts";
import { drawDigits } from "lib/dataset/synthetic/mod.ts";
import { IMAGE_SIZE, PIXELS } from "lib/digits.ts";
import { readPicture, readReader } from "lib/read/pictures/mod.ts";
import { useBackend } from "lib/model/mod.ts";
import { written } from "lib/write/browser/reading_view.ts";
import { buildWritePage } from "lib/write/mod.ts";
import { browserTest, violations } from "../browser/chromium.ts";
import { DIGITS, ornateSeven, write } from "./_writer.ts";

const MOST_BYTES = 1_500_000;

let built: Promise<string> | undefined;

/** A page that somebody opened, and what went wrong on it or asked for the network. */
class Visit {
  readonly complaints: string[] = [];

  constructor(readonly page: Page, readonly url: string) {
    page.on("console", (message) => this.complaints.push(message.text()));
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("request", (request) => {
      if (!/^(file|blob):/.test(request.url())) this.complaints.push(request.url());
    });
  }

  async open(): Promise<void> {
    await this.page.goto(this.url);
    await this.page.waitForSelector("body.is-ready");
  }

  /** Waits until the page has read a text, such as `2 0 7`. */
  async expect(text: string): Promise<void> {
    const read = (): Promise<string> => this.text("#announcement");
    const expected = text === "" ? "" : `Read: ${text}.`;
    const waiting = `document.querySelector("#announcement").textContent === "${expected}"`;
    await this.page.waitForFunction(waiting, { timeout: 10_000 }).catch(() => {});
    assertEquals(await read(), expected);
  }

  /** Empties the pad by the button itself: a lesson that has just ended may move it under a mouse. */
  async clear(): Promise<void> {
    await this.page.$eval("#clear", (button) => (button as unknown as { click(): void }).click());
    await this.expect("");
  }

  async text(selector: string): Promise<string> {
    return await this.page.$eval(selector, (element) => element.textContent ?? "");
  }

  /** Says what the chosen digit was meant to be, and waits until that is learned. */
  async teach(digit: number): Promise<void> {
    await this.page.click(`#meant button[aria-label="I meant ${digit}"]`);
    await this.lesson("Learned");
  }

  /** Waits for what the page says of learning, and gives it. */
  async lesson(start: string): Promise<string> {
    await this.page.waitForFunction(
      `document.querySelector("#lesson").textContent.startsWith("${start}")`,
      { timeout: 20_000 },
    );
    return await this.text("#lesson");
  }
}

/** A test of the page, which must neither complain nor ask for anything outside it. */
function pageTest(
  name: string,
  fn: (visit: Visit, browser: Browser, t: Deno.TestContext) => Promise<void>,
): void {
  browserTest(name, async (browser, t) => {
    const folder = await Deno.makeTempDir();
    try {
      const file = join(folder, "write.html");
      await Deno.writeTextFile(file, await (built ??= buildWritePage()));
      const page = await browser.newPage();
      await page.setViewport({ width: 1280, height: 900 });
      const visit = new Visit(page, `file://${file}`);
      await visit.open();
      await fn(visit, browser, t);
      assertEquals(visit.complaints, []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("the page is one file below 1.5 MB, the same bytes each time", async () => {
  const [page, again] = [await (built ??= buildWritePage()), await buildWritePage()];
  assert(page === again);
  assert(page.length < MOST_BYTES, `${page.length} bytes`);
});

pageTest("all digits are read as they are written, and taken back", async (visit) => {
  const { page } = visit;
  await write(page, DIGITS);
  await visit.expect("0 1 2 3 4 5 6 7 8 9");
  // deno-lint-ignore no-console
  console.log(`ten digits: ${await visit.text("#timing")}`);
  await page.click("#undo");
  await visit.expect("0 1 2 3 4 5 6 7 8");
  await page.click("#lines li:nth-child(3) button");
  assert((await visit.text("#verdict")).startsWith("This is a 2"));
  await page.click("#clear");
  await visit.expect("");
});

pageTest(
  "the network's view of a digit: its pixels, what decided, probabilities",
  async (visit) => {
    const { page } = visit;
    await write(page, [DIGITS[3]!]);
    await visit.expect("3");
    /** Brightness of a canvas's pixels: `[28, 28]`. */
    const brightness = async (id: string): Promise<number[]> =>
      await page.$eval(`#${id}`, (canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        const { data } = (canvas as HTMLCanvasElement).getContext("2d")!
          .getImageData(0, 0, width, height);
        return Array.from({ length: width * height }, (_, i) => data[4 * i]!);
      });
    const seen = await brightness("seen");
    assertEquals(seen.length, PIXELS);
    const sum = seen.reduce((total, ink) => total + ink, 0);
    const centre = seen.reduce((total, ink, i) => total + ink * (i % IMAGE_SIZE), 0) / sum;
    assertAlmostEquals(centre, IMAGE_SIZE / 2, 1);
    const orange = await page.waitForFunction(() => {
      // From a copy: Chromium warns of a canvas that is read again and again.
      const copy = new OffscreenCanvas(28, 28).getContext("2d")!;
      copy.drawImage(document.querySelector<HTMLCanvasElement>("#decided")!, 0, 0);
      const { data } = copy.getImageData(0, 0, 28, 28);
      return data.some((red, i) => i % 4 === 0 && red > data[i + 2]! + 100);
    });
    assert(await orange.jsonValue());
    const shares = await page.$$eval(
      "#probabilities td:last-child",
      (cells) => cells.map(({ textContent }) => Number.parseFloat(textContent!)),
    );
    assertEquals(shares.length, 11);
    assertAlmostEquals(shares.reduce((total, share) => total + share), 100, 0.6);
    assertEquals(shares.indexOf(Math.max(...shares)), 3);
  },
);

pageTest("what is no digit is marked", async (visit) => {
  const letter = [[[0.9, 0], [0, 0], [0, 1], [0.9, 1]], [[0, 0.5], [0.7, 0.5]]] as const;
  await write(visit.page, [DIGITS[2]!, letter]);
  await visit.expect("2 ?. 1 unsure");
  assert(await visit.page.$("#lines .unsure"));
});

pageTest("by keyboard", async (visit) => {
  const { page } = visit;
  await page.focus("#pad");
  await page.keyboard.press("Space");
  for (let i = 0; i < 20; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await visit.expect("1");
  await page.keyboard.press("Backspace");
  await visit.expect("");
});

pageTest("by finger, on a phone", async (visit) => {
  const { page } = visit;
  await page.setViewport({ width: 390, height: 844, isMobile: true, hasTouch: true });
  await visit.open();
  const { x, y } = (await (await page.$("#pad"))!.boundingBox())!;
  await page.touchscreen.touchStart(x + 100, y + 60);
  for (let i = 1; i <= 12; i++) await page.touchscreen.touchMove(x + 100, y + 60 + 10 * i);
  await page.touchscreen.touchEnd();
  await visit.expect("1");
  assertEquals(await page.evaluate("scrollY"), 0, "Writing must not scroll the page.");
});

pageTest("a hand is learned, remembered, moved and forgotten", async (visit, browser) => {
  const { page } = visit;
  const sways = [0, 0.05, -0.04, 0.08, -0.07];
  const others = sways.slice(2).map(ornateSeven);
  const writeOthers = async (): Promise<void> => {
    await visit.clear();
    await write(page, others);
  };
  const expectUnread = async (): Promise<void> => {
    await writeOthers();
    await page.waitForFunction(`document.querySelector("#announcement").textContent !== ""`);
    assert(!(await visit.text("#announcement")).includes("7 7 7"));
  };
  const expectRead = async (): Promise<void> => {
    await writeOthers();
    await visit.expect("7 7 7");
  };
  await expectUnread();
  for (const sway of sways.slice(0, 2)) {
    await visit.clear();
    await write(page, [ornateSeven(sway)]);
    await page.waitForSelector("#lines button");
    await visit.teach(7);
  }
  const lesson = await visit.lesson("Learned");
  // deno-lint-ignore no-console
  console.log(lesson);
  /** Shares of the test digits that are read: now, and before the first lesson. */
  const shares = (text: string): number[] =>
    [...text.matchAll(/([\d.]+)%/g)].map(([, share]) => Number(share));
  const [after, before] = shares(lesson);
  assert(after! >= before! - 0.2 - 1e-9, lesson);
  await expectRead();
  await visit.clear();
  await write(page, DIGITS);
  await visit.expect("0 1 2 3 4 5 6 7 8 9");

  await visit.open();
  await visit.lesson("Your hand is remembered");
  await expectRead();
  await visit.teach(7);
  assertEquals(shares(await visit.text("#lesson"))[1], before);

  const client = await browser.target().createCDPSession();
  const downloadPath = await Deno.makeTempDir();
  await client.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath });
  await page.click("#export");
  const file = join(downloadPath, "my-hand.json");
  while (!await Deno.stat(file).then(() => true, () => false)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await page.click("#reset");
  await visit.lesson("What was learned is forgotten");
  await expectUnread();
  await visit.open();
  assertEquals(await visit.text("#lesson"), "");

  const input = (await page.$("#hand-file"))! as unknown as {
    uploadFile(path: string): Promise<void>;
  };
  await input.uploadFile(file);
  await visit.lesson("Learned");
  await expectRead();
  await Deno.remove(downloadPath, { recursive: true });
});

pageTest("where nothing can be stored, it says so and learns all the same", async (visit) => {
  const { page } = visit;
  await page.evaluateOnNewDocument(() => {
    Object.defineProperty(globalThis, "indexedDB", {
      get: () => {
        throw new DOMException("closed", "SecurityError");
      },
    });
  });
  await visit.open();
  await visit.lesson("This browser keeps nothing");
  await write(page, [ornateSeven(0)]);
  await page.waitForSelector("#lines button");
  await visit.teach(7);
  assert((await visit.text("#lesson")).includes("This browser keeps nothing"));
});

/** A line of digits in blue ink on yellowish paper that is darker to the right, as PNG. */
function drawPhoto(labels: Uint8Array): Uint8Array {
  const scale = 3, margin = 30;
  const size = IMAGE_SIZE * scale;
  const width = labels.length * size + 2 * margin, height = size + 2 * margin;
  const digits = drawDigits(labels, 5);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = Math.floor((x - margin) / scale), v = Math.floor((y - margin) / scale);
      const digit = Math.floor(u / IMAGE_SIZE);
      const isInside = u >= 0 && digit < labels.length && v >= 0 && v < IMAGE_SIZE;
      const ink = isInside ? digits[digit * PIXELS + v * IMAGE_SIZE + u % IMAGE_SIZE]! : 0;
      const light = 1 - 0.3 * x / width;
      const colour = [250 - ink, 240 - 0.8 * ink, 200 - 0.3 * ink];
      data.set(colour.map((value) => value * light), 3 * (y * width + x));
    }
  }
  return encode({ width, height, data, channels: 3 });
}

pageTest("pictures that are dropped or pasted are read as by readPicture", async (visit) => {
  const { page } = visit;
  const photo = drawPhoto(Uint8Array.of(3, 1, 4, 2, 6, 5));
  // On its side, and marked so.
  const turned = await sharp(photo).rotate(90).withMetadata({ orientation: 8 })
    .jpeg({ quality: 95 }).toBuffer();
  await useBackend({ backend: "simd", threads: 1 });
  const reader = await readReader();

  /** Brings a file by an event of the window. */
  const bring = async (event: "drop" | "paste", bytes: Uint8Array, name: string): Promise<void> =>
    await page.evaluate(
      (event, base64, name) => {
        const data = new DataTransfer();
        const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
        data.items.add(new File([bytes], name, { type: "image/any" }));
        dispatchEvent(
          event === "drop"
            ? new DragEvent("drop", { dataTransfer: data })
            : new ClipboardEvent("paste", { clipboardData: data }),
        );
      },
      event,
      bytes.toBase64(),
      name,
    );

  for (const [event, bytes] of [["drop", photo], ["paste", turned]] as const) {
    const { lines } = await readPicture(bytes, reader);
    assertEquals(lines.map(({ text }) => text.length), [6]);
    assert(/\d/.test(lines[0]!.text), lines[0]!.text);
    await page.click("#clear");
    await page.waitForSelector("body.is-blank");
    await bring(event, bytes, `photo-${event}`);
    await page.waitForSelector("#lines button");
    const read = await page.$$eval("#lines strong", (all) => all.map((one) => one.textContent));
    assertEquals(read, lines[0]!.digits.map(written));
  }

  await bring("drop", new TextEncoder().encode("no picture"), "broken.png");
  await page.waitForFunction(
    `document.querySelector("#problem").textContent.startsWith("broken.png is no picture")`,
  );
});

pageTest("axe finds nothing, light and dark, wide and narrow", async (visit) => {
  const { page } = visit;
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1280, 360]) {
      await page.setViewport({ width, height: 800 });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: colorScheme }]);
      await visit.open();
      assertEquals(await violations(page), []);
      await write(page, [DIGITS[2]!, ornateSeven(0)]);
      await page.waitForSelector("#lines li:nth-child(2)");
      // Remembered from then on.
      if (!await page.$("#examples li")) await visit.teach(7);
      assertEquals(await violations(page), []);
      const scrollWidth = await page.evaluate("document.documentElement.scrollWidth");
      assertEquals(scrollWidth, width, "The page must not scroll sideways.");
    }
  }
});
