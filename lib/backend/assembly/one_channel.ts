import { lanes } from "./constants";
import { arg } from "./control";
import { places, poolFour } from "./image";
import { madd } from "./simd";

/**
 * 3x3 convolutions of images with one channel, where 2x2 max-pooling follows: four by two pixels of the
 * result and four channels at a time, from the first multiplication to the pooled value in registers.
 */

/**
 * Args: 0 x, 1 filter `[3][3][N]`, 2 bias or 0, 3 ReLU, 4 H, 5 W, 6 N (a multiple of 4), 7 pooled height,
 * 8 pooled width, 9 images, 10 images per piece, 11 pooled, 12 mask.
 */
export function oneChannelPooled(piece: i32): void {
  const filter = <usize> arg(1), bias = <usize> arg(2), relu = arg(3);
  const h = arg(4), w_ = arg(5), n = arg(6), rows = arg(7), columns = arg(8);
  const first = piece * arg(10);
  const last = min(first + arg(10), arg(9));
  const tap = <usize> n << 2, row = <usize> w_ << 2;
  for (let image = first; image < last; image++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j += 2) {
        const p0 = <usize> arg(0) + (<usize> ((image * h + 2 * i) * w_ + 2 * j) << 2);
        const p1 = p0 + row, p2 = p1 + row, p3 = p2 + row;
        const index = ((image * rows + i) * columns + j) * n;
        let o = <usize> arg(11) + (<usize> index << 2);
        let m = <usize> arg(12) + <usize> index;
        const both = j + 1 < columns;
        for (let c: usize = 0; c < tap; c += 16) {
          const w = filter + c;
          let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0), a3 = f32x4.splat(0);
          let b0 = f32x4.splat(0), b1 = f32x4.splat(0), b2 = f32x4.splat(0), b3 = f32x4.splat(0);
          // Row 0 of the patch.
          let u0 = v128.load(w + 0 * tap);
          let u1 = v128.load(w + 1 * tap);
          let u2 = v128.load(w + 2 * tap);
          let x = v128.load32_splat(p0);
          a0 = madd(x, u0, a0);
          x = v128.load32_splat(p0, 4);
          a1 = madd(x, u0, a1);
          a0 = madd(x, u1, a0);
          x = v128.load32_splat(p0, 8);
          a2 = madd(x, u0, a2);
          a1 = madd(x, u1, a1);
          a0 = madd(x, u2, a0);
          x = v128.load32_splat(p0, 12);
          a3 = madd(x, u0, a3);
          a2 = madd(x, u1, a2);
          a1 = madd(x, u2, a1);
          x = v128.load32_splat(p0, 16);
          a3 = madd(x, u1, a3);
          a2 = madd(x, u2, a2);
          x = v128.load32_splat(p0, 20);
          a3 = madd(x, u2, a3);
          // Row 1 of the patch.
          u0 = v128.load(w + 3 * tap);
          u1 = v128.load(w + 4 * tap);
          u2 = v128.load(w + 5 * tap);
          let l0 = v128.load(w + 0 * tap);
          let l1 = v128.load(w + 1 * tap);
          let l2 = v128.load(w + 2 * tap);
          x = v128.load32_splat(p1);
          a0 = madd(x, u0, a0);
          b0 = madd(x, l0, b0);
          x = v128.load32_splat(p1, 4);
          a1 = madd(x, u0, a1);
          b1 = madd(x, l0, b1);
          a0 = madd(x, u1, a0);
          b0 = madd(x, l1, b0);
          x = v128.load32_splat(p1, 8);
          a2 = madd(x, u0, a2);
          b2 = madd(x, l0, b2);
          a1 = madd(x, u1, a1);
          b1 = madd(x, l1, b1);
          a0 = madd(x, u2, a0);
          b0 = madd(x, l2, b0);
          x = v128.load32_splat(p1, 12);
          a3 = madd(x, u0, a3);
          b3 = madd(x, l0, b3);
          a2 = madd(x, u1, a2);
          b2 = madd(x, l1, b2);
          a1 = madd(x, u2, a1);
          b1 = madd(x, l2, b1);
          x = v128.load32_splat(p1, 16);
          a3 = madd(x, u1, a3);
          b3 = madd(x, l1, b3);
          a2 = madd(x, u2, a2);
          b2 = madd(x, l2, b2);
          x = v128.load32_splat(p1, 20);
          a3 = madd(x, u2, a3);
          b3 = madd(x, l2, b3);
          // Row 2 of the patch.
          u0 = v128.load(w + 6 * tap);
          u1 = v128.load(w + 7 * tap);
          u2 = v128.load(w + 8 * tap);
          l0 = v128.load(w + 3 * tap);
          l1 = v128.load(w + 4 * tap);
          l2 = v128.load(w + 5 * tap);
          x = v128.load32_splat(p2);
          a0 = madd(x, u0, a0);
          b0 = madd(x, l0, b0);
          x = v128.load32_splat(p2, 4);
          a1 = madd(x, u0, a1);
          b1 = madd(x, l0, b1);
          a0 = madd(x, u1, a0);
          b0 = madd(x, l1, b0);
          x = v128.load32_splat(p2, 8);
          a2 = madd(x, u0, a2);
          b2 = madd(x, l0, b2);
          a1 = madd(x, u1, a1);
          b1 = madd(x, l1, b1);
          a0 = madd(x, u2, a0);
          b0 = madd(x, l2, b0);
          x = v128.load32_splat(p2, 12);
          a3 = madd(x, u0, a3);
          b3 = madd(x, l0, b3);
          a2 = madd(x, u1, a2);
          b2 = madd(x, l1, b2);
          a1 = madd(x, u2, a1);
          b1 = madd(x, l2, b1);
          x = v128.load32_splat(p2, 16);
          a3 = madd(x, u1, a3);
          b3 = madd(x, l1, b3);
          a2 = madd(x, u2, a2);
          b2 = madd(x, l2, b2);
          x = v128.load32_splat(p2, 20);
          a3 = madd(x, u2, a3);
          b3 = madd(x, l2, b3);
          // Row 3 of the patch.
          l0 = v128.load(w + 6 * tap);
          l1 = v128.load(w + 7 * tap);
          l2 = v128.load(w + 8 * tap);
          x = v128.load32_splat(p3);
          b0 = madd(x, l0, b0);
          x = v128.load32_splat(p3, 4);
          b1 = madd(x, l0, b1);
          b0 = madd(x, l1, b0);
          x = v128.load32_splat(p3, 8);
          b2 = madd(x, l0, b2);
          b1 = madd(x, l1, b1);
          b0 = madd(x, l2, b0);
          x = v128.load32_splat(p3, 12);
          b3 = madd(x, l0, b3);
          b2 = madd(x, l1, b2);
          b1 = madd(x, l2, b1);
          x = v128.load32_splat(p3, 16);
          b3 = madd(x, l1, b3);
          b2 = madd(x, l2, b2);
          x = v128.load32_splat(p3, 20);
          b3 = madd(x, l2, b3);
          const v = bias === 0 ? f32x4.splat(0) : v128.load(bias + c);
          poolFour(a0, a1, b0, b1, v, relu, o, m);
          if (both) poolFour(a2, a3, b2, b3, v, relu, o + tap, m + n);
          o += 16;
          m += 4;
        }
      }
    }
  }
}

