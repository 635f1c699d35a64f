import { AvgPoolArgs, AvgPoolGradArgs, MaxPoolArgs, MaxPoolGradArgs } from "./arguments";
import { storeLanes } from "./simd";

// @ts-ignore: decorator
@inline
function join(isMax: bool, a: v128, b: v128): v128 {
  return isMax ? f32x4.pmax(a, b) : f32x4.add(a, b);
}

// @ts-ignore: decorator
@inline
function ofRectangle(
  isMax: bool,
  p: usize,
  row: usize,
  rows: i32,
  columns: i32,
  pixel: usize,
  divisor: i32,
  o: usize,
): void {
  const start = f32x4.splat(isMax ? -Infinity : 0), by = f32x4.splat(<f32> divisor);
  let c: usize = 0;
  for (; c + 64 <= pixel; c += 64) {
    let v0 = start, v1 = start, v2 = start, v3 = start;
    let r = p + c;
    for (let i = 0; i < rows; i++) {
      let q = r;
      for (let j = 0; j < columns; j++) {
        v0 = join(isMax, v0, v128.load(q));
        v1 = join(isMax, v1, v128.load(q, 16));
        v2 = join(isMax, v2, v128.load(q, 32));
        v3 = join(isMax, v3, v128.load(q, 48));
        q += pixel;
      }
      r += row;
    }
    v128.store(o + c, isMax ? v0 : f32x4.div(v0, by));
    v128.store(o + c, isMax ? v1 : f32x4.div(v1, by), 16);
    v128.store(o + c, isMax ? v2 : f32x4.div(v2, by), 32);
    v128.store(o + c, isMax ? v3 : f32x4.div(v3, by), 48);
  }
  for (; c < pixel; c += 16) {
    let v = start;
    let r = p + c;
    for (let i = 0; i < rows; i++) {
      let q = r;
      for (let j = 0; j < columns; j++) {
        v = join(isMax, v, v128.load(q));
        q += pixel;
      }
      r += row;
    }
    storeLanes(o + c, isMax ? v : f32x4.div(v, by), <i32> (pixel - c) >> 2);
  }
}

/** The maxima of a rectangle of pixels, its rows `row` bytes apart. */
function greatest(p: usize, row: usize, rows: i32, columns: i32, pixel: usize, o: usize): void {
  ofRectangle(true, p, row, rows, columns, pixel, 1, o);
}

/** The sum of a rectangle of pixels, its rows `row` bytes apart, over `divisor`. */
function average(
  p: usize,
  row: usize,
  rows: i32,
  columns: i32,
  pixel: usize,
  divisor: i32,
  o: usize,
): void {
  ofRectangle(false, p, row, rows, columns, pixel, divisor, o);
}

/** The classes of arguments have the same fields. */
// @ts-ignore: decorator
@inline
function pool(isMax: bool, piece: i32, a: MaxPoolArgs): void {
  const pixel = <usize> a.channels << 2;
  const row = <usize> a.width * pixel;
  const first = piece * a.unitsPerPiece;
  const last = min(first + a.unitsPerPiece, a.images * a.outHeight);
  let o = a.out + <usize> (first * a.outWidth) * pixel;
  for (let index = first; index < last; index++) {
    const y = index % a.outHeight * a.strideHeight - a.top;
    const r = max(y, 0);
    const rows = max(min(y + a.windowHeight, a.height) - r, 0);
    const p = a.x + <usize> (index / a.outHeight * a.height + r) * row;
    for (let j = 0; j < a.outWidth; j++) {
      const x = j * a.strideWidth - a.left;
      const s = max(x, 0);
      const columns = max(min(x + a.windowWidth, a.width) - s, 0);
      const q = p + <usize> s * pixel;
      if (isMax) greatest(q, row, rows, columns, pixel, o);
      else average(q, row, rows, columns, pixel, rows * columns, o);
      o += pixel;
    }
  }
}

/** Max-pooling, NHWC: the maximum of the part of each window that is inside the image. A unit is a row. */
export function maxPool(piece: i32, a: MaxPoolArgs): void {
  pool(true, piece, a);
}

/** Average pooling: the mean of that part; NaN where there is none. A unit is a row. */
export function avgPool(piece: i32, a: AvgPoolArgs): void {
  pool(false, piece, changetype<MaxPoolArgs>(a));
}

