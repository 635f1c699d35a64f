import { bilinear } from "lib/read/bilinear.ts";
import type { GrayImage } from "lib/read/image.ts";
import { IntegralImage } from "lib/read/integral.ts";

/** The paper's brightness is measured in tiles; this many along the longer side. */
const TILES = 40;
const LEAST_TILE = 12;
/** Tiles to either side among which some paper is expected. */
const CLOSING = 4;

/**
 * Makes the writing dark on white paper, and the light even: a shadow or a lamp's gleam goes, as the
 * brightness is divided by that of the paper nearby.
 */
export function flattenLight(image: GrayImage): GrayImage {
  const { width, height, values } = image;
  const upright = isLightOnDark(image)
    ? { width, height, values: values.map((grey) => 255 - grey) }
    : image;
  const paper = paperBrightness(upright);
  return {
    width,
    height,
    values: upright.values.map((grey, i) => Math.min(255, Math.round(255 * grey / paper[i]!))),
  };
}

/**
 * Whether the ink is lighter than its paper. Ink is the smaller part of any neighbourhood, so it is
 * on the side to which brightness is skewed from its local mean.
 */
function isLightOnDark(image: GrayImage): boolean {
  const { width, height, values } = image;
  const sums = new IntegralImage(image);
  const radius = Math.ceil(Math.max(width, height) / 16);
  let skewness = 0;
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      skewness += (values[y * width + x]! - sums.mean(x, y, radius)) ** 3;
    }
  }
  return skewness > 0;
}

/** The brightness that each pixel would have without ink: at least 1. */
function paperBrightness({ width, height, values }: GrayImage): Float32Array {
  const tile = Math.max(LEAST_TILE, Math.ceil(Math.max(width, height) / TILES));
  const columns = Math.ceil(width / tile), rows = Math.ceil(height / tile);
  const bright = new Float32Array(columns * rows);
  const counts = new Uint32Array(256);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      counts.fill(0);
      const right = Math.min(width, (column + 1) * tile);
      const bottom = Math.min(height, (row + 1) * tile);
      for (let y = row * tile; y < bottom; y++) {
        for (let x = column * tile; x < right; x++) counts[values[y * width + x]!]!++;
      }
      const size = (right - column * tile) * (bottom - row * tile);
      bright[row * columns + column] = Math.max(1, quantile(counts, 0.75 * size));
    }
  }
  // A tile full of ink takes its neighbours' brightness; a gradient is left as it is.
  const closed = neighbourhood(
    neighbourhood(bright, columns, rows, CLOSING, Math.max),
    columns,
    rows,
    CLOSING,
    Math.min,
  );
  return enlarged(closed, columns, rows, tile, width, height);
}

/** The grey value below which `count` pixels are. */
function quantile(counts: Uint32Array, count: number): number {
  let seen = 0;
  for (let grey = 0; grey < 256; grey++) if ((seen += counts[grey]!) >= count) return grey;
  return 255;
}

/** The largest or the least value within `reach` tiles of each. */
function neighbourhood(
  values: Float32Array,
  columns: number,
  rows: number,
  reach: number,
  choose: (a: number, b: number) => number,
): Float32Array {
  return values.map((_, i) => {
    const column = i % columns, row = Math.floor(i / columns);
    let chosen = values[i]!;
    for (let y = Math.max(0, row - reach); y <= Math.min(rows - 1, row + reach); y++) {
      for (let x = Math.max(0, column - reach); x <= Math.min(columns - 1, column + reach); x++) {
        chosen = choose(chosen, values[y * columns + x]!);
      }
    }
    return chosen;
  });
}

/** Tiles as pixels, interpolated between the tiles' centres. */
function enlarged(
  tiles: Float32Array,
  columns: number,
  rows: number,
  tile: number,
  width: number,
  height: number,
): Float32Array {
  const result = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const v = Math.min(rows - 1, Math.max(0, (y + 0.5) / tile - 0.5));
    const top = Math.floor(v), fy = v - top, bottom = Math.min(rows - 1, top + 1);
    for (let x = 0; x < width; x++) {
      const u = Math.min(columns - 1, Math.max(0, (x + 0.5) / tile - 0.5));
      const left = Math.floor(u), fx = u - left, right = Math.min(columns - 1, left + 1);
      result[y * width + x] = bilinear(
        tiles[top * columns + left]!,
        tiles[top * columns + right]!,
        tiles[bottom * columns + left]!,
        tiles[bottom * columns + right]!,
        fx,
        fy,
      );
    }
  }
  return result;
}
