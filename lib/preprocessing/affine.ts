/**
 * Geometric transformation of images as Keras and SciPy do it: the picture is pulled through an
 * affine map. Between pixels, interpolation is linear, or sharper than Keras's: cubic.
 * @module
 */
import { InputError } from "lib/errors.ts";

/** Height, width and channels of an image; its values lie row by row, the channels of a pixel together. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** What lies beyond the rim, here for a row `abcd`. */
export type FillMode =
  /** `kkkk|abcd|kkkk` with `k = cval` */
  | "constant"
  /** `aaaa|abcd|dddd` */
  | "nearest"
  /** `dcba|abcd|dcba` */
  | "reflect"
  /** `bcda|bcda|bcda`: SciPy's, where the first and the last pixel fall together */
  | "wrap";

export const FILL_MODES: readonly FillMode[] = ["constant", "nearest", "reflect", "wrap"];

/** How values between pixels come about; the names are TorchVision's. */
export type Interpolation =
  /** From 2 x 2 pixels. It blurs. */
  | "bilinear"
  /** From 4 x 4 pixels (Keys 1981), kept within the range of the image's values. */
  | "bicubic";

export const INTERPOLATIONS: readonly Interpolation[] = ["bilinear", "bicubic"];

/** @throws {InputError} If an option is none of those that there are. */
export function checkChoice(name: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return;
  throw new InputError(`\`${name}\` is ${value}; expected one of ${choices.join(", ")}.`);
}

/** One transformation, in Keras's terms. Angles are in degrees, shifts in pixels. */
export interface TransformParameters {
  /** Angle of rotation. */
  readonly theta: number;
  /** Drawn from `heightShiftRange`; Keras's map shifts the columns by it. */
  readonly tx: number;
  /** Drawn from `widthShiftRange`; Keras's map shifts the rows by it. */
  readonly ty: number;
  /** Shear angle. */
  readonly shear: number;
  /** Zoom of the columns: above 1 the image gets smaller. */
  readonly zx: number;
  /** Zoom of the rows. */
  readonly zy: number;
  /** Swap left and right. */
  readonly flipHorizontal: boolean;
  /** Swap top and bottom. */
  readonly flipVertical: boolean;
}

/** Takes an output pixel to the point of the input from where its value comes: `m · (row, column) + offset`. */
interface AffineMap {
  readonly rowByRow: number;
  readonly rowByColumn: number;
  readonly rowOffset: number;
  readonly columnByRow: number;
  readonly columnByColumn: number;
  readonly columnOffset: number;
}

/** Rotation, then shift, shear and zoom about the centre, multiplied out. */
function affineMap(
  { theta, tx, ty, shear, zx, zy }: TransformParameters,
  [height, width]: ImageShape,
): AffineMap {
  const cos = Math.cos(theta * Math.PI / 180);
  const sin = Math.sin(theta * Math.PI / 180);
  const shearCos = Math.cos(shear * Math.PI / 180);
  const shearSin = Math.sin(shear * Math.PI / 180);
  const xByX = cos * zx;
  const xByY = (-cos * shearSin - sin * shearCos) * zy;
  const yByX = sin * zx;
  const yByY = (-sin * shearSin + cos * shearCos) * zy;
  const centreX = height / 2 - 0.5;
  const centreY = width / 2 - 0.5;
  // Keras sets the map up with x along the rows' axis, then swaps x and y.
  return {
    columnByColumn: xByX,
    columnByRow: xByY,
    columnOffset: (cos * tx - sin * ty + centreX) - (xByX * centreX + xByY * centreY),
    rowByColumn: yByX,
    rowByRow: yByY,
    rowOffset: (sin * tx + cos * ty + centreY) - (yByX * centreX + yByY * centreY),
  };
}

/** Stands for the constant beyond the rim. */
const BEYOND = -1;

/** Where in 0..length - 1 a coordinate outside of it leads, or {@linkcode BEYOND}. */
function mapOutside(coordinate: number, length: number, mode: FillMode): number {
  const last = length - 1;
  switch (mode) {
    case "constant":
      return BEYOND;
    case "nearest":
      return coordinate < 0 ? 0 : last;
    case "reflect": {
      const period = 2 * length;
      const unmirrored = coordinate < 0 ? -1 - coordinate : coordinate;
      const inPeriod = unmirrored - period * Math.trunc(unmirrored / period);
      const mapped = inPeriod < length ? inPeriod : period - 1 - inPeriod;
      // Between a rim pixel and its mirror image both neighbours have its value.
      return Math.min(Math.max(mapped, 0), last);
    }
    case "wrap":
      if (last === 0) return 0;
      return coordinate < 0
        ? coordinate + last * (Math.trunc(-coordinate / last) + 1)
        : coordinate - last * Math.trunc(coordinate / last);
  }
}

/**
 * Writes the transformed image `x` to `out`, both of the given shape.
 *
 * With `bilinear` the same as Keras's `apply_affine_transform` with `order=1`, that is SciPy's
 * `affine_transform`, followed by the flips.
 *
 * @param cval The value beyond the rim in the mode `constant`.
 */
export function transformImage(
  x: Float32Array | Uint8Array,
  out: Float32Array,
  shape: ImageShape,
  parameters: TransformParameters,
  mode: FillMode,
  cval: number,
  interpolation: Interpolation,
): void {
  const [height, width, channels] = shape;
  const interpolate = interpolator(x, shape, interpolation);
  const map = affineMap(parameters, shape);
  const { flipHorizontal, flipVertical } = parameters;
  const lastRow = height - 1;
  const lastColumn = width - 1;
  for (let i = 0; i < height; i++) {
    const outRow = (flipVertical ? lastRow - i : i) * width;
    for (let j = 0; j < width; j++) {
      const target = (outRow + (flipHorizontal ? lastColumn - j : j)) * channels;
      let row = i * map.rowByRow + j * map.rowByColumn + map.rowOffset;
      let column = i * map.columnByRow + j * map.columnByColumn + map.columnOffset;
      if (row < 0 || row > lastRow) row = mapOutside(row, height, mode);
      if (column < 0 || column > lastColumn) column = mapOutside(column, width, mode);
      if (row === BEYOND || column === BEYOND) {
        out.fill(cval, target, target + channels);
        continue;
      }
      interpolate(row, column, out, target);
    }
  }
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
