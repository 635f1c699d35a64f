/** Changes that no test can see, because they change no result. */
export interface Harmless {
  readonly file: string;
  /** The line, without indentation. */
  readonly text: string;
  /** As the report writes it; all changes of the line where it is left out. */
  readonly change?: string;
  readonly reason: string;
}

export const HARMLESS: readonly Harmless[] = [
  {
    file: "convolution.ts",
    text: "const next = source + (end - m) * a.strideHeight;",
    reason: "Taps above and below an image are left out to save work: the strip has zeros there.",
  },
  {
    file: "recurrent.ts",
    text: "memory.fill(at, 0, bytes);",
    change: "0 -> 1",
    reason: "Bytes of 1 make 2e-38, which vanishes beside any state.",
  },
];
