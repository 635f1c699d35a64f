import { InputError } from "lib/errors.ts";
import type { Page } from "lib/read/pictures/page.ts";
import { isPdf, pdfPages } from "lib/read/pictures/pdf.ts";

/**
 * The pages of a file: all of a PDF, one of anything else, picture or not.
 *
 * @param name What errors call the file.
 * @throws {InputError} If a PDF has over 100 MB, can't be opened, is cut off, or has no pages or over
 * 1,000.
 */
export async function filePages(bytes: Uint8Array, name: string): Promise<Page[]> {
  if (isPdf(bytes)) return await pdfPages(bytes, name);
  return [{ name, picture: () => Promise.resolve(bytes) }];
}

/**
 * The picture in a file: itself, or a PDF's one page.
 *
 * @param name What errors call the file.
 * @throws {InputError} Where {@linkcode filePages} and `picture` do, and if there are several pages.
 */
export async function onePicture(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  const [page, ...others] = await filePages(bytes, name);
  if (others.length > 0) {
    throw new InputError(`${name} has ${others.length + 1} pages; expected one.`);
  }
  return await page!.picture();
}
