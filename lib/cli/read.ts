// deno-lint-ignore-file no-console
/** `deno task read`: reads the handwritten digits on pictures and PDF pages. @module */
import { dirname, join } from "node:path";
import { Command, InvalidArgumentError, runCommand } from "lib/cli/command.ts";
import { requestPermission } from "lib/cli/permission.ts";
import { InputError } from "lib/errors.ts";
import { filesBelow, writeFileAtomically } from "lib/files.ts";
import { printable } from "lib/format.ts";
import { useBackend } from "lib/model/mod.ts";
import type { ReadDigit, Reading } from "lib/read/mod.ts";
import {
  annotate,
  DEFAULT_READER,
  filePages,
  type Page,
  readPicture,
  readReader,
} from "lib/read/pictures/mod.ts";

interface ReadCommandOptions {
  readonly json?: true;
  readonly csv?: true;
  readonly annotate?: string;
  readonly model: string;
}

/** A picture or a page of a PDF, and what stands on it. */
interface ReadPage {
  readonly file: string;
  /** In a PDF, counted from 1. */
  readonly page?: number;
  /** What messages call it. */
  readonly name: string;
  readonly turned: Reading["turned"];
  readonly lines: readonly {
    readonly text: string;
    readonly digits: readonly Omit<ReadDigit, "image">[];
  }[];
}

/** What a folder's pictures are called. */
const PICTURE = /\.(png|jpe?g|webp|tiff?|pdf)$/i;
const STANDARD_INPUT = "-";
/** A file larger than this is no picture of a page. */
const MOST_BYTES = 200e6;

/** Files as they are, folders as the pictures in them and below. */
async function listPictures(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const isFolder = path !== STANDARD_INPUT &&
      (await Deno.stat(path).catch(() => undefined))?.isDirectory;
    if (!isFolder) {
      files.push(path);
      continue;
    }
    const pictures = (await filesBelow(path)).filter((name) => PICTURE.test(name));
    if (pictures.length === 0) {
      throw new InputError(`${path} has no pictures; expected PNG, JPEG, WebP, TIFF or PDF files.`);
    }
    files.push(...pictures.map((name) => join(path, name)));
  }
  return files;
}

async function readBytes(file: string): Promise<Uint8Array> {
  if (file === STANDARD_INPUT) {
    return new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer());
  }
  try {
    const { size } = await Deno.stat(file);
    if (size > MOST_BYTES) {
      throw new InputError(`${file} has ${Math.round(size / 1e6)} MB; expected at most 200.`);
    }
    return await Deno.readFile(file);
  } catch (error) {
    if (error instanceof InputError) throw error;
    if (error instanceof Deno.errors.NotFound) {
      throw new InputError(`${file}: there is no such file.`);
    }
    throw new InputError(`${file} can't be read: ${(error as Error).message}.`);
  }
}

/** Without the digits' images: pages can be many. */
function asReadPage(
  file: string,
  { name, number }: Page,
  { turned, lines }: Reading,
): ReadPage {
  return {
    file,
    ...(number === undefined ? {} : { page: number }),
    name,
    turned,
    lines: lines.map(({ text, digits }) => ({
      text,
      digits: digits.map(({ image: _, ...digit }) => digit),
    })),
  };
}

function asJson(pages: readonly ReadPage[]): string {
  return JSON.stringify(
    pages.map(({ name: _, ...page }) => page),
    (key, value) => key === "probability" ? Number(value.toFixed(4)) : value,
    2,
  );
}

async function asCsv(pages: readonly ReadPage[]): Promise<string> {
  const { stringifyCsv } = await import("lib/csv.ts");
  const header = [
    "file",
    "page",
    "line",
    "position",
    "digit",
    "probability",
    "left",
    "top",
    "width",
    "height",
  ];
  const rows = pages.flatMap(({ file, page, lines }) =>
    lines.flatMap(({ digits }, line) =>
      digits.map(({ digit, probability, box }, position) => [
        file,
        page ?? "",
        line + 1,
        position + 1,
        digit ?? "?",
        probability.toFixed(4),
        box.left,
        box.top,
        box.width,
        box.height,
      ])
    )
  );
  return (await stringifyCsv([header, ...rows])).trimEnd();
}

function asText(pages: readonly ReadPage[], hasNames: boolean): string {
  return pages.map(({ name, lines }) =>
    (hasNames ? `${printable(name)}:\n` : "") + lines.map(({ text }) => text).join("\n")
  ).join("\n\n");
}

async function readAll(paths: string[], options: ReadCommandOptions): Promise<void> {
  if (options.json && options.csv) throw new InputError("--json and --csv: choose one of them.");
  const files = await listPictures(paths);
  if (options.annotate !== undefined && files.length > 1) {
    throw new InputError(`--annotate takes one picture; these are ${files.length}.`);
  }
  if (options.annotate !== undefined) {
    await requestPermission("read", { name: "write", path: dirname(options.annotate) });
  }
  await useBackend({ backend: "simd", threads: navigator.hardwareConcurrency });
  const reader = await readReader(options.model);
  const read: ReadPage[] = [];
  const errors: string[] = [];
  /** What is wrong with a file or a page doesn't keep the others from being read. */
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      errors.push(error.message);
    }
  };
  const readPage = async (file: string, page: Page): Promise<void> => {
    const picture = await page.picture();
    const reading = await readPicture(picture, reader, page.name);
    read.push(asReadPage(file, page, reading));
    if (options.annotate !== undefined) {
      await writeFileAtomically(options.annotate, await annotate(picture, reading));
    }
    const { name } = page;
    if (reading.turned > 0) {
      console.error(`${printable(name)}: read turned by ${reading.turned} degrees clockwise.`);
    }
    if (reading.lines.length === 0) errors.push(`${name}: there is nothing written on it.`);
  };
  let hasNames = files.length > 1;
  for (const file of files) {
    await attempt(async () => {
      const pages = await filePages(await readBytes(file), file);
      if (options.annotate !== undefined && pages.length > 1) {
        throw new InputError(`--annotate takes one page; ${file} has ${pages.length}.`);
      }
      hasNames ||= pages.length > 1;
      for (const page of pages) await attempt(() => readPage(file, page));
    });
  }
  if (read.length > 0 || options.json) {
    const text = options.json
      ? asJson(read)
      : options.csv
      ? await asCsv(read)
      : asText(read, hasNames);
    if (text !== "") console.log(text);
  }
  for (const message of errors) console.error(`error: ${printable(message)}`);
  if (errors.length > 0) Deno.exit(1);
}

function pngPath(path: string): string {
  if (/\.png$/i.test(path)) return path;
  throw new InvalidArgumentError("Expected a path that ends in .png.");
}

await runCommand(
  new Command("deno task read")
    .description(
      "Reads the handwritten digits on pictures (PNG, JPEG, WebP, TIFF) and PDF pages, line by " +
        "line. What is no digit, or isn't sure enough, is a question mark. A page on its side or " +
        "head is turned.",
    )
    .argument("<image...>", "files, folders, or - for standard input")
    .option("--json", "lines, digits, probabilities, boxes and alternatives")
    .option("--csv", "a row for each digit")
    .option("--annotate <png>", "draw what was read on the picture", pngPath)
    .option("--model <folder>", "a trained LayersModel", DEFAULT_READER)
    .action(readAll),
);
