import {
  WinogradFilterArgs,
  WinogradFilterGradArgs,
  WinogradForwardArgs,
  WinogradInputArgs,
} from "./arguments";
import { PANEL, inPairs, rowsTimesMatrix, sumsOverPixels } from "./blocks";
import { threadIndex } from "./control";
import { finishImage, loadGradient, loadRows } from "./image";
import {
  filterGradientTile,
  filterTile,
  gradientTile,
  inputGradientTile,
  inputTile,
  outputTile,
} from "./transforms";

/**
 * Convolutions by Winograd's algorithm (Lavin and Gray, 2016): with F(4x4, 3x3) a 4x4 tile of the result takes
 * 36 products a channel pair instead of 144, with F(5x5, 3x3) a 5x5 tile 49 instead of 225; the caller chooses
 * the tile size m that suits the image's size. With tiles of (m+2)x(m+2) values d, 3x3 filters g
 * and m x m results y,
 *
 *     y  = A' [ (G g G') * (B' d B) ] A
 *
 * and its two derivatives are the same algorithm transposed:
 *
 *     dd = B  [ (G g G') * (A dy A') ] B'        (tiles overlap by two and are added up)
 *     dg = G' [ (B' d B) * (A dy A') ] G         (summed over tiles)
 *
 * In each, the products are (m+2)^2 independent matrix products over the channels. A block of tiles, those of
 * a few images, passes through all three steps while it is in the second-level cache.
 *
 * A convolution of stride `step` is one of stride 1 on images whose pixels are squares of `step` * `step` old
 * ones, with as many times the channels ("phases"): a 5x5 filter of stride 2 becomes a 3x3 filter.
 *
 * The points of evaluation are 0, 1, -1, 2, -2 and infinity, and 1/2 for m = 5. In single precision the
 * results are within 1e-5 of the greatest value (4e-6 and 5e-6 measured on random ones).
 */

/**
 * Bytes of `values` floats at one position of a tile, plus a cache line: at a power of two all positions would
 * map to the same cache lines.
 */
// @ts-ignore: decorator
@inline
function positionSize(values: i32): usize {
  return (<usize> values << 2) + 64;
}

/** Channels, rounded up to whole panels. */
// @ts-ignore: decorator
@inline
function wholePanels(channels: i32): i32 {
  return (channels + PANEL - 1) / PANEL * PANEL;
}

/**
 * The filter in Winograd's domain, as panels `U[position][columns / 8][rows][8]` of `G g G'`. Rows are the
 * image's channels, phase by phase, and columns the result's; `turned`, for the gradient of x, the other way
 * round.
 */
