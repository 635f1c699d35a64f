/** Changes that no test can see, because they change no result. */
export interface Harmless {
  readonly file: string;
  /** The line, without indentation. */
  readonly text: string;
  /** As the report writes it; all changes of the line where it is left out. */
  readonly change?: string;
  readonly reason: string;
}

export const HARMLESS: readonly Harmless[] = [];
