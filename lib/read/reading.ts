import type { QuarterTurn } from "lib/read/quarter_turn.ts";

/** A rectangle on the picture, in its pixels. */
export interface Box {
  /** Column of its left edge. */
  readonly left: number;
  /** Row of its upper edge. */
  readonly top: number;
  /** Number of columns. */
  readonly width: number;
  /** Number of rows. */
  readonly height: number;
}

/** A digit that could be meant, and how probable it is. */
export interface Alternative {
  /** 0 to 9. */
  readonly digit: number;
  /** 0..1 */
  readonly probability: number;
}

/** Something written on the page: a digit, or what could not be read. */
export interface ReadDigit {
  /** 0 to 9, or `null` where it could not be read. */
  readonly digit: number | null;
  /** Probability of the digit, or of the most probable one where it could not be read: 0..1. */
  readonly probability: number;
  /** Where it is on the picture, as this lay before it was turned. */
  readonly box: Box;
  /** The other digits with a probability of at least 0.01, the most probable first. */
  readonly alternatives: readonly Alternative[];
  /** What the network saw: `[28, 28]` in 0 (paper) to 1 (ink). */
  readonly image: Float32Array;
}

/** A line of digits, from left to right. */
export interface ReadLine {
  /** The digits, `?` for what could not be read, a space between numbers. */
  readonly text: string;
  /** What the line has, from left to right. */
  readonly digits: readonly ReadDigit[];
}

/** What stands on a page, from top to bottom. */
export interface Reading {
  /** Degrees by which the picture was turned clockwise to read it: 0, 90, 180 or 270. */
  readonly turned: QuarterTurn;
  /** The lines, from top to bottom. */
  readonly lines: readonly ReadLine[];
}

/**
 * Gives the probability of each class for images `[n, 28, 28]` in 0 (paper) to 1 (ink), in MNIST's
 * form: `[n, 10]` for the digits 0 to 9, or `[n, 11]` where the last is "no digit".
 */
export type Classify = (images: Float32Array) => Float32Array | Promise<Float32Array>;

/** What {@linkcode readDigits} can be told. */
export interface ReadOptions {
  /** Below this probability a digit is marked as unread. Default: 0.5. */
  readonly threshold?: number;
  /**
   * The image is a drawing, not a picture of paper: black on white, upright, without rules. Skips
   * all that makes a page so. Default: false.
   */
  readonly isDrawing?: boolean;
}
