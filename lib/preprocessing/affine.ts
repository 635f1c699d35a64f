/**
 * Geometric transformation of images as Keras and SciPy do it: the picture is pulled through an
 * affine map. Between pixels, interpolation is linear as there or, which is sharper, cubic.
 * @module
 */
import {
  type ImageShape,
  type Interpolation,
  interpolator,
} from "lib/preprocessing/interpolation.ts";

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
