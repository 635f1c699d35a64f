import { InputError } from "lib/errors.ts";
import { isLightOnDark } from "lib/read/polarity.ts";

/** A grey picture, row by row. */
export interface GrayImage {
  /** Pixels in a row. */
  readonly width: number;
  /** Number of rows. */
  readonly height: number;
  /** 0 (black) to 255 (white), `[height, width]`. */
  readonly values: Uint8Array;
}

/**
 * Longest side that pictures are read at, in pixels: digits need not be larger than a phone's photo of
 * a page has them.
 */
export const MOST_SIDE = 2000;

/**
 * The grey picture in which ink of any colour stands out most: of each pixel's red, green and blue
 * the darkest where the paper is light, the lightest where it is dark. Transparent pixels are white
 * paper.
 *
 * @param rgba As in a canvas's `ImageData`: `[height, width, 4]`.
 */
export function grayImage(
  { width, height, data }: {
    readonly width: number;
    readonly height: number;
    readonly data: Uint8Array | Uint8ClampedArray;
  },
): GrayImage {
  const darkest = new Uint8Array(width * height), lightest = new Uint8Array(width * height);
  const middle = new Uint8Array(width * height);
  for (let i = 0; i < darkest.length; i++) {
    const red = data[4 * i]!, green = data[4 * i + 1]!, blue = data[4 * i + 2]!;
    const alpha = data[4 * i + 3]! / 255, paper = 255 * (1 - alpha);
    darkest[i] = alpha * Math.min(red, green, blue) + paper;
    lightest[i] = alpha * Math.max(red, green, blue) + paper;
    middle[i] = (darkest[i]! + lightest[i]!) / 2;
  }
  const isDark = isLightOnDark({ width, height, values: middle });
  return { width, height, values: isDark ? lightest : darkest };
}

/** @throws {InputError} Unless there are as many values as pixels. */
export function checkImage({ width, height, values }: GrayImage): void {
  if (!(width >= 1 && height >= 1) || values.length !== width * height) {
    throw new InputError(
      `The image is said to be ${width} x ${height} pixels and has ${values.length} values; ` +
        "expected a value for each pixel.",
    );
  }
}
