import { bilinear } from "lib/read/bilinear.ts";
import type { GrayImage } from "lib/read/image.ts";
import { isLightOnDark } from "lib/read/polarity.ts";

/** The paper's brightness is measured in tiles; this many along the longer side. */
const TILES = 160;
const LEAST_TILE = 6;
/** Tiles to either side among which some paper is expected: beside strokes, beside stains. */
const STROKE = 5, STAIN = 16;
/** What is so large that it is no stroke, and has at least this share of the light about it, is in shadow. */
const SHADOW = 0.4;
/** The brightness of a tile of paper is above that of this share of its pixels. */
const PAPER = 0.6;

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
      bright[row * columns + column] = Math.max(1, quantile(counts, PAPER * size));
    }
  }
  const besideStrokes = closed(bright, columns, rows, STROKE);
  const besideStains = closed(bright, columns, rows, STAIN);
  const paper = besideStains.map((grey, i) =>
    besideStrokes[i]! >= SHADOW * grey ? besideStrokes[i]! : grey
  );
  // At a shadow's edge the darker side reaches a tile further: its paper must not be taken for ink.
  const safe = neighbourhood(paper, columns, rows, 1, Math.min);
  return enlarged(safe, columns, rows, tile, width, height);
}

/**
 * A closing: tiles full of ink take their neighbours' brightness, gradients and edges are left. Squares
 * may reach over the rim, so that edges are left there too.
 */
function closed(
  tiles: Float32Array,
  columns: number,
  rows: number,
  reach: number,
): Float32Array {
  const width = columns + 2 * reach, height = rows + 2 * reach;
  const padded = new Float32Array(width * height);
  for (let row = 0; row < rows; row++) {
    const line = tiles.subarray(row * columns, (row + 1) * columns);
    padded.set(line, (row + reach) * width + reach);
  }
  const lightest = neighbourhood(padded, width, height, reach, Math.max);
  const result = neighbourhood(lightest, width, height, reach, Math.min);
  return tiles.map((_, i) => {
    const column = i % columns, row = Math.floor(i / columns);
    return result[(row + reach) * width + column + reach]!;
  });
}

/** The grey value below which `count` pixels are. */
function quantile(counts: Uint32Array, count: number): number {
  let seen = 0;
  for (let grey = 0; grey < 256; grey++) if ((seen += counts[grey]!) >= count) return grey;
  return 255;
}

/** The largest or the least value within `reach` tiles of each, to the sides and up and down. */
function neighbourhood(
  values: Float32Array,
  columns: number,
  rows: number,
  reach: number,
  choose: (a: number, b: number) => number,
): Float32Array {
  const along = (from: Float32Array, stride: number, length: number): Float32Array =>
    from.map((value, i) => {
      const at = Math.floor(i / stride) % length;
      const first = Math.max(0, at - reach), last = Math.min(length - 1, at + reach);
      let chosen = value;
      for (let j = first; j <= last; j++) chosen = choose(chosen, from[i + (j - at) * stride]!);
      return chosen;
    });
  return along(along(values, 1, columns), columns, rows);
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
