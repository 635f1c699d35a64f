/** What the page and its worker tell each other. @module */
import type { WasmFile } from "lib/backend/options.ts";
import type { Reading } from "lib/read/mod.ts";

/** What the page carries for its worker. */
export type Parts = Readonly<
  Record<WasmFile | "model.json" | "weights.bin", Uint8Array<ArrayBuffer>>
>;

/** What was read, and how long it took. */
export interface TimedReading extends Reading {
  readonly milliseconds: number;
}

/** Why a digit was read as it was. */
export interface Explanation {
  /** Of the digits 0 to 9, and of no digit. */
  readonly probabilities: Float32Array;
  /** How much each pixel counts: `[28, 28]` in 0..1. */
  readonly saliency: Float32Array;
}

/** A digit, and what its writer meant by it. */
export interface Example {
  readonly digit: number;
  /** `[28, 28]`, 0 to 255. */
  readonly image: Uint8Array;
}

/** What came of learning. */
export interface Lesson {
  /** Fractions of the test digits read right, before the first lesson and now. */
  readonly accuracyBefore: number;
  readonly accuracy: number;
  /** Examples that are read as meant now. */
  readonly learned: number;
  readonly milliseconds: number;
  /** The weights that learned, one after the other. */
  readonly weights: Float32Array;
}
