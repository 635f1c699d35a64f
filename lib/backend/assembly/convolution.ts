import { ConvolveArgs, ConvolveFilterGradArgs, PackArgs } from "./arguments";
import { BLOCK_ROWS, inPairs, PANEL, rowsTimesPanels, sumsOverPixels } from "./blocks";
import { threadIndex, threadTable } from "./control";
import { finishImage, loadRows } from "./image";
import { storeLanes } from "./simd";

/**
 * Convolutions as matrix products whose rows are addressed by pixel, so that nothing is unrolled in memory (no
 * im2col); plain products are convolutions of images one pixel wide.
 *
 * Work is cut into units: a few rows of the result of one image, or a few whole images. Where an image needs
 * padding, a unit's part of it is copied into a thread's scratch first.
 */

/** Rows of the left side that are multiplied by all panels while they are in the first-level cache. */
const MOST_ROWS: i32 = 4 * BLOCK_ROWS;
/** Depth of a product that is summed at a time: its panel stays in the first-level cache. */
const MOST_DEPTH: i32 = 384;

/** Bytes of a panel's row. */
const ROW: usize = 4 * PANEL;
/** Bytes of a pixel's part in a tile: runs are copied in whole vectors, up to three values too many. */
const TILE_ROW: usize = 48;

const ZEROS: usize = memory.data<f32>([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
/** Offsets of the rows of a contiguous block. */
const SIDE_BY_SIDE: usize = memory.data<u32>([0, 32, 64, 96, 128, 160]);

/** A thread's table: offsets of the left side's rows, of the result's, and a contiguous block. */
const OUTS: usize = 4 * MOST_ROWS;
const BLOCK: usize = 8 * MOST_ROWS;

/**
 * Right-hand matrices, repacked as panels `[batch][ceil(columns / 8)][taps * rows][8]` with zeros beyond the
 * columns, so that the inner loops read them in order.
 */
export function pack(piece: i32, a: PackArgs): void {
  const rows = a.rows, columns = a.columns;
  const panels = (columns + PANEL - 1) / PANEL;
  const first = piece * a.unitsPerPiece;
  const last = min(first + a.unitsPerPiece, a.units);
  const panelBytes = <usize> (a.tapRows * a.tapColumns * rows * PANEL) << 2;
  for (let unit = first; unit < last; unit++) {
    const column = (unit % panels) * PANEL;
    const from = a.source + <usize> (unit / panels) * a.batchStride +
      <usize> column * a.columnStride;
    let to = a.panels + <usize> unit * panelBytes;
    for (let tapRow = 0; tapRow < a.tapRows; tapRow++) {
      for (let tap = 0; tap < a.tapColumns; tap++) {
        packRows(
          from + <usize> tapRow * a.tapRowStride + <usize> tap * a.tapColumnStride,
          rows,
          a.rowStride,
          min(PANEL, columns - column),
          a.columnStride,
          to,
        );
        to += <usize> (rows * PANEL) << 2;
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function packRows(
  p: usize,
  rows: i32,
  rowStride: usize,
  width: i32,
  columnStride: usize,
  to: usize,
): void {
  let r = 0;
  if (width === PANEL) {
    if (columnStride === 4) {
      for (; r < rows; r++) {
        v128.store(to, v128.load(p));
        v128.store(to, v128.load(p, 16), 16);
        p += rowStride;
        to += 32;
      }
    } else if (rowStride === 4) {
      for (; r + 4 <= rows; r += 4) {
        transpose4(p, columnStride, to);
        transpose4(p + 4 * columnStride, columnStride, to + 16);
        p += 16;
        to += 128;
      }
    }
  }
  for (; r < rows; r++) {
    for (let c = 0; c < PANEL; c++) {
      f32.store(to + (<usize> c << 2), c < width ? f32.load(p + <usize> c * columnStride) : 0);
    }
    p += rowStride;
    to += 32;
  }
}

/** Four columns of four values, `stride` bytes apart, to four rows of a panel. */
// @ts-ignore: decorator
@inline
function transpose4(p: usize, stride: usize, to: usize): void {
  const a = v128.load(p), b = v128.load(p + stride);
  const c = v128.load(p + 2 * stride), d = v128.load(p + 3 * stride);
  const ab = i32x4.shuffle(a, b, 0, 4, 1, 5), ab2 = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cd = i32x4.shuffle(c, d, 0, 4, 1, 5), cd2 = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(to, i64x2.shuffle(ab, cd, 0, 2));
  v128.store(to, i64x2.shuffle(ab, cd, 1, 3), 32);
  v128.store(to, i64x2.shuffle(ab2, cd2, 0, 2), 64);
  v128.store(to, i64x2.shuffle(ab2, cd2, 1, 3), 96);
}

/**
 * A convolution with what follows it (see `finishImage`), or the gradient of one's input.
 *
 * Result (m, tap by tap) reads pixel `m * stride + tap * dilation - top` of x. In the gradient of an input
 * that was convolved with a stride, x is dy, and the input's pixels fall into `step` * `step` phases, each a
 * convolution of its own with those taps of the filter that meet it: phase q of result m is pixel
 * `m * step + q - crop`, and its filter has `ceil((kernel - q) / step)` taps. Panels of the phases follow one
 * another. Forward, there is one phase.
 */
export function convolve(piece: i32, a: ConvolveArgs): void {
  const n = a.outChannels, rows = a.rows;
  const strips = (rows + a.unitRows - 1) / a.unitRows;
  const units = strips * ((a.images + a.unitImages - 1) / a.unitImages);
  const firstUnit = piece % a.unitPieces * a.unitsPerPiece;
  const lastUnit = min(firstUnit + a.unitsPerPiece, units);
  const panels = (n + PANEL - 1) / PANEL;
  const firstPanel = piece / a.unitPieces * a.panelsPerPiece;
  const lastPanel = min(firstPanel + a.panelsPerPiece, panels);
  const tapsHigh = (a.kernelHeight + a.stepHeight - 1) / a.stepHeight;
  const tapsWide = (a.kernelWidth + a.stepWidth - 1) / a.stepWidth;
  const pixel = <usize> a.channels << 2, outPixel = <usize> n << 2;
  const isStrip = a.stripWidth !== 0;
  const width = isStrip ? a.stripWidth : a.width;
  const row = <usize> width * pixel;
  const scratch = a.scratch + <usize> threadIndex() * a.scratchBytes;
  for (let unit = firstUnit; unit < lastUnit; unit++) {
    const image = unit / strips * a.unitImages;
    const images = min(a.unitImages, a.images - image);
    const first = unit % strips * a.unitRows;
    const last = min(first + a.unitRows, rows);
    const stripRows = (last - first - 1) * a.strideHeight + (tapsHigh - 1) * a.dilationHeight + 1;
    let x = a.x + <usize> (image * a.height) * row + <usize> (first * a.strideHeight) * row;
    let imageBytes = <usize> a.height * row;
    if (isStrip) {
      x = scratch;
      imageBytes = <usize> stripRows * row;
      for (let i = 0; i < images; i++) {
        loadRows(
          a.x + <usize> ((image + i) * a.height * a.width) * pixel,
          a.height,
          a.width,
          pixel,
          x + <usize> i * imageBytes,
          first * a.strideHeight - a.top,
          stripRows,
          -a.left,
          width,
        );
      }
    }
    const isPooled = a.pooled !== 0;
    const result = isPooled ? scratch + a.scratchBytes - <usize> (a.unitImages * a.unitRows * a.columns) * outPixel : a.out;
    let phasePanels = a.panels;
    for (let qy = 0; qy < a.stepHeight; qy++) {
      const high = (a.kernelHeight - qy + a.stepHeight - 1) / a.stepHeight;
      // Rows of this phase that are inside the result: m * step + top.
      const top = a.cropTop / a.stepHeight * a.stepHeight + qy - a.cropTop;
      const phaseFirst = max(first, top < 0 ? 1 : 0);
      const phaseLast = min(last, (a.outHeight - top + a.stepHeight - 1) / a.stepHeight);
      for (let qx = 0; qx < a.stepWidth; qx++) {
        const wide = (a.kernelWidth - qx + a.stepWidth - 1) / a.stepWidth;
        const left = a.cropLeft / a.stepWidth * a.stepWidth + qx - a.cropLeft;
        const firstColumn = left < 0 ? 1 : 0;
        const lastColumn = min(a.columns, (a.outWidth - left + a.stepWidth - 1) / a.stepWidth);
        const isDense = a.dilationWidth === 1;
        const panelBytes = <usize> (high * wide * a.channels * PANEL) << 2;
        // Rows of the filter above or below the image are skipped.
        for (let m = phaseFirst, end = m; m < phaseLast && firstColumn < lastColumn; m = end) {
          const source = m * a.strideHeight + (tapsHigh - high) * a.dilationHeight - a.top;
          const from = firstTap(source, a.dilationHeight, high);
          const to = tapsAbove(source, a.dilationHeight, high, a.height);
          for (end = m + 1; end < phaseLast; end++) {
            const next = source + (end - m) * a.strideHeight;
            if (firstTap(next, a.dilationHeight, high) !== from) break;
            if (tapsAbove(next, a.dilationHeight, high, a.height) !== to) break;
          }
          const skipped = <usize> (from * wide * a.channels * PANEL) << 2;
          multiply(
            x + <usize> ((m - first) * a.strideHeight + (tapsHigh - high + from) * a.dilationHeight) * row +
              <usize> (firstColumn * a.strideWidth + (tapsWide - wide) * a.dilationWidth) * pixel,
            imageBytes,
            <usize> a.strideHeight * row,
            <usize> a.strideWidth * pixel,
            max(to - from, 0),
            <usize> a.dilationHeight * row,
            isDense ? 1 : wide,
            <usize> a.dilationWidth * pixel,
            isDense ? wide * a.channels : a.channels,
            isPooled
              ? result + <usize> ((m - first) * a.columns) * outPixel
              : result + <usize> ((image * a.outHeight + m * a.stepHeight + top) * a.outWidth +
                firstColumn * a.stepWidth + left) * outPixel,
            <usize> (isPooled ? (last - first) * a.columns : a.outHeight * a.outWidth) * outPixel,
            <usize> (a.stepHeight * (isPooled ? a.columns : a.outWidth)) * outPixel,
            <usize> a.stepWidth * outPixel,
            images,
            end - m,
            lastColumn - firstColumn,
            phasePanels + skipped,
            panelBytes,
            firstPanel,
            lastPanel,
            n,
            isPooled ? 0 : a.bias,
            isPooled ? 0 : a.relu,
            a.add !== 0,
          );
        }
        phasePanels += <usize> panels * panelBytes;
      }
    }
    if (isPooled) {
      for (let i = 0; i < images; i++) {
        finishImage(
          result + <usize> (i * (last - first) * a.columns) * outPixel,
          a.columns,
          image + i,
          first,
          last,
          a.outHeight,
          a.outWidth,
          n,
          a.bias,
          a.relu,
          0,
          a.pooled,
          a.mask,
        );
      }
    }
  }
}

/** The first tap that is not above an image, of `taps` from row `source` on. */
// @ts-ignore: decorator
@inline
function firstTap(source: i32, dilation: i32, taps: i32): i32 {
  return source >= 0 ? 0 : min(taps, (dilation - 1 - source) / dilation);
}

/** How many taps are not below an image. */
// @ts-ignore: decorator
@inline
function tapsAbove(source: i32, dilation: i32, taps: i32, height: i32): i32 {
  return source >= height ? 0 : min(taps, (height - 1 - source) / dilation + 1);
}

/**
 * Rows of `segments * subsegments` runs of `length` floats, times panels. Rows are those of pixels of `images`,
 * each `rows * columns`, in x as in the result.
 */
function multiply(
  x: usize,
  imageBytes: usize,
  rowBytes: usize,
  columnBytes: usize,
  segments: i32,
  segmentBytes: usize,
  subsegments: i32,
  subsegmentBytes: usize,
  length: i32,
  out: usize,
  outImageBytes: usize,
  outRowBytes: usize,
  outColumnBytes: usize,
  images: i32,
  rows: i32,
  columns: i32,
  panels: usize,
  panelBytes: usize,
  firstPanel: i32,
  lastPanel: i32,
  n: i32,
  bias: usize,
  relu: i32,
  add: bool,
): void {
  const table = threadTable(), outs = table + OUTS, block = table + BLOCK;
  const segmentDepth = subsegments * length;
  // A chunk of the depth is a few segments, or a part of the only one.
  const isSplit = segments === 1 && subsegments === 1;
  const chunk = isSplit ? MOST_DEPTH : max(1, MOST_DEPTH / max(1, segmentDepth));
  const all = isSplit ? length : segments;
  const subrest = subsegmentBytes - (<usize> length << 2);
  const rest = segmentBytes - <usize> subsegments * subsegmentBytes;
  const total = images * rows * columns;
  let image = 0, row = 0, column = 0;
  for (let start = 0; start < total; start += MOST_ROWS) {
    const count = min(MOST_ROWS, total - start);
    for (let i: usize = 0; i < <usize> count; i++) {
      const p = <usize> image * imageBytes + <usize> row * rowBytes + <usize> column * columnBytes;
      const q = <usize> image * outImageBytes + <usize> row * outRowBytes + <usize> column * outColumnBytes;
      store<u32>(table + (i << 2), <u32> p);
      store<u32>(outs + (i << 2), <u32> q);
      if (++column === columns) {
        column = 0;
        if (++row === rows) {
          row = 0;
          image++;
        }
      }
    }
    let done = 0;
    do {
      const part = min(chunk, all - done);
      const from = x + (isSplit ? <usize> done << 2 : <usize> done * segmentBytes);
      const panel = panels + (<usize> (isSplit ? done : done * segmentDepth) * PANEL << 2);
      const isFirst = done === 0 && !add, isLast = done + part >= all;
      for (let i = firstPanel, together = 1; i < lastPanel; i += together) {
        const width = min(PANEL, n - i * PANEL);
        const o = out + (<usize> (i * PANEL) << 2);
        const begin: usize = isFirst ? bias !== 0 ? bias + (<usize> (i * PANEL) << 2) : ZEROS : 0;
        together = inPairs(min(lastPanel - i, n / PANEL - i));
        for (let r = 0; r < count; r += BLOCK_ROWS) {
          const height = min(BLOCK_ROWS, count - r);
          const rowOuts = outs + (<usize> r << 2);
          if (width < PANEL && !isFirst) {
            for (let j: usize = 0; j < <usize> height; j++) copyLanes(o + load<u32>(rowOuts + (j << 2)), block + (j << 5), width);
          }
          rowsTimesPanels(
            height,
            together,
            from,
            table + (<usize> r << 2),
            isSplit ? 1 : part,
            rest,
            subsegments,
            subrest,
            isSplit ? part : length,
            panel + <usize> i * panelBytes,
            panelBytes,
            width < PANEL ? block : o,
            width < PANEL ? SIDE_BY_SIDE : rowOuts,
            begin,
            isLast ? relu : 0,
          );
          if (width < PANEL) {
            for (let j: usize = 0; j < <usize> height; j++) copyLanes(block + (j << 5), o + load<u32>(rowOuts + (j << 2)), width);
          }
        }
      }
      done += part;
    } while (done < all);
  }
}

/** The first `width` (up to 8) floats. */
function copyLanes(from: usize, to: usize, width: i32): void {
  if (width >= 4) {
    v128.store(to, v128.load(from));
    from += 16;
    to += 16;
    width -= 4;
  }
  if (width > 0) storeLanes(to, v128.load(from), width);
}

/**
 * The gradient of a convolution's filter, and a product whose left side is transposed:
 * `out[group][k, n] = sum over the group's units and their pixels of x[pixel, k] * dy[pixel, n]`. A piece makes a
 * few panels of n and tiles of six k in one group.
 */
export function convolveFilterGrad(piece: i32, a: ConvolveFilterGradArgs): void {
  const n = a.outChannels, columns = a.columns;
  const pixel = <usize> a.channels << 2;
  const isStrip = a.stripWidth !== 0;
  const row = <usize> (isStrip ? a.stripWidth : a.width) * pixel;
  const strips = (a.rows + a.unitRows - 1) / a.unitRows;
  const units = strips * ((a.images + a.unitImages - 1) / a.unitImages);
  const group = piece % a.groups;
  const firstUnit = group * a.unitsPerGroup;
  const lastUnit = min(firstUnit + a.unitsPerGroup, units);
  const depth = a.kernelHeight * a.kernelWidth * a.channels;
  const part = piece / a.groups;
  const firstPanel = part % a.panelPieces * a.panelsPerPiece;
  const lastPanel = min(firstPanel + a.panelsPerPiece, (n + PANEL - 1) / PANEL);
  const firstTile = part / a.panelPieces * a.tilesPerPiece;
  const lastTile = min(firstTile + a.tilesPerPiece, (depth + BLOCK_ROWS - 1) / BLOCK_ROWS);
  const pixels = a.unitImages * a.unitRows * columns;
  const offsets = a.scratch + <usize> threadIndex() * a.scratchBytes;
  const packed = offsets + (<usize> ((pixels + 3) & ~3) << 2);
  const tileAt = packed + (<usize> (a.panelsPerPiece * PANEL * pixels) << 2);
  const scratch = tileAt + <usize> pixels * TILE_ROW;
  const out = a.out + (<usize> (group * depth * n) << 2);
  for (let unit = firstUnit; unit < lastUnit; unit++) {
    const image = unit / strips * a.unitImages;
    const images = min(a.unitImages, a.images - image);
    const first = unit % strips * a.unitRows;
    const last = min(first + a.unitRows, a.rows);
    const stripRows = (last - first - 1) * a.strideHeight + (a.kernelHeight - 1) * a.dilationHeight + 1;
    let x = a.x + <usize> (image * a.height + first * a.strideHeight) * row;
    let imageBytes = <usize> a.height * row;
    if (isStrip) {
      x = scratch;
      imageBytes = <usize> stripRows * row;
      for (let i = 0; i < images; i++) {
        loadRows(
          a.x + <usize> ((image + i) * a.height * a.width) * pixel,
          a.height,
          a.width,
          pixel,
          x + <usize> i * imageBytes,
          first * a.strideHeight - a.top,
          stripRows,
          -a.left,
          a.stripWidth,
        );
      }
    }
    let count = 0;
    for (let i = 0; i < images; i++) {
      for (let r = 0; r < last - first; r++) {
        let p = <usize> i * imageBytes + <usize> (r * a.strideHeight) * row;
        for (let c = 0; c < columns; c++) {
          store<u32>(offsets + (<usize> count << 2), <u32> p);
          count++;
          p += <usize> a.strideWidth * pixel;
        }
      }
    }
    const dy = a.dy + <usize> ((image * a.rows + first) * columns) * a.pixelStride;
    for (let i = firstPanel; i < lastPanel; i++) {
      packRows(
        dy + <usize> (i * PANEL) * a.channelStride,
        count,
        a.pixelStride,
        min(PANEL, n - i * PANEL),
        a.channelStride,
        packed + (<usize> ((i - firstPanel) * PANEL * count) << 2),
      );
    }
    const add = unit > firstUnit || a.add !== 0;
    for (let tile = firstTile; tile < lastTile; tile++) {
      sumTile(a, x, row, offsets, count, tileAt, packed, out, tile, firstPanel, lastPanel, add);
    }
  }
}

/** Adds a unit's part to a tile of a filter's gradient. */
function sumTile(
  a: ConvolveFilterGradArgs,
  x: usize,
  rowBytes: usize,
  offsets: usize,
  pixels: i32,
  left: usize,
  right: usize,
  out: usize,
  tile: i32,
  firstPanel: i32,
  lastPanel: i32,
  add: bool,
): void {
  const block = threadTable() + BLOCK;
  const n = a.outChannels;
  const outRow = <usize> n << 2;
  const depth = a.kernelHeight * a.kernelWidth * a.channels;
  const first = tile * BLOCK_ROWS;
  const height = min(BLOCK_ROWS, depth - first);
  packTile(a, x, rowBytes, offsets, pixels, first, depth, left);
  const panelBytes = <usize> (PANEL * pixels) << 2;
  for (let i = firstPanel, together = 1; i < lastPanel; i += together) {
    const o = out + <usize> first * outRow + (<usize> (i * PANEL) << 2);
    const panel = right + <usize> (i - firstPanel) * panelBytes;
    const width = min(PANEL, n - i * PANEL);
    const isWhole = height === BLOCK_ROWS && width === PANEL;
    together = isWhole ? inPairs(min(lastPanel - i, n / PANEL - i)) : 1;
    const to = isWhole ? o : block, toRow = isWhole ? outRow : ROW;
    if (add && !isWhole) {
      for (let r: usize = 0; r < <usize> height; r++) copyLanes(o + r * outRow, block + r * ROW, width);
    }
    sumsOverPixels(BLOCK_ROWS, together, left, TILE_ROW, pixels, panel, panelBytes, to, toRow, add);
    if (isWhole) continue;
    for (let r: usize = 0; r < <usize> height; r++) copyLanes(block + r * ROW, o + r * outRow, width);
  }
}

/**
 * Copies the values of pixels that belong to the six rows of the gradient from `first` on, pixel by pixel; values
 * of adjacent rows are mostly adjacent, too, and are copied together.
 */
function packTile(
  a: ConvolveFilterGradArgs,
  x: usize,
  rowBytes: usize,
  offsets: usize,
  pixels: i32,
  first: i32,
  depth: i32,
  to: usize,
): void {
  const c = a.channels;
  const last = min(first + BLOCK_ROWS, depth);
  for (let k = first, end = k; k < last; k = end) {
    const tap = k / c;
    // A row of taps is one run, if they are not dilated.
    const run = a.dilationWidth === 1 ? a.kernelWidth * c : c;
    end = min(last, (k / run + 1) * run);
    const from = x + <usize> (tap / a.kernelWidth * a.dilationHeight) * rowBytes +
      (<usize> (tap % a.kernelWidth * a.dilationWidth * c + k % c) << 2);
    copyRuns(from, offsets, pixels, to + (<usize> (k - first) << 2), end - k > 4);
  }
}

/** Up to four or up to eight values from each of the offsets on. */
function copyRuns(from: usize, offsets: usize, pixels: i32, to: usize, isLong: bool): void {
  for (let i = pixels; i > 0; i--) {
    const p = from + load<u32>(offsets);
    v128.store(to, v128.load(p));
    if (isLong) v128.store(to, v128.load(p, 16), 16);
    offsets += 4;
    to += TILE_ROW;
  }
}