export function winogradFilter(piece: i32, a: WinogradFilterArgs): void {
  const m = a.tile, size = <usize> (m + 2);
  const c = a.channels, n = a.outChannels, phases = a.step * a.step;
  const rows = a.turned ? n : phases * c, columns = a.turned ? phases * c : n;
  const position = positionSize(wholePanels(columns) * rows);
  const scratch = a.scratch + <usize> (threadIndex() << 8);
  const first = piece * a.panelsPerPiece;
  const last = min(first + a.panelsPerPiece, wholePanels(columns) / PANEL);
  for (let panel = first; panel < last; panel++) {
    for (let row = 0; row < rows; row++) {
      for (let part = 0; part < PANEL; part += 4) {
        const column = panel * PANEL + part;
        const from = a.turned ? column : row, to = a.turned ? row : column;
        for (let tap = 0; tap < 9; tap++) {
          const y = tap / 3 * a.step + from / c / a.step, x = tap % 3 * a.step + from / c % a.step;
          let v = f32x4.splat(0);
          if (column < columns && y < a.kernelHeight && x < a.kernelWidth) {
            const p = a.filter +
              (<usize> (((y * a.kernelWidth + x) * c + from % c) * n + to) << 2);
            v = a.turned ? gather(p, <usize> n << 2) : v128.load(p);
          }
          v128.store(scratch + <usize> (tap << 4), v);
        }
        const o = a.panels + (<usize> ((panel * rows + row) * PANEL + part) << 2);
        filterTile(m, scratch, 48, 16, o, size * position, position);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function gather(p: usize, stride: usize): v128 {
  let v = v128.load32_zero(p);
  v = v128.load32_lane(p + stride, v, 1);
  v = v128.load32_lane(p + 2 * stride, v, 2);
  return v128.load32_lane(p + 3 * stride, v, 3);
}

/** Products `out[position] = rows[position] (tiles x k) * panels[position] (k x n)`, n whole panels. */
function multiply(
  positions: usize,
  rows: usize,
  rowsPosition: usize,
  panels: usize,
  out: usize,
  outPosition: usize,
  tiles: i32,
  k: i32,
  n: i32,
): void {
  for (let position: usize = 0; position < positions; position++) {
    const b = panels + position * positionSize(k * n);
    const a = rows + position * rowsPosition;
    rowsTimesMatrix(tiles, a, <usize> k << 2, k, b, n, out + position * outPosition, <usize> n << 2);
  }
}

/**
 * An image and the pixels around it, as squares of `step` * `step` pixels: rows and columns are those of squares.
 */
function loadSquares(
  from: usize,
  h: i32,
  w: i32,
  c: i32,
  to: usize,
  top: i32,
  left: i32,
  rows: i32,
  columns: i32,
  step: i32,
): void {
  const pixel = <usize> c << 2;
  if (step === 1) {
    loadRows(from, h, w, pixel, to, -top, rows, -left, columns);
    return;
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (let q = 0; q < step * step; q++) {
        const y = i * step + q / step - top, x = j * step + q % step - left;
        if (y < 0 || x < 0 || y >= h || x >= w) memory.fill(to, 0, pixel);
        else copyPixel(from + <usize> (y * w + x) * pixel, to, pixel);
        to += pixel;
      }
    }
  }
}

/** The inverse of `loadSquares`: what is inside the image. */
function storeSquares(
  from: usize,
  columns: i32,
  c: i32,
  to: usize,
  h: i32,
  w: i32,
  top: i32,
  left: i32,
  step: i32,
): void {
  const pixel = <usize> c << 2;
  for (let y = 0; y < h; y++) {
    const i = (y + top) / step, qy = (y + top) % step;
    if (step === 1) {
      memory.copy(to, from + <usize> (i * columns + left) * pixel, <usize> w * pixel);
      to += <usize> w * pixel;
      continue;
    }
    for (let x = 0; x < w; x++) {
      const j = (x + left) / step, q = qy * step + (x + left) % step;
      copyPixel(from + <usize> ((i * columns + j) * step * step + q) * pixel, to, pixel);
      to += pixel;
    }
  }
}

// @ts-ignore: decorator
@inline
function copyPixel(from: usize, to: usize, pixel: usize): void {
  for (let i: usize = 0; i < pixel; i += 16) v128.store(to + i, v128.load(from + i));
}

/** Tiles of (m+2)x(m+2) of an image `width` pixels wide, m apart, to `V[position][tile][channels]`. */
function transformInput(
  m: i32,
  image: usize,
  width: i32,
  channels: i32,
  tile: i32,
  tilesWide: i32,
  out: usize,
  position: usize,
): void {
  const pixel = <usize> channels << 2;
  const row = <usize> width * pixel;
  const from = image + <usize> (tile / tilesWide * m) * row + <usize> (tile % tilesWide * m) * pixel;
  inputTile(m, pixel, from, row, pixel, out, 32, <usize> (m + 2) * position, position);
}

/**
 * Tiles of m x m of dy to `Z[position]`, where panels of eight channels are `panelStep` bytes apart.
 */
function transformGradient(
  m: i32,
  image: usize,
  width: i32,
  channels: i32,
  tile: i32,
  tilesWide: i32,
  out: usize,
  panelStep: usize,
  position: usize,
): void {
  const pixel = <usize> channels << 2;
  const row = <usize> width * pixel;
  const from = image + <usize> (tile / tilesWide * m) * row + <usize> (tile % tilesWide * m) * pixel;
  gradientTile(m, pixel, from, row, pixel, out, panelStep, <usize> (m + 2) * position, position);
}

/** y = x * filter, with what follows it (see `finishImage`). Where it is pooled, its height and width are even. */
export function winogradForward(piece: i32, a: WinogradForwardArgs): void {
  const m = a.tile, size = <usize> (m + 2);
  const c = a.step * a.step * a.channels, n = a.outChannels, nWhole = wholePanels(n);
  const oh = a.outHeight, ow = a.outWidth;
  const tilesHigh = (oh + m - 1) / m, tilesWide = (ow + m - 1) / m;
  const tiles = tilesHigh * tilesWide;
  const ph = tilesHigh * m + 2, pw = tilesWide * m + 2;
  const most = a.blockTiles;
  const vPosition = positionSize(most * c), mPosition = positionSize(most * nWhole);
  const v = a.scratch + <usize> threadIndex() * a.scratchBytes;
  const products = v + size * size * vPosition;
  const finished = products + size * size * mPosition;
  const padded = finished + (<usize> (tiles * m * m * n) << 2);
  const isPadded = a.step > 1 || a.top > 0 || a.left > 0 || ph > a.height || pw > a.width;
  const first = piece * a.imagesPerPiece;
  const all = (min(first + a.imagesPerPiece, a.images) - first) * tiles;
  const pixel = <usize> n << 2;
  const outRow = <usize> (tilesWide * m) * pixel;

  for (let start = 0; start < all; start += most) {
    const block = min(most, all - start);
    for (let t = 0; t < block; t++) {
      const image = first + (start + t) / tiles, tile = (start + t) % tiles;
      const x = a.x + (<usize> (image * a.height * a.width * a.channels) << 2);
      if (isPadded && tile === 0) {
        loadSquares(x, a.height, a.width, a.channels, padded, a.top, a.left, ph, pw, a.step);
      }
      transformInput(
        m,
        isPadded ? padded : x,
        isPadded ? pw : a.width,
        c,
        tile,
        tilesWide,
        v + (<usize> (t * c) << 2),
        vPosition,
      );
    }
    multiply(size * size, v, vPosition, a.panels, products, mPosition, block, c, nWhole);
    for (let t = 0; t < block; t++) {
      const image = first + (start + t) / tiles, tile = (start + t) % tiles;
      const from = products + (<usize> (t * nWhole) << 2);
      const to = finished + <usize> (tile / tilesWide * m) * outRow +
        <usize> (tile % tilesWide * m) * pixel;
      outputTile(m, pixel, from, size * mPosition, mPosition, to, 32, outRow, pixel);
      if (tile === tiles - 1) {
        finishImage(finished, tilesWide * m, image, 0, oh, oh, ow, n, a.bias, a.relu, a.out, a.pooled, a.mask);
      }
    }
  }
}

/** The gradient of x. dy is dense, or the gradient of a 2x2 max-pooling that follows, with its mask. */
export function winogradInput(piece: i32, a: WinogradInputArgs): void {
  const m = a.tile, size = <usize> (m + 2);
  const c = a.step * a.step * a.channels, n = a.outChannels, cWhole = wholePanels(c);
  const oh = a.outHeight, ow = a.outWidth;
  const tilesHigh = (oh + m - 1) / m, tilesWide = (ow + m - 1) / m;
  const tiles = tilesHigh * tilesWide;
  // Rows and columns that no result reads have no gradient, but have to be written.
  const ph = max(tilesHigh * m + 2, (a.top + a.height + a.step - 1) / a.step);
  const pw = max(tilesWide * m + 2, (a.left + a.width + a.step - 1) / a.step);
  const most = a.blockTiles;
  const zPosition = positionSize(most * n), mPosition = positionSize(most * cWhole);
  const z = a.scratch + <usize> threadIndex() * a.scratchBytes;
  const products = z + size * size * zPosition;
  const dy = products + size * size * mPosition;
  const sums = dy + (<usize> (tiles * m * m * n) << 2);
  const first = piece * a.imagesPerPiece;
  const all = (min(first + a.imagesPerPiece, a.images) - first) * tiles;
  const pixel = <usize> c << 2;
  const row = <usize> pw * pixel;

  for (let start = 0; start < all; start += most) {
    const block = min(most, all - start);
    for (let t = 0; t < block; t++) {
      const image = first + (start + t) / tiles, tile = (start + t) % tiles;
      if (tile === 0) loadGradient(a.dy, a.mask, image, oh, ow, n, dy, tilesHigh * m, tilesWide * m);
      transformGradient(m, dy, tilesWide * m, n, tile, tilesWide, z + (<usize> (t * n) << 2), 32, zPosition);
    }
    multiply(size * size, z, zPosition, a.panels, products, mPosition, block, n, cWhole);
    for (let t = 0; t < block; t++) {
      const image = first + (start + t) / tiles, tile = (start + t) % tiles;
      if (tile === 0) memory.fill(sums, 0, <usize> ph * row);
      const from = products + (<usize> (t * cWhole) << 2);
      const to = sums + <usize> (tile / tilesWide * m) * row + <usize> (tile % tilesWide * m) * pixel;
      inputGradientTile(m, pixel, from, size * mPosition, mPosition, to, 32, row, pixel);
      if (tile === tiles - 1) {
        const out = a.out + (<usize> (image * a.height * a.width * a.channels) << 2);
        storeSquares(sums, pw, a.channels, out, a.height, a.width, a.top, a.left, a.step);
      }
    }
  }
}

/** The gradient of the filter, one sum a group of images (a piece): `out[group][kernel][channels][N]`. */
export function winogradFilterGrad(piece: i32, a: WinogradFilterGradArgs): void {
  const m = a.tile, size = <usize> (m + 2);
  const c = a.step * a.step * a.channels, n = a.outChannels, nWhole = wholePanels(n);
  const oh = a.outHeight, ow = a.outWidth;
  const tilesHigh = (oh + m - 1) / m, tilesWide = (ow + m - 1) / m;
  const tiles = tilesHigh * tilesWide;
  const ph = tilesHigh * m + 2, pw = tilesWide * m + 2;
  const most = a.blockTiles;
  const vPosition = positionSize(most * c), zPosition = positionSize(most * nWhole);
  const v = a.scratch + <usize> threadIndex() * a.scratchBytes;
  const z = v + size * size * vPosition;
  const sums = z + size * size * zPosition;
  const dy = sums + size * size * positionSize(c * nWhole);
  const padded = dy + (<usize> (tiles * m * m * n) << 2);
  const isPadded = a.step > 1 || a.top > 0 || a.left > 0 || ph > a.height || pw > a.width;
  const first = piece * a.imagesPerPiece;
  const all = (min(first + a.imagesPerPiece, a.images) - first) * tiles;

  for (let start = 0; start < all; start += most) {
    const block = min(most, all - start);
    for (let t = 0; t < block; t++) {
      const image = first + (start + t) / tiles, tile = (start + t) % tiles;
      const x = a.x + (<usize> (image * a.height * a.width * a.channels) << 2);
      if (tile === 0) {
        if (isPadded) loadSquares(x, a.height, a.width, a.channels, padded, a.top, a.left, ph, pw, a.step);
        loadGradient(a.dy, a.mask, image, oh, ow, n, dy, tilesHigh * m, tilesWide * m);
      }
      transformInput(
        m,
        isPadded ? padded : x,
        isPadded ? pw : a.width,
        c,
        tile,
        tilesWide,
        v + (<usize> (t * c) << 2),
        vPosition,
      );
      transformGradient(m, dy, tilesWide * m, n, tile, tilesWide, z + (<usize> t << 5), <usize> most << 5, zPosition);
    }
    accumulate(size * size, v, vPosition, z, zPosition, <usize> most << 5, sums, block, c, nWhole, start > 0);
  }
  finishFilter(a, sums, c, nWhole, a.out + (<usize> (piece * a.kernelHeight * a.kernelWidth * a.channels * n) << 2), dy);
}

/** A sum of filters, back from Winograd's domain. */
function finishFilter(
  a: WinogradFilterGradArgs,
  sums: usize,
  rows: i32,
  nWhole: i32,
  out: usize,
  taps: usize,
): void {
  const n = a.outChannels, c = a.channels;
  const size = <usize> (a.tile + 2);
  const position = positionSize(rows * nWhole);
  for (let row = 0; row < rows; row++) {
    const phase = row / c;
    for (let column = 0; column < n; column += 4) {
      const from = sums + (<usize> (row * nWhole + column) << 2);
      filterGradientTile(a.tile, from, size * position, position, taps, 48, 16);
      for (let tap = 0; tap < 9; tap++) {
        const y = tap / 3 * a.step + phase / a.step, x = tap % 3 * a.step + phase % a.step;
        if (y >= a.kernelHeight || x >= a.kernelWidth) continue;
        const o = out + (<usize> (((y * a.kernelWidth + x) * c + row % c) * n + column) << 2);
        v128.store(o, v128.load(taps + <usize> (tap << 4)));
      }
    }
  }
}

/** Sums `out[position] (c x n) += V[position]' (c x tiles) * Z[position] (panels of tiles x 8)`. */
function accumulate(
  positions: usize,
  v: usize,
  vPosition: usize,
  z: usize,
  zPosition: usize,
  panelBytes: usize,
  out: usize,
  tiles: i32,
  c: i32,
  n: i32,
  add: bool,
): void {
  const row = <usize> c << 2, outRow = <usize> n << 2;
  // A multiple of four is a sum of sixes and at most two fours.
  const sixes = c - (c % 6 === 4 ? 4 : c % 6 === 2 ? 8 : 0);
  for (let position: usize = 0; position < positions; position++) {
    let q = z + position * zPosition;
    let o = out + position * positionSize(c * n);
    for (let column = 0, panels = 1; column < n; column += panels * PANEL) {
      panels = inPairs((n - column) / PANEL);
      for (let i = 0, rows = 6; i < c; i += rows) {
        if (i === sixes) rows = 4;
        const p = v + position * vPosition + (<usize> i << 2);
        sumsOverPixels(rows, panels, p, row, tiles, q, panelBytes, o + <usize> i * outRow, outRow, add);
      }
      o += <usize> (panels * PANEL) << 2;
      q += <usize> panels * panelBytes;
    }
  }
}
