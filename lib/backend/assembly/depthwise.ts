import { DepthwiseArgs, DepthwiseFilterGradArgs } from "./arguments";
import { threadIndex } from "./control";
import { madd, storeLanes } from "./simd";

/**
 * Depthwise convolutions, NHWC, four channels at a time. An image is processed in strips of rows, which are
 * padded in a thread's own scratch, so that the sums need no bounds checks. Where channels are
 * no multiple of 4, the last vector of a pixel reads on into the next one; what it computes there is not
 * stored.
 *
 * Channels of a strip are those of the result, `multiplier` to one of x's; `step` is the distance of x's rows and
 * columns in a strip (more than 1: zeros between), and `stripPixel` bytes lie between two of its pixels. Without
 * scratch, x itself serves as it is.
 */

/** Bytes of the result's pixel. */
// @ts-ignore: decorator
@inline
function pixelBytes(a: DepthwiseArgs): usize {
  return <usize> (a.channels * a.multiplier) << 2;
}

/** Rows `first` up to `first + rows` of an image's padded form: where the first one begins. */
function openStrip(a: DepthwiseArgs, image: i32, first: i32, rows: i32): usize {
  const x = a.x + (<usize> (image * a.height * a.width * a.channels) << 2);
  if (a.scratch === 0) return x + <usize> (first * a.stripWidth) * a.stripPixel;
  const strip = a.scratch + <usize> threadIndex() * a.scratchBytes;
  loadStrip(a, x, strip, first, rows);
  return strip;
}

/** Copies those rows; zeros outside the image. */
function loadStrip(a: DepthwiseArgs, x: usize, strip: usize, first: i32, rows: i32): void {
  const h = a.height, w = a.width, c = a.channels, repeat = a.multiplier, top = a.top, left = a.left;
  const stepH = a.stepHeight, stepW = a.stepWidth, width = a.stripWidth;
  const pixel = a.stripPixel;
  const row = <usize> width * pixel;
  const isDense = stepW === 1 && pixel === <usize> c << 2;
  const begin = left < 0 ? (stepW - 1 - left) / stepW : 0;
  const end = min(w, (width - left + stepW - 1) / stepW);
  const before = <usize> (left + begin * stepW) * pixel;
  const copied = <usize> (end - begin) * pixel;
  let o = strip;
  for (let r = first - top; r < first - top + rows; r++) {
    if (r < 0 || r % stepH !== 0 || r / stepH >= h || begin >= end) {
      memory.fill(o, 0, row);
    } else {
      const p = x + (<usize> ((r / stepH * w + begin) * c) << 2);
      if (isDense) {
        memory.fill(o, 0, before);
        memory.copy(o + before, p, copied);
        memory.fill(o + before + copied, 0, row - before - copied);
      } else {
        memory.fill(o, 0, row);
        spreadPixels(p, o + before, end - begin, c, repeat, <usize> stepW * pixel);
      }
    }
    o += row;
  }
}

/** Copies pixels to places `distance` bytes apart, each channel `repeat` times. */
function spreadPixels(
  p: usize,
  o: usize,
  pixels: i32,
  c: i32,
  repeat: i32,
  distance: usize,
): void {
  for (let j = 0; j < pixels; j++) {
    if (repeat === 1) {
      memory.copy(o, p, <usize> c << 2);
      p += <usize> c << 2;
    } else {
      let q = o;
      for (let k = 0; k < c; k++) {
        const value = f32.load(p);
        for (let i = 0; i < repeat; i++) {
          f32.store(q, value);
          q += 4;
        }
        p += 4;
      }
    }
    o += distance;
  }
}

// @ts-ignore: decorator
@inline
function finish(sum: v128, relu: i32, o: usize, lanes: i32): void {
  storeLanes(o, relu ? f32x4.pmax(sum, f32x4.splat(0)) : sum, lanes);
}

