import type { PDFiumDocument } from "@hyzyla/pdfium";
import sharp from "sharp";
import { InputError } from "lib/errors.ts";
import { formatCount } from "lib/format.ts";
import { MOST_SIDE } from "lib/read/image.ts";
import type { Page } from "lib/read/pictures/page.ts";

/** PDFium takes a copy, and memory of files that were read before may not be free yet. */
const MOST_BYTES = 100e6;
/** More would be read for many minutes, and all is shown at the end. */
const MOST_PAGES = 1000;
/** Points (1/72 inch) a side that PDF's specification allows. */
const MOST_POINTS = 14_400;
/** Bytes that PDFium may take for a file and a page of it; unpacking a page could take any number. */
const MOST_MEMORY = 512e6;

/** Where the marks of a PDF file are looked for, at its start and its end, in bytes. */
const MARK_WITHIN = 1024;

/** Whether a file says that it is a PDF. */
export function isPdf(bytes: Uint8Array): boolean {
  return latin1(bytes.subarray(0, MARK_WITHIN)).includes("%PDF-");
}

/**
 * The pages of a PDF file, to be rendered one after the other.
 *
 * @param name What errors call the file.
 * @throws {InputError} If it has over 100 MB, can't be opened, is cut off, or has no pages or over
 * 1,000.
 */
export async function pdfPages(bytes: Uint8Array, name: string): Promise<Page[]> {
  if (bytes.length > MOST_BYTES) {
    throw new InputError(
      `${name} has ${Math.round(bytes.length / 1e6)} MB; expected a PDF of at most ` +
        `${MOST_BYTES / 1e6}. Split it.`,
    );
  }
  // PDFium would make what it can of the rest, and leave out pages without a word.
  if (!latin1(bytes.subarray(-MARK_WITHIN)).includes("%%EOF")) {
    throw new InputError(`${name} is cut off; expected a PDF that ends with %%EOF.`);
  }
  let file: PdfFile | undefined = await openPdf(bytes, name);
  const { count } = file;
  if (count < 1) throw new InputError(`${name} is a PDF without pages.`);
  if (count > MOST_PAGES) {
    throw new InputError(
      `${name} has ${formatCount(count)} pages; expected at most ${formatCount(MOST_PAGES)}. ` +
        "Split it.",
    );
  }
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const pageName = count > 1 ? `${name}, page ${number}` : name;
    return {
      name: pageName,
      number,
      async picture(): Promise<Uint8Array> {
        file ??= await openPdf(bytes, name);
        try {
          return await renderPage(file, index, pageName);
        } catch (error) {
          if (error instanceof InputError) throw error;
          const { isFull } = file;
          // What a crash left behind is not used for the next page.
          file = undefined;
          throw isFull() ? tooLarge(pageName) : damaged(pageName, reason(error));
        }
      },
    };
  });
}

/** A file that PDFium has opened in a memory of its own, which is free when this is. */
interface PdfFile {
  readonly document: PDFiumDocument;
  /** Number of pages. */
  readonly count: number;
  /** Whether PDFium was refused memory. */
  readonly isFull: () => boolean;
}

async function openPdf(bytes: Uint8Array, name: string): Promise<PdfFile> {
  const { PDFiumLibrary } = await import("@hyzyla/pdfium");
  const module = await (compiled ??= compilePdfium());
  let isFull = false;
  const library = await PDFiumLibrary.init({
    instantiateWasm(imports, onInstance): WebAssembly.Exports {
      const environment = imports["env"] as Record<string, (...args: number[]) => unknown>;
      const grow = environment["emscripten_resize_heap"]!;
      const instance = new WebAssembly.Instance(module, {
        ...imports,
        env: {
          ...environment,
          emscripten_resize_heap(size: number): unknown {
            isFull ||= size >>> 0 > MOST_MEMORY;
            return isFull ? 0 : grow(size);
          },
          // The library's own would also write to the console.
          _abort_js(): void {
            throw new Error("PDFium gave up");
          },
        },
      });
      onInstance(instance);
      return instance.exports;
    },
  });
  try {
    const document = await library.loadDocument(bytes);
    return { document, count: document.getPageCount(), isFull: () => isFull };
  } catch (error) {
    if (isFull) throw tooLarge(name);
    const message = reason(error);
    if (message.startsWith("Password")) {
      throw new InputError(
        `${name} is protected by a password; expected a PDF that opens without one.`,
      );
    }
    throw damaged(name, message);
  }
}

/** The page as a PNG file, as large as pictures are read at. */
async function renderPage(
  { document, isFull }: PdfFile,
  index: number,
  name: string,
): Promise<Uint8Array> {
  const page = document.getPage(index);
  const { originalWidth, originalHeight } = page.getOriginalSize();
  const longer = Math.max(originalWidth, originalHeight);
  if (longer === 0) throw damaged(name, "it has no such page");
  if (longer > MOST_POINTS) {
    throw new InputError(
      `${name} has ${formatCount(originalWidth)} x ${formatCount(originalHeight)} points; ` +
        `expected at most ${formatCount(MOST_POINTS)} a side.`,
    );
  }
  const pixels = (points: number): number => Math.max(1, Math.round(points * MOST_SIDE / longer));
  const { width, height, data } = await page.render({
    width: pixels(originalWidth),
    height: pixels(originalHeight),
  });
  // Where PDFium gets no memory for an image, it leaves it out.
  if (isFull()) throw new Error("out of memory");
  return await sharp(data, { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 0 }).toBuffer();
}

function damaged(name: string, why: string): InputError {
  return new InputError(`${name} is damaged (${why}).`);
}

/** What PDFium threw: not always an error. */
function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function tooLarge(name: string): InputError {
  return new InputError(
    `${name} takes more than ${MOST_MEMORY / 1e6} MB to render; expected smaller images.`,
  );
}

let compiled: Promise<WebAssembly.Module> | undefined;

async function compilePdfium(): Promise<WebAssembly.Module> {
  const url = new URL(import.meta.resolve("@hyzyla/pdfium/pdfium.wasm"));
  return await WebAssembly.compile(await Deno.readFile(url));
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
