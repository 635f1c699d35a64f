import { type Markish, text, type TextOptions } from "@observablehq/plot";

/** A text and its place, in chart units. */
export interface PlacedText {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** Texts of one kind in a free layout. */
export function textMark(items: readonly PlacedText[], options: TextOptions = {}): Markish {
  return text(items, { x: "x", y: "y", text: "text", ...options });
}
