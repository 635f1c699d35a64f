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
  return { width, height, values: dividedBy(upright, paperBrightness(upright)) };
}

/** What is known of each tile of a picture, row by row. */
interface Tiles {
  readonly columns: number;
  readonly rows: number;
  /** Side of a tile, in pixels. */
  readonly side: number;
  readonly values: Float32Array;
}

/** The brightness that each tile would have without ink: at least 1. */
function paperBrightness({ width, height, values }: GrayImage): Tiles {
  const side = Math.max(LEAST_TILE, Math.ceil(Math.max(width, height) / TILES));
  const columns = Math.ceil(width / side), rows = Math.ceil(height / side);
  const bright = new Float32Array(columns * rows);
  const counts = new Uint32Array(256);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      counts.fill(0);
      const right = Math.min(width, (column + 1) * side);
      const bottom = Math.min(height, (row + 1) * side);
      for (let y = row * side; y < bottom; y++) {
        for (let x = column * side; x < right; x++) counts[values[y * width + x]!]!++;
      }
      const size = (right - column * side) * (bottom - row * side);
      bright[row * columns + column] = Math.max(1, quantile(counts, PAPER * size));
    }
  }
  const tiles = { columns, rows, side, values: bright };
  const besideStrokes = closed(tiles, STROKE), besideStains = closed(tiles, STAIN);
  const paper = besideStains.map((grey, i) =>
    besideStrokes[i]! >= SHADOW * grey ? besideStrokes[i]! : grey
  );
  // At a shadow's edge the darker side reaches a tile further: its paper must not be taken for ink.
  return { ...tiles, values: extremes(paper, columns, rows, 1, -1) };
}

/**
 * A closing: tiles full of ink take their neighbours' brightness, gradients and edges are left. Squares
 * may reach over the rim, so that edges are left there too.
 */
function closed({ columns, rows, values }: Tiles, reach: number): Float32Array {
  const width = columns + 2 * reach, height = rows + 2 * reach;
  const padded = new Float32Array(width * height);
  for (let row = 0; row < rows; row++) {
    const line = values.subarray(row * columns, (row + 1) * columns);
    padded.set(line, (row + reach) * width + reach);
  }
  const lightest = extremes(padded, width, height, reach, 1);
  const result = extremes(lightest, width, height, reach, -1);
  return values.map((_, i) => {
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

/** The largest (`sign` 1) or the least (-1) value within `reach` of each, to the sides and up and down. */
function extremes(
  values: Float32Array,
  columns: number,
  rows: number,
  reach: number,
  sign: 1 | -1,
): Float32Array {
  const along = (from: Float32Array, length: number, stride: number): Float32Array => {
    const result = new Float32Array(from.length);
    const others = from.length / length, otherStride = stride === 1 ? length : 1;
    for (let other = 0; other < others; other++) {
      const start = other * otherStride;
      for (let at = 0; at < length; at++) {
        const first = Math.max(0, at - reach), last = Math.min(length - 1, at + reach);
        let extreme = -Infinity;
        for (let i = first; i <= last; i++) {
          const value = sign * from[start + i * stride]!;
          if (value > extreme) extreme = value;
        }
        result[start + at * stride] = sign * extreme;
      }
    }
    return result;
  };
  return along(along(values, columns, 1), rows, columns);
}

/** The picture's brightness as a share of that of its tiles, interpolated between their centres: 0..255. */
function dividedBy({ width, height, values }: GrayImage, tiles: Tiles): Uint8Array {
  const { columns, rows, side } = tiles;
  const result = new Uint8Array(values.length);
  const line = new Float32Array(columns);
  for (let y = 0; y < height; y++) {
    const v = Math.min(rows - 1, Math.max(0, (y + 0.5) / side - 0.5));
    const top = Math.floor(v), below = v - top, bottom = Math.min(rows - 1, top + 1);
    for (let column = 0; column < columns; column++) {
      line[column] = (1 - below) * tiles.values[top * columns + column]! +
        below * tiles.values[bottom * columns + column]!;
    }
    for (let x = 0; x < width; x++) {
      const u = Math.min(columns - 1, Math.max(0, (x + 0.5) / side - 0.5));
      const left = Math.floor(u), beside = u - left;
      const paper = (1 - beside) * line[left]! + beside * line[Math.min(columns - 1, left + 1)]!;
      result[y * width + x] = Math.min(255, Math.round(255 * values[y * width + x]! / paper));
    }
  }
  return result;
}
