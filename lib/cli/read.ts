// deno-lint-ignore-file no-console
/** `deno task read`: reads the handwritten digits on pictures. @module */
import { dirname, join } from "node:path";
import { Command, InvalidArgumentError, runCommand } from "lib/cli/command.ts";
import { requestPermission } from "lib/cli/permission.ts";
import { InputError } from "lib/errors.ts";
import { filesBelow, writeFileAtomically } from "lib/files.ts";
import { printable } from "lib/format.ts";
import { useBackend } from "lib/model/mod.ts";
import type { Reading } from "lib/read/mod.ts";
import { annotate, DEFAULT_READER, readPicture, readReader } from "lib/read/pictures/mod.ts";

interface ReadCommandOptions {
  readonly json?: true;
  readonly csv?: true;
  readonly annotate?: string;
  readonly model: string;
}

/** A file, and what stands on it. */
interface ReadFile extends Reading {
  readonly file: string;
}

/** What a folder's pictures are called. */
const PICTURE = /\.(png|jpe?g|webp|tiff?)$/i;
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
      throw new InputError(`${path} has no pictures; expected PNG, JPEG, WebP or TIFF files.`);
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

function asJson(files: readonly ReadFile[]): string {
  return JSON.stringify(
    files.map(({ file, turned, lines }) => ({
      file,
      turned,
      lines: lines.map(({ text, digits }) => ({
        text,
        digits: digits.map(({ image: _, ...digit }) => digit),
      })),
    })),
    (key, value) => key === "probability" ? Number(value.toFixed(4)) : value,
    2,
  );
}

async function asCsv(files: readonly ReadFile[]): Promise<string> {
  const { stringifyCsv } = await import("lib/csv.ts");
  const header = [
    "file",
    "line",
    "position",
    "digit",
    "probability",
    "left",
    "top",
    "width",
    "height",
  ];
  const rows = files.flatMap(({ file, lines }) =>
    lines.flatMap(({ digits }, line) =>
      digits.map(({ digit, probability, box }, position) => [
        file,
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

function asText(files: readonly ReadFile[], hasNames: boolean): string {
  return files.map(({ file, lines }) =>
    (hasNames ? `${printable(file)}:\n` : "") + lines.map(({ text }) => text).join("\n")
  ).join("\n\n");
}

async function read(paths: string[], options: ReadCommandOptions): Promise<void> {
  if (options.json && options.csv) throw new InputError("--json and --csv: choose one of them.");
  const pictures = await listPictures(paths);
  if (options.annotate !== undefined && pictures.length > 1) {
    throw new InputError(`--annotate takes one picture; these are ${pictures.length}.`);
  }
  if (options.annotate !== undefined) {
    await requestPermission("read", { name: "write", path: dirname(options.annotate) });
  }
  await useBackend({ backend: "simd", threads: navigator.hardwareConcurrency });
  const reader = await readReader(options.model);
  const files: ReadFile[] = [];
  const errors: string[] = [];
  for (const file of pictures) {
    try {
      const bytes = await readBytes(file);
      const reading = await readPicture(bytes, reader, file);
      files.push({ file, ...reading });
      if (options.annotate !== undefined) {
        await writeFileAtomically(options.annotate, await annotate(bytes, reading));
      }
      if (reading.turned > 0) {
        console.error(`${printable(file)}: read turned by ${reading.turned} degrees clockwise.`);
      }
      if (reading.lines.length === 0) errors.push(`${file}: there is nothing written on it.`);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      errors.push(error.message);
    }
  }
  if (files.length > 0 || options.json) {
    const text = options.json
      ? asJson(files)
      : options.csv
      ? await asCsv(files)
      : asText(files, pictures.length > 1);
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
      "Reads the handwritten digits on pictures (PNG, JPEG, WebP, TIFF), line by line. What is no " +
        "digit, or isn't sure enough, is a question mark. A page on its side or head is turned.",
    )
    .argument("<image...>", "files, folders, or - for standard input")
    .option("--json", "lines, digits, probabilities, boxes and alternatives")
    .option("--csv", "a row for each digit")
    .option("--annotate <png>", "draw what was read on the picture", pngPath)
    .option("--model <folder>", "a trained LayersModel", DEFAULT_READER)
    .action(read),
);
