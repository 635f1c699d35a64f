import { lanes } from "./constants";
import { SumUnpooledArgs, UnpoolArgs } from "./arguments";

/** Rows of an image and the pixels around it, zeros where they are outside: `rows` of `width` pixels. */
export function loadRows(
  from: usize,
  h: i32,
  w: i32,
  pixel: usize,
  to: usize,
  firstRow: i32,
  rows: i32,
  firstColumn: i32,
  width: i32,
): void {
  const row = <usize> width * pixel;
  const begin = max(firstColumn, 0), end = min(firstColumn + width, w);
  const left = <usize> (begin - firstColumn) * pixel;
  const inside = <usize> max(end - begin, 0) * pixel;
  for (let r = firstRow; r < firstRow + rows; r++) {
    if (r < 0 || r >= h || inside === 0) memory.fill(to, 0, row);
    else {
      if (left > 0) memory.fill(to, 0, left);
      memory.copy(to + left, from + <usize> (r * w + begin) * pixel, inside);
      if (left + inside < row) memory.fill(to + left + inside, 0, row - left - inside);
    }
    to += row;
  }
}

/**
 * What follows a convolution while its result is in the cache: bias, ReLU, and either the result itself
 * or its 2x2 max-pooling with a mask of one byte a value: the position of the maximum in its window (0 to
 * 3, the first of equals), 4 where ReLU made it zero.
 *
 * @param image The result, `width` pixels a row, of which rows `first` up to `last` are there.
 * @param out Whole result, or 0.
 * @param pooled Pooled result, or 0; `first` is even then.
 */
export function finishImage(
  image: usize,
  width: i32,
  index: i32,
  first: i32,
  last: i32,
  oh: i32,
  ow: i32,
  n: i32,
  bias: usize,
  relu: i32,
  out: usize,
  pooled: usize,
  mask: usize,
): void {
  const pixel = <usize> n << 2;
  const row = <usize> width * pixel;
  const floor = f32x4.splat(relu ? 0 : -Infinity);
  if (out !== 0) {
    let o = out + <usize> (index * oh * ow + first * ow) * pixel;
    for (let r = first; r < last; r++) {
      let p = image + <usize> (r - first) * row;
      for (let j = 0; j < ow; j++) {
        for (let c: usize = 0; c < pixel; c += 16) {
          let v = v128.load(p + c);
          if (bias !== 0) v = f32x4.add(v, v128.load(bias + c));
          v128.store(o + c, relu ? f32x4.pmax(v, floor) : v);
        }
        p += pixel;
        o += pixel;
      }
    }
    return;
  }
  const rows = oh >> 1, columns = ow >> 1;
  const lastPooled = min(last >> 1, rows);
  let o = pooled + <usize> ((index * rows + (first >> 1)) * columns) * pixel;
  let k = mask + <usize> ((index * rows + (first >> 1)) * columns * n);
  for (let r = first >> 1; r < lastPooled; r++) {
    let p = image + <usize> (2 * r - first) * row;
    for (let j = 0; j < columns; j++) {
      for (let c: usize = 0; c < pixel; c += 16) {
        const q = p + c;
        poolFour(
          v128.load(q),
          v128.load(q + pixel),
          v128.load(q + row),
          v128.load(q + row + pixel),
          bias !== 0 ? v128.load(bias + c) : f32x4.splat(0),
          relu,
          o,
          k,
        );
        k += 4;
        o += 16;
      }
      p += 2 * pixel;
    }
  }
}

/**
 * The greatest of four values, plus bias, through ReLU, and which of them it was (see `finishImage`).
 */
// @ts-ignore: decorator
@inline
export function poolFour(
  a: v128,
  b: v128,
  c: v128,
  d: v128,
  bias: v128,
  relu: i32,
  out: usize,
  mask: usize,
): void {
  // Each position is a greater number than those before it.
  let where = v128.and(f32x4.gt(b, a), lanes(1));
  let best = f32x4.pmax(a, b);
  where = i32x4.max_s(where, v128.and(f32x4.gt(c, best), lanes(2)));
  best = f32x4.pmax(best, c);
  where = i32x4.max_s(where, v128.and(f32x4.gt(d, best), lanes(3)));
  best = f32x4.add(f32x4.pmax(best, d), bias);
  if (relu) {
    const zero = f32x4.splat(0);
    where = i32x4.max_s(where, v128.andnot(lanes(4), f32x4.gt(best, zero)));
    best = f32x4.pmax(best, zero);
  }
  v128.store(out, best);
  const words = i16x8.narrow_i32x4_s(where, where);
  v128.store32_lane(mask, i8x16.narrow_i16x8_s(words, words), 0);
}