/**
 * The gradient of such a filter, from the gradient of the pooled values. One sum a group of images:
 * `out[group][3][3][N]`.
 *
 * Args: 0 x, 1 dy, 2 mask, 3 one if ReLU cuts off, 4 H, 5 W, 6 N (a multiple of 4), 7 pooled height,
 * 8 pooled width, 9 images, 10 images per group (a group is a piece), 11 out.
 */
export function oneChannelFilterGrad(piece: i32): void {
  const h = arg(4), w = arg(5), n = arg(6), rows = arg(7), columns = arg(8);
  const first = piece * arg(10);
  const last = min(first + arg(10), arg(9));
  const tap = <usize> n << 2, row = <usize> w << 2;
  const out = <usize> arg(11) + <usize> piece * 9 * tap;
  const bits = i32x4.splat(arg(3) !== 0 ? 7 : 3);
  for (let c: usize = 0; c < tap; c += 16) {
    let s0 = f32x4.splat(0);
    let s1 = f32x4.splat(0);
    let s2 = f32x4.splat(0);
    let s3 = f32x4.splat(0);
    let s4 = f32x4.splat(0);
    let s5 = f32x4.splat(0);
    let s6 = f32x4.splat(0);
    let s7 = f32x4.splat(0);
    let s8 = f32x4.splat(0);
    for (let image = first; image < last; image++) {
      const index = image * rows * columns * n;
      let d = <usize> arg(1) + (<usize> index << 2) + c;
      let m = <usize> arg(2) + <usize> index + (c >> 2);
      for (let i = 0; i < rows; i++) {
        let p0 = <usize> arg(0) + (<usize> ((image * h + 2 * i) * w) << 2);
        for (let j = 0; j < columns; j++) {
          const p1 = p0 + row, p2 = p1 + row, p3 = p2 + row;
          const dy = v128.load(d), which = v128.and(places(m), bits);
          const v0 = v128.and(dy, i32x4.eq(which, i32x4.splat(0)));
          const v1 = v128.and(dy, i32x4.eq(which, i32x4.splat(1)));
          const v2 = v128.and(dy, i32x4.eq(which, i32x4.splat(2)));
          const v3 = v128.and(dy, i32x4.eq(which, i32x4.splat(3)));
          let x = v128.load32_splat(p0);
          s0 = madd(x, v0, s0);
          x = v128.load32_splat(p0, 4);
          s1 = madd(x, v0, s1);
          s0 = madd(x, v1, s0);
          x = v128.load32_splat(p0, 8);
          s2 = madd(x, v0, s2);
          s1 = madd(x, v1, s1);
          x = v128.load32_splat(p0, 12);
          s2 = madd(x, v1, s2);
          x = v128.load32_splat(p1);
          s3 = madd(x, v0, s3);
          s0 = madd(x, v2, s0);
          x = v128.load32_splat(p1, 4);
          s4 = madd(x, v0, s4);
          s3 = madd(x, v1, s3);
          s1 = madd(x, v2, s1);
          s0 = madd(x, v3, s0);
          x = v128.load32_splat(p1, 8);
          s5 = madd(x, v0, s5);
          s4 = madd(x, v1, s4);
          s2 = madd(x, v2, s2);
          s1 = madd(x, v3, s1);
          x = v128.load32_splat(p1, 12);
          s5 = madd(x, v1, s5);
          s2 = madd(x, v3, s2);
          x = v128.load32_splat(p2);
          s6 = madd(x, v0, s6);
          s3 = madd(x, v2, s3);
          x = v128.load32_splat(p2, 4);
          s7 = madd(x, v0, s7);
          s6 = madd(x, v1, s6);
          s4 = madd(x, v2, s4);
          s3 = madd(x, v3, s3);
          x = v128.load32_splat(p2, 8);
          s8 = madd(x, v0, s8);
          s7 = madd(x, v1, s7);
          s5 = madd(x, v2, s5);
          s4 = madd(x, v3, s4);
          x = v128.load32_splat(p2, 12);
          s8 = madd(x, v1, s8);
          s5 = madd(x, v3, s5);
          x = v128.load32_splat(p3);
          s6 = madd(x, v2, s6);
          x = v128.load32_splat(p3, 4);
          s7 = madd(x, v2, s7);
          s6 = madd(x, v3, s6);
          x = v128.load32_splat(p3, 8);
          s8 = madd(x, v2, s8);
          s7 = madd(x, v3, s7);
          x = v128.load32_splat(p3, 12);
          s8 = madd(x, v3, s8);
          p0 += 8;
          d += tap;
          m += n;
        }
      }
    }
    v128.store(out + c, s0);
    v128.store(out + c + 1 * tap, s1);
    v128.store(out + c + 2 * tap, s2);
    v128.store(out + c + 3 * tap, s3);
    v128.store(out + c + 4 * tap, s4);
    v128.store(out + c + 5 * tap, s5);
    v128.store(out + c + 6 * tap, s6);
    v128.store(out + c + 7 * tap, s7);
    v128.store(out + c + 8 * tap, s8);
  }
}
