/** What is read at a time: a picture, or a page of a PDF. */
export interface Page {
  /** What errors call it: the file's name, with the page's number where there are several. */
  readonly name: string;
  /** A PDF's pages are counted from 1; pictures have no number. */
  readonly number?: number;
  /**
   * The picture's file. A PDF's page is rendered upright as a PNG whose longer side has 2000 pixels.
   *
   * @throws {InputError} If the page is damaged, has over 14,400 points a side, or takes too much
   * memory.
   */
  readonly picture: () => Promise<Uint8Array>;
}