/**
 * A row of adjacent results of a 3x3 filter: three sums at a time, and each column of x adds to all.
 *
 * @param p The first pixel that is read; rows are `row` bytes apart there, pixels `step`, those of the result
 * `pixel`.
 */
function rowOf3x3(
  p: usize,
  row: usize,
  step: usize,
  filter: usize,
  tap: usize,
  bias: v128,
  relu: i32,
  o: usize,
  pixel: usize,
  lanes: i32,
  columns: i32,
): void {
  const w0 = v128.load(filter), w1 = v128.load(filter + tap), w2 = v128.load(filter + 2 * tap);
  filter += 3 * tap;
  const w3 = v128.load(filter), w4 = v128.load(filter + tap), w5 = v128.load(filter + 2 * tap);
  filter += 3 * tap;
  const w6 = v128.load(filter), w7 = v128.load(filter + tap), w8 = v128.load(filter + 2 * tap);
  let p1 = p + row, p2 = p1 + row;
  let x = v128.load(p);
  let s0 = madd(x, w0, bias);
  x = v128.load(p1);
  s0 = madd(x, w3, s0);
  x = v128.load(p2);
  s0 = madd(x, w6, s0);
  p += step;
  p1 += step;
  p2 += step;
  x = v128.load(p);
  s0 = madd(x, w1, s0);
  let s1 = madd(x, w0, bias);
  x = v128.load(p1);
  s0 = madd(x, w4, s0);
  s1 = madd(x, w3, s1);
  x = v128.load(p2);
  s0 = madd(x, w7, s0);
  s1 = madd(x, w6, s1);
  for (let j = 0; j < columns; j++) {
    p += step;
    p1 += step;
    p2 += step;
    x = v128.load(p);
    s0 = madd(x, w2, s0);
    s1 = madd(x, w1, s1);
    let s2 = madd(x, w0, bias);
    x = v128.load(p1);
    s0 = madd(x, w5, s0);
    s1 = madd(x, w4, s1);
    s2 = madd(x, w3, s2);
    x = v128.load(p2);
    s0 = madd(x, w8, s0);
    s1 = madd(x, w7, s1);
    s2 = madd(x, w6, s2);
    finish(s0, relu, o, lanes);
    o += pixel;
    s0 = s1;
    s1 = s2;
  }
}

/**
 * Four adjacent results of any filter.
 *
 * @param p The first pixel that is read: rows of the filter are `row` bytes apart there, its columns `column`,
 * results `step`.
 */
function fourOfAny(
  p: usize,
  row: usize,
  column: usize,
  step: usize,
  height: i32,
  width: i32,
  filter: usize,
  tap: usize,
  bias: v128,
  relu: i32,
  o: usize,
  pixel: usize,
  lanes: i32,
): void {
  let s0 = bias, s1 = bias, s2 = bias, s3 = bias;
  for (let i = 0; i < height; i++) {
    let q = p;
    for (let k = 0; k < width; k++) {
      const w = v128.load(filter);
      let t = q;
      s0 = madd(v128.load(t), w, s0);
      t += step;
      s1 = madd(v128.load(t), w, s1);
      t += step;
      s2 = madd(v128.load(t), w, s2);
      t += step;
      s3 = madd(v128.load(t), w, s3);
      q += column;
      filter += tap;
    }
    p += row;
  }
  finish(s0, relu, o, lanes);
  o += pixel;
  finish(s1, relu, o, lanes);
  o += pixel;
  finish(s2, relu, o, lanes);
  o += pixel;
  finish(s3, relu, o, lanes);
}

/** One result of any filter. */
function oneOfAny(
  p: usize,
  row: usize,
  column: usize,
  height: i32,
  width: i32,
  filter: usize,
  tap: usize,
  bias: v128,
  relu: i32,
  o: usize,
  lanes: i32,
): void {
  let s = bias;
  for (let i = 0; i < height; i++) {
    let q = p;
    for (let k = 0; k < width; k++) {
      s = madd(v128.load(q), v128.load(filter), s);
      q += column;
      filter += tap;
    }
    p += row;
  }
  finish(s, relu, o, lanes);
}