/** Adds `dy` of one window to the first maximum, channel by channel; writes it if windows do not overlap. */
// @ts-ignore: decorator
@inline
function toGreatest(
  isApart: bool,
  x: usize,
  dx: usize,
  d: usize,
  row: usize,
  rows: i32,
  columns: i32,
  pixel: usize,
): void {
  for (let c: usize = 0; c < pixel; c += 16) {
    let best = f32x4.splat(-Infinity), where = i32x4.splat(-1);
    let at = c, number = i32x4.splat(0);
    for (let i = 0; i < rows; i++) {
      let p = at;
      for (let j = 0; j < columns; j++) {
        const value = v128.load(x + p);
        const greater = f32x4.gt(value, best);
        best = v128.bitselect(value, best, greater);
        where = v128.bitselect(number, where, greater);
        number = i32x4.add(number, i32x4.splat(1));
        p += pixel;
      }
      at += row;
    }
    const dy = v128.load(d + c), lanes = <i32> (pixel - c) >> 2;
    at = c;
    number = i32x4.splat(0);
    for (let i = 0; i < rows; i++) {
      let p = at;
      for (let j = 0; j < columns; j++) {
        const mine = v128.and(dy, i32x4.eq(where, number));
        storeLanes(dx + p, isApart ? mine : f32x4.add(v128.load(dx + p), mine), lanes);
        number = i32x4.add(number, i32x4.splat(1));
        p += pixel;
      }
      at += row;
    }
  }
}

/** Gradient of max-pooling: each dy goes to the first maximum of its window. A unit is an image. */
export function maxPoolGrad(piece: i32, a: MaxPoolGradArgs): void {
  const h = a.height, w = a.width, oh = a.outHeight, ow = a.outWidth;
  const fh = a.windowHeight, fw = a.windowWidth, sh = a.strideHeight, sw = a.strideWidth;
  const top = a.top, left = a.left;
  const first = piece * a.unitsPerPiece;
  const last = min(first + a.unitsPerPiece, a.images);
  const pixel = <usize> a.channels << 2;
  const row = <usize> w * pixel, imageBytes = <usize> h * row;
  const isApart = sh >= fh && sw >= fw;
  const isWhole = top === 0 && left === 0 && fh === sh && fw === sw && oh * sh === h && ow * sw === w;
  let d = a.dy + <usize> (first * oh * ow) * pixel;
  for (let image = first; image < last; image++) {
    const x = a.x + <usize> image * imageBytes;
    const dx = a.out + <usize> image * imageBytes;
    if (!isWhole) memory.fill(dx, 0, imageBytes);
    for (let i = 0; i < oh; i++) {
      const r = max(i * sh - top, 0);
      const rows = min(i * sh - top + fh, h) - r;
      for (let j = 0; j < ow; j++) {
        const s = max(j * sw - left, 0);
        const columns = min(j * sw - left + fw, w) - s;
        const at = <usize> (r * w + s) * pixel;
        if (isApart) toGreatest(true, x + at, dx + at, d, row, rows, columns, pixel);
        else toGreatest(false, x + at, dx + at, d, row, rows, columns, pixel);
        d += pixel;
      }
    }
  }
}

/**
 * Gradient of average pooling as tfjs defines it: each pixel is in some windows, and gets from the dy
 * of each its share of a whole window, padding or not. A unit is a row of x.
 */
export function avgPoolGrad(piece: i32, a: AvgPoolGradArgs): void {
  const h = a.height, w = a.width, oh = a.outHeight, ow = a.outWidth;
  const fh = a.windowHeight, fw = a.windowWidth, sh = a.strideHeight, sw = a.strideWidth;
  const pixel = <usize> a.channels << 2;
  const row = <usize> ow * pixel;
  const first = piece * a.unitsPerPiece;
  const last = min(first + a.unitsPerPiece, a.images * h);
  let o = a.out + <usize> (first * w) * pixel;
  for (let index = first; index < last; index++) {
    const r = index % h + a.top;
    const i = max(r - fh + sh, 0) / sh;
    const rows = min(r / sh + 1, oh) - i;
    const p = a.dy + <usize> (index / h * oh + i) * row;
    let j = 0, end = 0;
    for (let s = a.left; s < a.left + w; s++) {
      // The windows that hold column s of the padded image: j up to end.
      while (j * sw + fw <= s) j++;
      while (end < ow && end * sw <= s) end++;
      average(p + <usize> j * pixel, row, rows, end - j, pixel, fh * fw, o);
      o += pixel;
    }
  }
}