/** Four bytes of a mask as four lanes. */
// @ts-ignore: decorator
@inline
export function places(mask: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(mask)));
}

/** dy of one image into a larger zeroed one; through the mask of the pooling, where there is one. */
export function loadGradient(
  dy: usize,
  mask: usize,
  image: i32,
  oh: i32,
  ow: i32,
  n: i32,
  to: usize,
  height: i32,
  width: i32,
): void {
  if (mask === 0) {
    const pixel = <usize> n << 2;
    loadRows(dy + <usize> (image * oh * ow) * pixel, oh, ow, pixel, to, 0, height, 0, width);
  } else unpoolImage(dy, mask, image, oh >> 1, ow >> 1, n, to, height, width, true);
}

/** Spreads the gradient of 2x2 max-pooling over an image of `height * width` pixels. */
function unpoolImage(
  dy: usize,
  mask: usize,
  image: i32,
  rows: i32,
  columns: i32,
  n: i32,
  to: usize,
  height: i32,
  width: i32,
  passedRelu: bool,
): void {
  const pixel = <usize> n << 2;
  const row = <usize> width * pixel;
  const bits = i32x4.splat(passedRelu ? 7 : 3);
  let d = dy + <usize> (image * rows * columns) * pixel;
  let k = mask + <usize> (image * rows * columns * n);
  const zero = i32x4.splat(0), one = i32x4.splat(1), two = i32x4.splat(2), three = i32x4.splat(3);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let p = to + <usize> (2 * i) * row + <usize> (2 * j) * pixel;
      for (let c: usize = 0; c < pixel; c += 16) {
        const which = v128.and(places(k), bits);
        const v = v128.load(d);
        v128.store(p, v128.and(v, i32x4.eq(which, zero)));
        v128.store(p + pixel, v128.and(v, i32x4.eq(which, one)));
        v128.store(p + row, v128.and(v, i32x4.eq(which, two)));
        v128.store(p + row + pixel, v128.and(v, i32x4.eq(which, three)));
        p += 16;
        d += 16;
        k += 4;
      }
    }
    const rest = to + <usize> (2 * i) * row + <usize> (2 * columns) * pixel;
    const restBytes = <usize> (width - 2 * columns) * pixel;
    memory.fill(rest, 0, restBytes);
    memory.fill(rest + row, 0, restBytes);
  }
  memory.fill(to + <usize> (2 * rows) * row, 0, <usize> (height - 2 * rows) * row);
}

/** The gradient of 2x2 max-pooling, from the mask that `finishImage` left; with `passedRelu`, values that ReLU has cut off get none. */
export function unpool(piece: i32, a: UnpoolArgs): void {
  const height = a.height, width = a.width, n = a.channels;
  const first = piece * a.imagesPerPiece;
  const last = min(first + a.imagesPerPiece, a.images);
  for (let image = first; image < last; image++) {
    unpoolImage(
      a.dy,
      a.mask,
      image,
      height >> 1,
      width >> 1,
      n,
      a.out + (<usize> (image * height * width * n) << 2),
      height,
      width,
      a.passedRelu !== 0,
    );
  }
}

/** Sums of rows of a gradient that is still pooled, a group of them a piece; with `passedRelu`, values that ReLU has cut off do not count. */
export function sumUnpooled(piece: i32, a: SumUnpooledArgs): void {
  const rows = a.rows, n = a.channels;
  const first = piece * a.rowsPerGroup;
  const last = min(first + a.rowsPerGroup, rows);
  const out = a.out + (<usize> (piece * n) << 2);
  const dead = i32x4.splat(a.passedRelu !== 0 ? 4 : 8);
  memory.fill(out, 0, <usize> n << 2);
  let d = a.dy + (<usize> (first * n) << 2);
  let k = a.mask + <usize> (first * n);
  for (let row = first; row < last; row++) {
    for (let c: usize = 0; c < <usize> n << 2; c += 16) {
      const v = v128.andnot(v128.load(d), i32x4.eq(places(k), dead));
      v128.store(out + c, f32x4.add(v128.load(out + c), v));
      d += 16;
      k += 4;
    }
  }
}