/**
 * The convolution. The filter's taps are `tapStride` bytes apart; if negative, the filter is flipped.
 */
export function depthwise(piece: i32, a: DepthwiseArgs): void {
  const oh = a.outHeight, ow = a.outWidth, height = a.kernelHeight, width = a.kernelWidth, strideH = a.strideHeight;
  const strips = a.stripsPerImage, stripRows = a.stripRows;
  const tap = a.tapStride, bias = a.bias, relu = a.relu;
  const pixel = pixelBytes(a), stripPixel = a.stripPixel;
  const row = <usize> a.stripWidth * stripPixel;
  const rowStep = <usize> a.dilationHeight * row, columnStep = <usize> a.dilationWidth * stripPixel;
  const step = <usize> a.strideWidth * stripPixel;
  const is3x3 = height === 3 && width === 3 && a.dilationWidth === 1 && a.strideWidth === 1;
  const halo = (height - 1) * a.dilationHeight + 1;
  const lastUnit = min((piece + 1) * a.stripsPerPiece, a.strips);
  for (let unit = piece * a.stripsPerPiece; unit < lastUnit; unit++) {
    const image = unit / strips;
    const first = unit % strips * stripRows;
    const last = min(first + stripRows, oh);
    let p = openStrip(a, image, first * strideH, (last - 1 - first) * strideH + halo);
    let o = a.out + <usize> ((image * oh + first) * ow) * pixel;
    for (let i = first; i < last; i++) {
      for (let c: usize = 0; c < pixel; c += 16) {
        const b = bias === 0 ? f32x4.splat(0) : v128.load(bias + c);
        const f = a.filter + c;
        const lanes = <i32> (pixel - c) >> 2;
        if (is3x3) {
          rowOf3x3(p + c, rowStep, step, f, tap, b, relu, o + c, pixel, lanes, ow);
          continue;
        }
        for (let j = 0; j < ow;) {
          const isFour = ow >= 4;
          // The last four may overlap those before them.
          if (isFour) j = min(j, ow - 4);
          const q = p + c + <usize> j * step, t = o + c + <usize> j * pixel;
          if (isFour) fourOfAny(q, rowStep, columnStep, step, height, width, f, tap, b, relu, t, pixel, lanes);
          else oneOfAny(q, rowStep, columnStep, height, width, f, tap, b, relu, t, lanes);
          j += isFour ? 4 : 1;
        }
      }
      p += <usize> strideH * row;
      o += <usize> ow * pixel;
    }
  }
}

// @ts-ignore: decorator
@inline
function addTo(o: usize, sum: v128, lanes: i32): void {
  storeLanes(o, f32x4.add(v128.load(o), sum), lanes);
}

/**
 * The gradient of a 3x3 filter from a strip: nine sums in registers.
 *
 * @param p The first pixel of the strip: rows are `row` bytes apart, columns `column`, rows of windows
 * `rowStep`, windows `step`.
 * @param d The first pixel of dy, which are `pixel` bytes apart, as the sums are.
 */
