import { arg, threadIndex, threadTable } from "./control";
import { finishImage } from "./image";
import { loadLanes, madd, storeLanes } from "./simd";

/**
 * Matrix products with 6x8 blocks of the result in registers: 12 of the 16 vector registers that
 * V8 uses hold sums, two hold a row of the right-hand panel, one a broadcast value.
 */
const MR: i32 = 6;
const NR: i32 = 8;

/** Loop order inside a piece: this many row tiles stay in the first-level cache. */
const TILES_PER_BLOCK: i32 = 8;

/**
 * Right-hand matrices, repacked as panels `[batch][ceil(N/8)][K][8]` with zeros beyond N, so that the
 * inner loops read them in order. K runs over `taps * rows`.
 *
 * Args: 0 source, 1 panels, 2 batch stride of source, 3 taps, 4 rows, 5 N, 6 tap stride, 7 row
 * stride, 8 column stride (all in bytes), 9 number of units (batch * panels), 10 units per piece.
 */
export function pack(piece: i32): void {
  const source = <usize> arg(0), target = <usize> arg(1), batchStride = <usize> arg(2);
  const taps = arg(3), rows = arg(4), n = arg(5);
  const tapStride = <usize> arg(6), rowStride = <usize> arg(7), colStride = <usize> arg(8);
  const panels = (n + NR - 1) / NR;
  const first = piece * arg(10);
  const last = min(first + arg(10), arg(9));
  const panelBytes = <usize> (taps * rows) * (NR * 4);
  for (let unit = first; unit < last; unit++) {
    const column = (unit % panels) * NR;
    const width = min(NR, n - column);
    let from = source + <usize> (unit / panels) * batchStride + <usize> column * colStride;
    let to = target + <usize> unit * panelBytes;
    for (let tap = 0; tap < taps; tap++) {
      let p = from;
      if (colStride === 4 && width === NR) {
        for (let r = 0; r < rows; r++) {
          v128.store(to, v128.load(p));
          v128.store(to, v128.load(p, 16), 16);
          p += rowStride;
          to += NR * 4;
        }
      } else {
        let r = 0;
        if (rowStride === 4 && width === NR) {
          for (; r + 4 <= rows; r += 4) {
            transpose4(p, colStride, to);
            transpose4(p + 4 * colStride, colStride, to + 16);
            p += 16;
            to += 4 * NR * 4;
          }
        }
        for (; r < rows; r++) {
          for (let c = 0; c < NR; c++) {
            f32.store(to + (<usize> c << 2), c < width ? f32.load(p + <usize> c * colStride) : 0);
          }
          p += rowStride;
          to += NR * 4;
        }
      }
      from += tapStride;
    }
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

// @ts-ignore: decorator
@inline
function finish(v: v128, bias: v128, activation: i32): v128 {
  v = f32x4.add(v, bias);
  // In this order `pmax` keeps what is not a number.
  return activation === 1 ? f32x4.pmax(v, f32x4.splat(0)) : v;
}

/**
 * Rows times panels: `out[m, n] = sum_k a[m, k] * b[k, n] (+ bias[n]) (then ReLU)`.
 *
 * A row is found by its pixel, so that a convolution needs no im2col: row m starts at
 * `a + (m / OHOW) * imageBytes + (m % OHOW / OW) * rowBytes + (m % OW) * columnBytes`, and its K values
 * lie in `segments1 * segments2` runs of `length` floats. Padding is done before (see `pad`).
 *
 * Args: 0 a, 1 panels, 2 out, 3 bias or 0, 4 activation (1: ReLU), 5 M, 6 N, 7 OW, 8 OHOW,
 * 9 imageBytes, 10 rowBytes, 11 columnBytes, 12 segments1, 13 its stride, 14 segments2, 15 its
 * stride, 16 length, 17 row tiles per piece, 18 panels per piece, 19 pieces across the rows.
 */
export function rowsTimesPanels(piece: i32): void {
  const tiles = (arg(5) + MR - 1) / MR, panels = (arg(6) + NR - 1) / NR;
  const rowPieces = arg(19);
  const firstTile = (piece % rowPieces) * arg(17);
  const firstPanel = (piece / rowPieces) * arg(18);
  multiplyTiles(
    <usize> arg(0),
    <usize> arg(2),
    arg(5),
    firstTile,
    min(firstTile + arg(17), tiles),
    firstPanel,
    min(firstPanel + arg(18), panels),
    <usize> arg(3),
    arg(4),
  );
}

/** Tiles and panels of a product whose other terms are arguments 1 and 6 to 16 of `rowsTimesPanels`. */
export function multiplyTiles(
  a: usize,
  out: usize,
  m: i32,
  firstTile: i32,
  lastTile: i32,
  firstPanel: i32,
  lastPanel: i32,
  bias: usize,
  activation: i32,
): void {
  const b = <usize> arg(1);
  const n = arg(6), ow = arg(7), ohow = arg(8);
  const imageBytes = arg(9), rowBytes = arg(10), columnBytes = arg(11);
  const segments1 = arg(12), stride1 = <usize> arg(13);
  const segments2 = arg(14), stride2 = <usize> arg(15);
  const length = arg(16);
  const panelBytes = <usize> (segments1 * segments2 * length) * (NR * 4);
  const lengthBytes = <usize> length << 2;
  const rest2 = stride2 - lengthBytes;
  const rest1 = stride1 - <usize> segments2 * stride2;
  const pairs = length >> 1;
  const odd = length & 1;
  const outStride = <usize> n << 2;
  const offsets = threadTable();
  const last = m - 1;

  for (let block = firstTile; block < lastTile; block += TILES_PER_BLOCK) {
    const blockEnd = min(block + TILES_PER_BLOCK, lastTile);
    for (let row = block * MR; row < blockEnd * MR; row++) {
      store<i32>(
        offsets + (<usize> (row - block * MR) << 2),
        pixel(min(row, last), ow, ohow, imageBytes, rowBytes, columnBytes),
      );
    }
    for (let panel = firstPanel; panel < lastPanel; panel++) {
      const column = panel * NR;
      const width = min(n - column, NR);
      let bias0 = f32x4.splat(0), bias1 = f32x4.splat(0);
      if (bias !== 0) {
        if (width === NR) {
          bias0 = v128.load(bias + (<usize> column << 2));
          bias1 = v128.load(bias + (<usize> column << 2), 16);
        } else {
          bias0 = loadLanes(bias + (<usize> column << 2), width);
          bias1 = loadLanes(bias + (<usize> column << 2) + 16, width - 4);
        }
      }
      for (let tile = block; tile < blockEnd; tile++) {
        const row = tile * MR;
        const table = offsets + (<usize> ((tile - block) * MR) << 2);
        let a0 = a + load<u32>(table), a1 = a + load<u32>(table, 4), a2 = a + load<u32>(table, 8);
        let a3 = a + load<u32>(table, 12), a4 = a + load<u32>(table, 16);
        let a5 = a + load<u32>(table, 20);
        let p = b + <usize> panel * panelBytes;
        let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c10 = f32x4.splat(0), c11 = f32x4.splat(0);
        let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c30 = f32x4.splat(0), c31 = f32x4.splat(0);
        let c40 = f32x4.splat(0), c41 = f32x4.splat(0), c50 = f32x4.splat(0), c51 = f32x4.splat(0);
        if (length === 3 && segments2 === 1) {
          // A 3x3 filter on one channel.
          for (let s1 = 0; s1 < segments1; s1++) {
            let b0 = v128.load(p), b1 = v128.load(p, 16);
            let v = v128.load32_splat(a0);
            c00 = madd(v, b0, c00), c01 = madd(v, b1, c01);
            v = v128.load32_splat(a1);
            c10 = madd(v, b0, c10), c11 = madd(v, b1, c11);
            v = v128.load32_splat(a2);
            c20 = madd(v, b0, c20), c21 = madd(v, b1, c21);
            v = v128.load32_splat(a3);
            c30 = madd(v, b0, c30), c31 = madd(v, b1, c31);
            v = v128.load32_splat(a4);
            c40 = madd(v, b0, c40), c41 = madd(v, b1, c41);
            v = v128.load32_splat(a5);
            c50 = madd(v, b0, c50), c51 = madd(v, b1, c51);
            b0 = v128.load(p, 32), b1 = v128.load(p, 48);
            v = v128.load32_splat(a0, 4);
            c00 = madd(v, b0, c00), c01 = madd(v, b1, c01);
            v = v128.load32_splat(a1, 4);
            c10 = madd(v, b0, c10), c11 = madd(v, b1, c11);
            v = v128.load32_splat(a2, 4);
            c20 = madd(v, b0, c20), c21 = madd(v, b1, c21);
            v = v128.load32_splat(a3, 4);
            c30 = madd(v, b0, c30), c31 = madd(v, b1, c31);
            v = v128.load32_splat(a4, 4);
            c40 = madd(v, b0, c40), c41 = madd(v, b1, c41);
            v = v128.load32_splat(a5, 4);
            c50 = madd(v, b0, c50), c51 = madd(v, b1, c51);
            b0 = v128.load(p, 64), b1 = v128.load(p, 80);
            v = v128.load32_splat(a0, 8);
            c00 = madd(v, b0, c00), c01 = madd(v, b1, c01);
            v = v128.load32_splat(a1, 8);
            c10 = madd(v, b0, c10), c11 = madd(v, b1, c11);
            v = v128.load32_splat(a2, 8);
            c20 = madd(v, b0, c20), c21 = madd(v, b1, c21);
            v = v128.load32_splat(a3, 8);
            c30 = madd(v, b0, c30), c31 = madd(v, b1, c31);
            v = v128.load32_splat(a4, 8);
            c40 = madd(v, b0, c40), c41 = madd(v, b1, c41);
            v = v128.load32_splat(a5, 8);
            c50 = madd(v, b0, c50), c51 = madd(v, b1, c51);
            p += 96;
            a0 += stride1, a1 += stride1, a2 += stride1, a3 += stride1, a4 += stride1, a5 += stride1;
          }
        } else {for (let s1 = 0; s1 < segments1; s1++) {
          for (let s2 = 0; s2 < segments2; s2++) {
            for (let k = 0; k < pairs; k++) {
              let b0 = v128.load(p), b1 = v128.load(p, 16);
              let v = v128.load32_splat(a0);
              c00 = madd(v, b0, c00), c01 = madd(v, b1, c01);
              v = v128.load32_splat(a1);
              c10 = madd(v, b0, c10), c11 = madd(v, b1, c11);
              v = v128.load32_splat(a2);
              c20 = madd(v, b0, c20), c21 = madd(v, b1, c21);
              v = v128.load32_splat(a3);
              c30 = madd(v, b0, c30), c31 = madd(v, b1, c31);
              v = v128.load32_splat(a4);
              c40 = madd(v, b0, c40), c41 = madd(v, b1, c41);
              v = v128.load32_splat(a5);
              c50 = madd(v, b0, c50), c51 = madd(v, b1, c51);
              b0 = v128.load(p, 32), b1 = v128.load(p, 48);
              v = v128.load32_splat(a0, 4);
              c00 = madd(v, b0, c00), c01 = madd(v, b1, c01);
              v = v128.load32_splat(a1, 4);
              c10 = madd(v, b0, c10), c11 = madd(v, b1, c11);
              v = v128.load32_splat(a2, 4);
              c20 = madd(v, b0, c20), c21 = madd(v, b1, c21);
              v = v128.load32_splat(a3, 4);
              c30 = madd(v, b0, c30), c31 = madd(v, b1, c31);
              v = v128.load32_splat(a4, 4);
              c40 = madd(v, b0, c40), c41 = madd(v, b1, c41);
              v = v128.load32_splat(a5, 4);
              c50 = madd(v, b0, c50), c51 = madd(v, b1, c51);
              p += 64;
              a0 += 8, a1 += 8, a2 += 8, a3 += 8, a4 += 8, a5 += 8;
            }
            if (odd) {
              const b0 = v128.load(p), b1 = v128.load(p, 16);
              let v = v128.load32_splat(a0);
              c00 = madd(v, b0, c00), c01 = madd(v, b1, c01);
              v = v128.load32_splat(a1);
              c10 = madd(v, b0, c10), c11 = madd(v, b1, c11);
              v = v128.load32_splat(a2);
              c20 = madd(v, b0, c20), c21 = madd(v, b1, c21);
              v = v128.load32_splat(a3);
              c30 = madd(v, b0, c30), c31 = madd(v, b1, c31);
              v = v128.load32_splat(a4);
              c40 = madd(v, b0, c40), c41 = madd(v, b1, c41);
              v = v128.load32_splat(a5);
              c50 = madd(v, b0, c50), c51 = madd(v, b1, c51);
              p += 32;
              a0 += 4, a1 += 4, a2 += 4, a3 += 4, a4 += 4, a5 += 4;
            }
            a0 += rest2, a1 += rest2, a2 += rest2, a3 += rest2, a4 += rest2, a5 += rest2;
          }
          a0 += rest1, a1 += rest1, a2 += rest1, a3 += rest1, a4 += rest1, a5 += rest1;
        }}
        let o = out + <usize> row * outStride + (<usize> column << 2);
        storeRow(o, finish(c00, bias0, activation), finish(c01, bias1, activation), width);
        if (row + 1 < m) {
          o += outStride;
          storeRow(o, finish(c10, bias0, activation), finish(c11, bias1, activation), width);
        }
        if (row + 2 < m) {
          o += outStride;
          storeRow(o, finish(c20, bias0, activation), finish(c21, bias1, activation), width);
        }
        if (row + 3 < m) {
          o += outStride;
          storeRow(o, finish(c30, bias0, activation), finish(c31, bias1, activation), width);
        }
        if (row + 4 < m) {
          o += outStride;
          storeRow(o, finish(c40, bias0, activation), finish(c41, bias1, activation), width);
        }
        if (row + 5 < m) {
          o += outStride;
          storeRow(o, finish(c50, bias0, activation), finish(c51, bias1, activation), width);
        }
      }
    }
  }
}

/**
 * A convolution with what follows it (see `finishImage`), a few rows of an image at a time.
 *
 * Args: 0 to 16 as `rowsTimesPanels`, with 2 the whole result or 0, 4 ReLU; 17 images, 18 images per
 * piece, 19 rows of the result at a time (even), 20 scratch, 21 scratch bytes per thread, 22 pooled or 0,
 * 23 mask or 0.
 */
export function convolveFused(piece: i32): void {
  const n = arg(6), ow = arg(7), oh = arg(8) / ow, rows = arg(19);
  const scratch = <usize> arg(20) + <usize> threadIndex() * <usize> arg(21);
  const first = piece * arg(18);
  const last = min(first + arg(18), arg(17));
  const panels = (n + NR - 1) / NR;
  for (let image = first; image < last; image++) {
    const a = <usize> arg(0) + <usize> image * <usize> arg(9);
    for (let row = 0; row < oh; row += rows) {
      const end = min(row + rows, oh);
      const m = (end - row) * ow;
      multiplyTiles(
        a + <usize> (row * arg(10)),
        scratch,
        m,
        0,
        (m + MR - 1) / MR,
        0,
        panels,
        0,
        0,
      );
      finishImage(
        scratch,
        ow,
        image,
        row,
        end,
        oh,
        ow,
        n,
        <usize> arg(3),
        arg(4),
        <usize> arg(2),
        <usize> arg(22),
        <usize> arg(23),
      );
    }
  }
}

// @ts-ignore: decorator
@inline
function pixel(
  row: i32,
  ow: i32,
  ohow: i32,
  imageBytes: i32,
  rowBytes: i32,
  columnBytes: i32,
): i32 {
  const inImage = row % ohow;
  return (row / ohow) * imageBytes + (inImage / ow) * rowBytes + (inImage % ow) * columnBytes;
}

// @ts-ignore: decorator
@inline
function storeRow(p: usize, left: v128, right: v128, width: i32): void {
  if (width === NR) {
    v128.store(p, left);
    v128.store(p, right, 16);
  } else {
    storeLanes(p, left, width);
    if (width > 4) storeLanes(p + 16, right, width - 4);
  }
}

// @ts-ignore: decorator
@inline
function addRow(p: usize, left: v128, right: v128, width: i32, add: bool): void {
  if (add) {
    left = f32x4.add(left, loadLanes(p, width));
    right = f32x4.add(right, loadLanes(p + 16, width - 4));
  }
  storeRow(p, left, right, width);
}

/**
 * Transposed columns times panels: `out[k, n] = sum over images and pixels of x[pixel, k] * dy[pixel, n]`,
 * the gradient of a convolution's filter, and a matrix product with the left side transposed.
 *
 * Value k of a pixel lies at `(k / run) * runStride + k % run` floats from the pixel's start, pixels at
 * `row * rowBytes + column * columnBytes` from the image's start. A piece sums its images into a result
 * of its own, `out + group * K * N`.
 *
 * Args: 0 x, 1 panels of dy, one set an image, 2 out, 3 K, 4 N, 5 OH, 6 OW, 7 imageBytes, 8 rowBytes,
 * 9 columnBytes, 10 run, 11 runStride (floats), 12 images, 13 images per group, 14 groups, 15 k tiles per
 * piece.
 */
export function columnsTimesPanels(piece: i32): void {
  const x = <usize> arg(0), b = <usize> arg(1);
  const k = arg(3), n = arg(4), oh = arg(5), ow = arg(6);
  const imageBytes = <usize> arg(7), rowBytes = <usize> arg(8), columnBytes = <usize> arg(9);
  const run = arg(10), runStride = arg(11);
  const groups = arg(14);
  const group = piece % groups;
  const firstImage = group * arg(13);
  const lastImage = min(firstImage + arg(13), arg(12));
  const tiles = (k + MR - 1) / MR, panels = (n + NR - 1) / NR;
  const firstTile = (piece / groups) * arg(15);
  const lastTile = min(firstTile + arg(15), tiles);
  const out = <usize> arg(2) + <usize> group * <usize> (k * n) * 4;
  const panelBytes = <usize> (oh * ow) * (NR * 4);
  const rest = rowBytes - <usize> ow * columnBytes;
  const outStride = <usize> n << 2;
  const last = k - 1;

  for (let image = firstImage; image < lastImage; image++) {
    const base = x + <usize> image * imageBytes;
    const add = image > firstImage;
    const imagePanels = b + <usize> (image * panels) * panelBytes;
    for (let tile = firstTile; tile < lastTile; tile++) {
      const row = tile * MR;
      const o0 = base + offset(row, run, runStride);
      const o1 = base + offset(min(row + 1, last), run, runStride);
      const o2 = base + offset(min(row + 2, last), run, runStride);
      const o3 = base + offset(min(row + 3, last), run, runStride);
      const o4 = base + offset(min(row + 4, last), run, runStride);
      const o5 = base + offset(min(row + 5, last), run, runStride);
      for (let panel = 0; panel < panels; panel++) {
        let p = imagePanels + <usize> panel * panelBytes;
        let a0 = o0, a1 = o1, a2 = o2, a3 = o3, a4 = o4, a5 = o5;
        let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c10 = f32x4.splat(0), c11 = f32x4.splat(0);
        let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c30 = f32x4.splat(0), c31 = f32x4.splat(0);
        let c40 = f32x4.splat(0), c41 = f32x4.splat(0), c50 = f32x4.splat(0), c51 = f32x4.splat(0);
        // Six neighbouring columns; a tile of fewer rows may only look like it.
        if (row + 5 < k && o5 - o0 === 20) {
          for (let r = 0; r < oh; r++) {
            for (let c = 0; c < ow; c++) {
              const b0 = v128.load(p), b1 = v128.load(p, 16);
              let v = v128.load32_splat(a0);
              c00 = madd(v, b0, c00), c01 = madd(v, b1, c01);
              v = v128.load32_splat(a0, 4);
              c10 = madd(v, b0, c10), c11 = madd(v, b1, c11);
              v = v128.load32_splat(a0, 8);
              c20 = madd(v, b0, c20), c21 = madd(v, b1, c21);
              v = v128.load32_splat(a0, 12);
              c30 = madd(v, b0, c30), c31 = madd(v, b1, c31);
              v = v128.load32_splat(a0, 16);
              c40 = madd(v, b0, c40), c41 = madd(v, b1, c41);
              v = v128.load32_splat(a0, 20);
              c50 = madd(v, b0, c50), c51 = madd(v, b1, c51);
              p += 32;
              a0 += columnBytes;
            }
            a0 += rest;
          }
        } else {for (let r = 0; r < oh; r++) {
          for (let c = 0; c < ow; c++) {
            const b0 = v128.load(p), b1 = v128.load(p, 16);
            let v = v128.load32_splat(a0);
            c00 = madd(v, b0, c00), c01 = madd(v, b1, c01);
            v = v128.load32_splat(a1);
            c10 = madd(v, b0, c10), c11 = madd(v, b1, c11);
            v = v128.load32_splat(a2);
            c20 = madd(v, b0, c20), c21 = madd(v, b1, c21);
            v = v128.load32_splat(a3);
            c30 = madd(v, b0, c30), c31 = madd(v, b1, c31);
            v = v128.load32_splat(a4);
            c40 = madd(v, b0, c40), c41 = madd(v, b1, c41);
            v = v128.load32_splat(a5);
            c50 = madd(v, b0, c50), c51 = madd(v, b1, c51);
            p += 32;
            a0 += columnBytes, a1 += columnBytes, a2 += columnBytes;
            a3 += columnBytes, a4 += columnBytes, a5 += columnBytes;
          }
          a0 += rest, a1 += rest, a2 += rest, a3 += rest, a4 += rest, a5 += rest;
        }}
        const column = panel * NR;
        const width = min(n - column, NR);
        let o = out + <usize> row * outStride + (<usize> column << 2);
        addRow(o, c00, c01, width, add);
        if (row + 1 < k) addRow(o += outStride, c10, c11, width, add);
        if (row + 2 < k) addRow(o += outStride, c20, c21, width, add);
        if (row + 3 < k) addRow(o += outStride, c30, c31, width, add);
        if (row + 4 < k) addRow(o += outStride, c40, c41, width, add);
        if (row + 5 < k) addRow(o += outStride, c50, c51, width, add);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function offset(k: i32, run: i32, runStride: i32): usize {
  return <usize> ((k / run) * runStride + k % run) << 2;
}

/**
 * Copies images into larger zeroed ones: `out[n, top + h * stepH, left + w * stepW] = x[n, h, w]`, the
 * padding of a convolution, and the spreading of dy where a strided one is differentiated.
 *
 * Args: 0 x, 1 out, 2 H, 3 W, 4 C, 5 output height, 6 output width, 7 top, 8 left, 9 stepH, 10 stepW,
 * 11 images, 12 images per piece. Rows and columns that fall outside the output are left out.
 */
export function pad(piece: i32): void {
  const h = arg(2), w = arg(3), c = arg(4), oh = arg(5), ow = arg(6), top = arg(7), left = arg(8);
  const stepH = arg(9), stepW = arg(10);
  const first = piece * arg(12);
  const last = min(first + arg(12), arg(11));
  const pixelBytes = <usize> c << 2;
  const outBytes = <usize> (oh * ow) * pixelBytes;
  for (let image = first; image < last; image++) {
    const from = <usize> arg(0) + <usize> (image * h * w) * pixelBytes;
    const to = <usize> arg(1) + <usize> image * outBytes;
    memory.fill(to, 0, outBytes);
    for (let i = 0; i < h; i++) {
      const r = top + i * stepH;
      if (r < 0 || r >= oh) continue;
      for (let j = 0; j < w; j++) {
        const q = left + j * stepW;
        if (q < 0 || q >= ow) continue;
        memory.copy(
          to + <usize> (r * ow + q) * pixelBytes,
          from + <usize> (i * w + j) * pixelBytes,
          pixelBytes,
        );
      }
    }
  }
}
