import { arg } from "./control";
import { storeLanes } from "./simd";

/**
 * Max-pooling, NHWC; what lies in the padding does not count.
 *
 * Args: 0 x, 1 out, 2 H, 3 W, 4 C, 5 OH, 6 OW, 7 window height, 8 width, 9 strideH, 10 strideW,
 * 11 top, 12 left padding, 13 dilationH, 14 dilationW, 15 images, 16 images per piece.
 */
export function maxPool(piece: i32): void {
  const h = arg(2), w = arg(3), c = arg(4), oh = arg(5), ow = arg(6);
  const fh = arg(7), fw = arg(8), sh = arg(9), sw = arg(10), top = arg(11), left = arg(12);
  const dh = arg(13), dw = arg(14);
  const first = piece * arg(16);
  const last = min(first + arg(16), arg(15));
  const pixelBytes = <usize> c << 2;
  const vectors = c >> 2;
  let o = <usize> arg(1) + <usize> (first * oh * ow) * pixelBytes;
  for (let image = first; image < last; image++) {
    const base = <usize> arg(0) + <usize> (image * h * w) * pixelBytes;
    for (let i = 0; i < oh; i++) {
      for (let j = 0; j < ow; j++) {
        for (let v = 0; v < vectors; v++) {
          let best = f32x4.splat(-Infinity);
          for (let p = 0; p < fh; p++) {
            const r = i * sh - top + p * dh;
            if (r < 0 || r >= h) continue;
            for (let q = 0; q < fw; q++) {
              const s = j * sw - left + q * dw;
              if (s < 0 || s >= w) continue;
              best = f32x4.pmax(
                best,
                v128.load(base + <usize> (r * w + s) * pixelBytes + (<usize> v << 4)),
              );
            }
          }
          v128.store(o + (<usize> v << 4), best);
        }
        for (let ch = vectors << 2; ch < c; ch++) {
          let best: f32 = -Infinity;
          for (let p = 0; p < fh; p++) {
            const r = i * sh - top + p * dh;
            if (r < 0 || r >= h) continue;
            for (let q = 0; q < fw; q++) {
              const s = j * sw - left + q * dw;
              if (s < 0 || s >= w) continue;
              const value = f32.load(base + <usize> (r * w + s) * pixelBytes + (<usize> ch << 2));
              if (value > best) best = value;
            }
          }
          f32.store(o + (<usize> ch << 2), best);
        }
        o += pixelBytes;
      }
    }
  }
}

/**
 * Gradient of max-pooling: each dy goes to the first greatest value of its window.
 *
 * Args: as `maxPool`, with 1 the gradient of x, and 17 dy.
 */
export function maxPoolGrad(piece: i32): void {
  const h = arg(2), w = arg(3), c = arg(4), oh = arg(5), ow = arg(6);
  const fh = arg(7), fw = arg(8), sh = arg(9), sw = arg(10), top = arg(11), left = arg(12);
  const dh = arg(13), dw = arg(14);
  const first = piece * arg(16);
  const last = min(first + arg(16), arg(15));
  const pixelBytes = <usize> c << 2;
  const imageBytes = <usize> (h * w) * pixelBytes;
  const vectors = c >> 2;
  let d = <usize> arg(17) + <usize> (first * oh * ow) * pixelBytes;
  for (let image = first; image < last; image++) {
    const base = <usize> arg(0) + <usize> image * imageBytes;
    const dx = <usize> arg(1) + <usize> image * imageBytes;
    memory.fill(dx, 0, imageBytes);
    for (let i = 0; i < oh; i++) {
      for (let j = 0; j < ow; j++) {
        for (let v = 0; v < vectors; v++) {
          const lane = <usize> v << 4;
          let best = f32x4.splat(-Infinity);
          let where = i32x4.splat(-1);
          for (let p = 0; p < fh; p++) {
            const r = i * sh - top + p * dh;
            if (r < 0 || r >= h) continue;
            for (let q = 0; q < fw; q++) {
              const s = j * sw - left + q * dw;
              if (s < 0 || s >= w) continue;
              const value = v128.load(base + <usize> (r * w + s) * pixelBytes + lane);
              const greater = f32x4.gt(value, best);
              best = v128.bitselect(value, best, greater);
              where = v128.bitselect(i32x4.splat(p * fw + q), where, greater);
            }
          }
          const dy = v128.load(d + lane);
          for (let p = 0; p < fh; p++) {
            const r = i * sh - top + p * dh;
            if (r < 0 || r >= h) continue;
            for (let q = 0; q < fw; q++) {
              const s = j * sw - left + q * dw;
              if (s < 0 || s >= w) continue;
              const t = dx + <usize> (r * w + s) * pixelBytes + lane;
              const mine = i32x4.eq(where, i32x4.splat(p * fw + q));
              v128.store(t, f32x4.add(v128.load(t), v128.and(dy, mine)));
            }
          }
        }
        for (let ch = vectors << 2; ch < c; ch++) {
          let best: f32 = -Infinity;
          let where: usize = 0;
          for (let p = 0; p < fh; p++) {
            const r = i * sh - top + p * dh;
            if (r < 0 || r >= h) continue;
            for (let q = 0; q < fw; q++) {
              const s = j * sw - left + q * dw;
              if (s < 0 || s >= w) continue;
              const at = <usize> (r * w + s) * pixelBytes + (<usize> ch << 2);
              const value = f32.load(base + at);
              if (value > best) {
                best = value;
                where = dx + at;
              }
            }
          }
          if (where !== 0) f32.store(where, f32.load(where) + f32.load(d + (<usize> ch << 2)));
        }
        d += pixelBytes;
      }
    }
  }
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
  const by = f32x4.splat(<f32> divisor);
  let c: usize = 0;
  for (; c + 64 <= pixel; c += 64) {
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
    let r = p + c;
    for (let i = 0; i < rows; i++) {
      let q = r;
      for (let j = 0; j < columns; j++) {
        s0 = f32x4.add(s0, v128.load(q));
        s1 = f32x4.add(s1, v128.load(q, 16));
        s2 = f32x4.add(s2, v128.load(q, 32));
        s3 = f32x4.add(s3, v128.load(q, 48));
        q += pixel;
      }
      r += row;
    }
    v128.store(o + c, f32x4.div(s0, by));
    v128.store(o + c, f32x4.div(s1, by), 16);
    v128.store(o + c, f32x4.div(s2, by), 32);
    v128.store(o + c, f32x4.div(s3, by), 48);
  }
  for (; c < pixel; c += 16) {
    let s = f32x4.splat(0);
    let r = p + c;
    for (let i = 0; i < rows; i++) {
      let q = r;
      for (let j = 0; j < columns; j++) {
        s = f32x4.add(s, v128.load(q));
        q += pixel;
      }
      r += row;
    }
    storeLanes(o + c, f32x4.div(s, by), <i32> (pixel - c) >> 2);
  }
}

