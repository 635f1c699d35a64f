/** An image's values between its pixels. @module */
import { InputError } from "lib/errors.ts";

/** Height, width and channels of an image; its values lie row by row, the channels of a pixel together. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** How values between pixels come about; the names are TorchVision's. */
export type Interpolation =
  /** From 2 x 2 pixels. It blurs. */
  | "bilinear"
  /** From 4 x 4 pixels (Keys 1981), kept within the range of the image's values. */
  | "bicubic";

const INTERPOLATIONS: readonly Interpolation[] = ["bilinear", "bicubic"];

/** @throws {InputError} If there is no such interpolation. */
export function checkInterpolation(interpolation: Interpolation): void {
  if (INTERPOLATIONS.includes(interpolation)) return;
  throw new InputError(
    `\`interpolation\` is ${interpolation}; expected one of ${INTERPOLATIONS.join(", ")}.`,
  );
}

/**
 * Writes an image's value at a point between its pixels to `out[target]` and the channels that follow.
 *
 * @param row From 0 to the height - 1.
 * @param column From 0 to the width - 1.
 */
type Interpolator = (row: number, column: number, out: Float32Array, target: number) => void;

/** Interpolates in `x`, an image of the given shape. */
export function interpolator(
  x: Float32Array | Uint8Array,
  shape: ImageShape,
  interpolation: Interpolation,
): Interpolator {
  return interpolation === "bilinear" ? bilinear(x, shape) : bicubic(x, shape);
}

function bilinear(
  x: Float32Array | Uint8Array,
  [height, width, channels]: ImageShape,
): Interpolator {
  return (row, column, out, target) => {
    const above = Math.floor(row);
    const left = Math.floor(column);
    const down = row - above;
    const right = column - left;
    const below = above < height - 1 ? above + 1 : height - 1;
    const beside = left < width - 1 ? left + 1 : width - 1;
    const topLeft = (above * width + left) * channels;
    const topRight = (above * width + beside) * channels;
    const bottomLeft = (below * width + left) * channels;
    const bottomRight = (below * width + beside) * channels;
    for (let k = 0; k < channels; k++) {
      out[target + k] = x[topLeft + k]! * (1 - down) * (1 - right) +
        x[topRight + k]! * (1 - down) * right +
        x[bottomLeft + k]! * down * (1 - right) +
        x[bottomRight + k]! * down * right;
    }
  };
}

/** Beyond the rim is what is at the rim. */
function bicubic(
  x: Float32Array | Uint8Array,
  [height, width, channels]: ImageShape,
): Interpolator {
  let [low, high] = [Infinity, -Infinity];
  for (const value of x) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const stride = width * channels;
  return (row, column, out, target) => {
    const above = Math.floor(row);
    const left = Math.floor(column);
    const down = row - above;
    const right = column - left;
    const [a, b, c, d] = [
      farWeight(right),
      nearWeight(right),
      nearWeight(1 - right),
      farWeight(1 - right),
    ];
    const columnA = (left > 0 ? left - 1 : 0) * channels;
    const columnB = left * channels;
    const columnC = (left < width - 1 ? left + 1 : width - 1) * channels;
    const columnD = (left < width - 2 ? left + 2 : width - 1) * channels;
    for (let k = 0; k < channels; k++) {
      const inRow = (row: number): number => {
        const start = row * stride + k;
        return a * x[start + columnA]! + b * x[start + columnB]! + c * x[start + columnC]! +
          d * x[start + columnD]!;
      };
      const value = farWeight(down) * inRow(above > 0 ? above - 1 : 0) +
        nearWeight(down) * inRow(above) +
        nearWeight(1 - down) * inRow(above < height - 1 ? above + 1 : height - 1) +
        farWeight(1 - down) * inRow(above < height - 2 ? above + 2 : height - 1);
      out[target + k] = value < low ? low : value > high ? high : value;
    }
  };
}

/** Keys's kernel at a distance of `t`, 0 to 1. */
function nearWeight(t: number): number {
  return (1.5 * t - 2.5) * t * t + 1;
}

/** Keys's kernel at a distance of `1 + t`, for `t` from 0 to 1. */
function farWeight(t: number): number {
  return ((-0.5 * t + 1) * t - 0.5) * t;
}
