// deno-lint-ignore-file no-console
/** `deno task read-corpus`: draws pages, reads them, prints the figures by kind of page. */
import sharp from "sharp";
import { Command, runCommand, wholeNumber } from "lib/cli/command.ts";
import { requestPermission } from "lib/cli/permission.ts";
import { loadDigits } from "lib/dataset/mod.ts";
import { REPORT_SPLIT } from "lib/experiment/mod.ts";
import { type Dataset, type Digits, PIXELS } from "lib/digits.ts";
import { percent } from "lib/format.ts";
import { useBackend } from "lib/model/mod.ts";
import { takeRows, trainTestSplit } from "lib/preprocessing/mod.ts";
import { DEFAULT_READER, readPicture, readReader } from "lib/read/pictures/mod.ts";
import { readSettings } from "lib/settings.ts";
import { drawPage, type Page, PAGE_KINDS, type PageKind } from "./pages.ts";
import { addScores, NO_SCORE, type Score, scorePage } from "./score.ts";

/** First seeds: what is tuned is tuned on `development` pages; figures to report are of `test` pages. */
export const SEEDS = { development: 1_000_000, test: 2_000_000 } as const;

/** So many kinds of pages are summed up: those without touching digits, letters or odd light. */
const SIMPLE_KINDS = PAGE_KINDS.indexOf("touching");

interface Options {
  readonly pages: number;
  readonly set: keyof typeof SEEDS;
  readonly kind?: string;
  readonly model: string;
  readonly save?: string;
  readonly tesseract?: true;
}

/** The digits of the report's validation rows, which the reader was not trained on. */
export async function validationDigits(): Promise<Digits & Pick<Dataset, "source">> {
  const { images, labels, source } = await loadDigits();
  const { testRows } = trainTestSplit(labels.length, REPORT_SPLIT);
  return { images: takeRows(images, testRows, PIXELS), labels: takeRows(labels, testRows), source };
}

function isPhoto(kind: PageKind): boolean {
  return kind === "photo" || kind === "half in shadow";
}

/** A page as the file that a scanner or a phone makes: photos as JPEG, others as PNG. */
export async function encodePage({ kind, width, height, data }: Page): Promise<Uint8Array> {
  const image = sharp(data, { raw: { width, height, channels: 4 } }).removeAlpha();
  return await (isPhoto(kind) ? image.jpeg({ quality: 80 }) : image.png()).toBuffer();
}

async function tesseract(file: Uint8Array): Promise<string[]> {
  const child = new Deno.Command("tesseract", {
    args: ["-", "-", "--psm", "6", "-c", "tessedit_char_whitelist=0123456789"],
    env: { OMP_THREAD_LIMIT: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(file);
  await writer.close();
  const { stdout } = await child.output();
  return new TextDecoder().decode(stdout).split("\n").filter((text) => text.trim() !== "");
}

function describe(name: string, score: Score): string {
  return [
    name.padEnd(16),
    `${score.digitsRight}/${score.digits} digits`.padStart(16),
    percent(score.digitsRight / score.digits, 1).padStart(7),
    `${score.linesRight}/${score.lines} lines`.padStart(14),
    percent(score.linesRight / score.lines, 1).padStart(7),
    `${score.wrong} wrong`.padStart(10),
  ].join("");
}

async function run(
  { pages, set, kind, model, save, tesseract: isTesseract }: Options,
): Promise<void> {
  if (save !== undefined) {
    await requestPermission("read-corpus", { name: "write", path: save });
  }
  await useBackend({ backend: "simd", threads: readSettings().threads });
  const reader = await readReader(model);
  const digits = await validationDigits();
  console.log(`Validation digits of ${digits.source.description}`);
  const kinds = PAGE_KINDS.filter((each) => kind === undefined || each === kind);
  let simple = NO_SCORE;
  let milliseconds = 0;
  for (const each of kinds) {
    let sum = NO_SCORE;
    for (let i = 0; i < pages; i++) {
      const seed = SEEDS[set] + 1000 * PAGE_KINDS.indexOf(each) + i;
      const page = drawPage(each, seed, digits);
      const file = await encodePage(page);
      const start = performance.now();
      const lines = isTesseract
        ? await tesseract(file)
        : (await readPicture(file, reader)).lines.map(({ text }) => text);
      milliseconds += performance.now() - start;
      const score = scorePage(page.lines, lines);
      sum = addScores(sum, score);
      if (save === undefined) continue;
      const name = `${each.replaceAll(" ", "-")}-${i}`;
      await Deno.mkdir(save, { recursive: true });
      await Deno.writeFile(`${save}/${name}.${isPhoto(each) ? "jpg" : "png"}`, file);
      if (score.digitsRight < score.digits || score.wrong > 0) {
        console.log(`${name}: wrote ${page.lines.join(" | ")}`);
        console.log(`${" ".repeat(name.length)}  read  ${lines.join(" | ")}`);
      }
    }
    console.log(describe(each, sum));
    if (PAGE_KINDS.indexOf(each) < SIMPLE_KINDS) simple = addScores(simple, sum);
  }
  if (kind === undefined) console.log(describe(`the first ${SIMPLE_KINDS}`, simple));
  console.log(`${Math.round(milliseconds / (pages * kinds.length))} ms a page, decoding included`);
}

if (import.meta.main) {
  await runCommand(
    new Command("deno task read-corpus")
      .description("Draws pages with validation digits, reads them, prints figures by kind.")
      .option("--pages <n>", "pages of each kind", wholeNumber, 6)
      .option("--set <name>", "development or test", "test")
      .option("--kind <name>", `one of ${PAGE_KINDS.join(", ")}; default: all`)
      .option("--model <folder>", "a trained model", DEFAULT_READER)
      .option("--save <folder>", "keep the pages there and print what was misread")
      .option("--tesseract", "let Tesseract read, digits only (it has to be installed)")
      .action(run),
  );
}