/**
 * Average pooling: the mean of the part of each window that lies in the image; NaN where none does.
 *
 * Args: as `maxPool`, but 16 the result's rows per piece, those of all images counted on.
 */
export function avgPool(piece: i32): void {
  const h = arg(2), w = arg(3), oh = arg(5), ow = arg(6);
  const fh = arg(7), fw = arg(8), sh = arg(9), sw = arg(10), top = arg(11), left = arg(12);
  const pixel = <usize> arg(4) << 2;
  const row = <usize> w * pixel;
  const first = piece * arg(16);
  const last = min(first + arg(16), arg(15) * oh);
  let o = <usize> arg(1) + <usize> (first * ow) * pixel;
  for (let index = first; index < last; index++) {
    const top_ = index % oh * sh - top;
    const r = max(top_, 0);
    const rows = max(min(top_ + fh, h) - r, 0);
    const p = <usize> arg(0) + <usize> (index / oh * h + r) * row;
    for (let j = 0; j < ow; j++) {
      const left_ = j * sw - left;
      const s = max(left_, 0);
      const columns = max(min(left_ + fw, w) - s, 0);
      average(p + <usize> s * pixel, row, rows, columns, pixel, rows * columns, o);
      o += pixel;
    }
  }
}

/**
 * Gradient of average pooling as tfjs defines it: each pixel takes part in some windows, and gets of the
 * dy of each its share of a whole window, padding or not.
 *
 * Args: as `maxPool`, but 0 dy, 1 the gradient of x, 16 rows of x per piece, those of all images counted on.
 */
export function avgPoolGrad(piece: i32): void {
  const h = arg(2), w = arg(3), oh = arg(5), ow = arg(6);
  const fh = arg(7), fw = arg(8), sh = arg(9), sw = arg(10), top = arg(11), left = arg(12);
  const pixel = <usize> arg(4) << 2;
  const row = <usize> ow * pixel;
  const first = piece * arg(16);
  const last = min(first + arg(16), arg(15) * h);
  let o = <usize> arg(1) + <usize> (first * w) * pixel;
  for (let index = first; index < last; index++) {
    const r = index % h + top;
    const i = max(r - fh + sh, 0) / sh;
    const rows = min(r / sh + 1, oh) - i;
    const p = <usize> arg(0) + <usize> (index / h * oh + i) * row;
    let j = 0, end = 0;
    for (let s = left; s < left + w; s++) {
      // Counted on: a division takes as long as a pixel's sums.
      while (j * sw + fw <= s) j++;
      while (end < ow && end * sw <= s) end++;
      average(p + <usize> j * pixel, row, rows, end - j, pixel, fh * fw, o);
      o += pixel;
    }
  }
}