function gradOf3x3(
  p: usize,
  row: usize,
  column: usize,
  rowStep: usize,
  step: usize,
  d: usize,
  pixel: usize,
  out: usize,
  lanes: i32,
  rows: i32,
  columns: i32,
): void {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0), s4 = f32x4.splat(0), s5 = f32x4.splat(0);
  let s6 = f32x4.splat(0), s7 = f32x4.splat(0), s8 = f32x4.splat(0);
  for (let i = 0; i < rows; i++) {
    let p0 = p, p1 = p0 + row, p2 = p1 + row;
    for (let j = 0; j < columns; j++) {
      const dy = v128.load(d);
      s0 = madd(v128.load(p0), dy, s0);
      s1 = madd(v128.load(p0 + column), dy, s1);
      s2 = madd(v128.load(p0 + 2 * column), dy, s2);
      s3 = madd(v128.load(p1), dy, s3);
      s4 = madd(v128.load(p1 + column), dy, s4);
      s5 = madd(v128.load(p1 + 2 * column), dy, s5);
      s6 = madd(v128.load(p2), dy, s6);
      s7 = madd(v128.load(p2 + column), dy, s7);
      s8 = madd(v128.load(p2 + 2 * column), dy, s8);
      d += pixel;
      p0 += step;
      p1 += step;
      p2 += step;
    }
    p += rowStep;
  }
  addTo(out, s0, lanes);
  addTo(out + pixel, s1, lanes);
  addTo(out + 2 * pixel, s2, lanes);
  out += 3 * pixel;
  addTo(out, s3, lanes);
  addTo(out + pixel, s4, lanes);
  addTo(out + 2 * pixel, s5, lanes);
  out += 3 * pixel;
  addTo(out, s6, lanes);
  addTo(out + pixel, s7, lanes);
  addTo(out + 2 * pixel, s8, lanes);
}

/** The gradient of one tap from a strip, of which `p` is the first pixel under that tap. */
function gradOfTap(
  p: usize,
  rowStep: usize,
  step: usize,
  d: usize,
  pixel: usize,
  out: usize,
  lanes: i32,
  rows: i32,
  columns: i32,
): void {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
  for (let i = 0; i < rows; i++) {
    let q = p;
    let j = 0;
    for (; j + 4 <= columns; j += 4) {
      s0 = madd(v128.load(q), v128.load(d), s0);
      q += step;
      d += pixel;
      s1 = madd(v128.load(q), v128.load(d), s1);
      q += step;
      d += pixel;
      s2 = madd(v128.load(q), v128.load(d), s2);
      q += step;
      d += pixel;
      s3 = madd(v128.load(q), v128.load(d), s3);
      q += step;
      d += pixel;
    }
    for (; j < columns; j++) {
      s0 = madd(v128.load(q), v128.load(d), s0);
      q += step;
      d += pixel;
    }
    p += rowStep;
  }
  addTo(out, f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)), lanes);
}

/**
 * The gradient of the filter, one sum a piece: `out[piece][height][width][C]`.
 */
export function depthwiseFilterGrad(piece: i32, a: DepthwiseFilterGradArgs): void {
  // Both kernels' arguments start with the same fields.
  const shared = changetype<DepthwiseArgs>(a);
  const oh = a.outHeight, ow = a.outWidth, height = a.kernelHeight, width = a.kernelWidth, strideH = a.strideHeight;
  const strips = a.stripsPerImage, stripRows = a.stripRows;
  const pixel = pixelBytes(shared), column = a.stripPixel;
  const row = <usize> a.stripWidth * column;
  const rowStep = <usize> strideH * row, step = <usize> a.strideWidth * column;
  const outBytes = <usize> (height * width) * pixel;
  const out = a.out + <usize> piece * outBytes;
  memory.fill(out, 0, outBytes);
  const lastUnit = min((piece + 1) * a.stripsPerPiece, a.strips);
  for (let unit = piece * a.stripsPerPiece; unit < lastUnit; unit++) {
    const image = unit / strips;
    const first = unit % strips * stripRows;
    const rows = min(stripRows, oh - first);
    const strip = openStrip(shared, image, first * strideH, (rows - 1) * strideH + height);
    const dy = a.dy + <usize> ((image * oh + first) * ow) * pixel;
    for (let c: usize = 0; c < pixel; c += 16) {
      const lanes = <i32> (pixel - c) >> 2;
      if (height === 3 && width === 3) {
        gradOf3x3(strip + c, row, column, rowStep, step, dy + c, pixel, out + c, lanes, rows, ow);
        continue;
      }
      let o = out + c;
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < width; j++) {
          const p = strip + c + <usize> i * row + <usize> j * column;
          gradOfTap(p, rowStep, step, dy + c, pixel, o, lanes, rows, ow);
          o += pixel;
        }
      }
    }
  }
}
