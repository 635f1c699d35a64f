/**
 * Reading handwritten digits on pictures: in Deno, in a browser or elsewhere.
 *
 * @module
 */
export { type GrayImage, grayImage } from "lib/read/image.ts";
export { loadReader, type Reader } from "lib/read/model.ts";
export type { QuarterTurn } from "lib/read/quarter_turn.ts";
export { readDigits } from "lib/read/read_digits.ts";
export type {
  Alternative,
  Box,
  Classify,
  ReadDigit,
  Reading,
  ReadLine,
  ReadOptions,
} from "lib/read/reading.ts";
