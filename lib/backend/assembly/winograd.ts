import { constant } from "./constants";
import { arg, threadIndex } from "./control";
import { finishImage, loadGradient, loadRows } from "./image";
import { madd } from "./simd";

/**
 * 3x3 convolutions by Winograd's algorithm (Lavin and Gray, 2016): F(4x4, 3x3), where a 4x4 tile of the
 * result takes 36 products a channel pair instead of 144, or F(5x5, 3x3), where a 5x5 tile takes 49 instead
 * of 225; the caller chooses the size m of a tile by what the image's size makes of it. With tiles of
 * (m+2)x(m+2) values d, 3x3 filters g and m x m results y,
 *
 *     y  = A' [ (G g G') * (B' d B) ] A
 *
 * and its two derivatives are the same algorithm transposed:
 *
 *     dd = B  [ (G g G') * (A dy A') ] B'        (tiles overlap by two and are added up)
 *     dg = G' [ (B' d B) * (A dy A') ] G         (summed over tiles)
 *
 * In each, the products are (m+2)^2 independent matrix products over the channels. A block of tiles, those of
 * a few images, goes through all three steps while it is in the second-level cache.
 *
 * The points of evaluation are 0, 1, -1, 2, -2 and infinity, and 1/2 for m = 5. In single precision the
 * results are within 1e-5 of the greatest value (4e-6 and 5e-6 measured on random ones).
 */

/**
 * Bytes of `values` floats at one position of a tile, and a cache line more: at a power of two all positions
 * would fall on the same lines of the cache.
 */
// @ts-ignore: decorator
@inline
function positionSize(values: i32): usize {
  return (<usize> values << 2) + 64;
}

// @ts-ignore: decorator
@inline
function times(x: f32, v: v128): v128 {
  return f32x4.mul(constant(x), v);
}

// @ts-ignore: decorator
@inline
function plus(x: f32, v: v128, w: v128): v128 {
  return madd(constant(x), v, w);
}

/** B', 6 to 6. */
// @ts-ignore: decorator
@inline
function bt4(p: usize, s: usize, q: usize, t: usize): void {
  const d0 = v128.load(p), d1 = v128.load(p += s), d2 = v128.load(p += s);
  const d3 = v128.load(p += s), d4 = v128.load(p += s), d5 = v128.load(p += s);
  v128.store(q, plus(4, d0, plus(-5, d2, d4)));
  const even = plus(-4, d2, d4), odd = plus(-4, d1, d3);
  v128.store(q += t, f32x4.add(even, odd));
  v128.store(q += t, f32x4.sub(even, odd));
  const even2 = f32x4.sub(d4, d2), odd2 = times(2, f32x4.sub(d3, d1));
  v128.store(q += t, f32x4.add(even2, odd2));
  v128.store(q += t, f32x4.sub(even2, odd2));
  v128.store(q += t, plus(4, d1, plus(-5, d3, d5)));
}

/** B, 6 to 6. */
// @ts-ignore: decorator
@inline
function b4(p: usize, s: usize, q: usize, t: usize): void {
  const m0 = v128.load(p), m1 = v128.load(p += s), m2 = v128.load(p += s);
  const m3 = v128.load(p += s), m4 = v128.load(p += s), m5 = v128.load(p += s);
  const sum12 = f32x4.add(m1, m2), sum34 = f32x4.add(m3, m4);
  const less12 = f32x4.sub(m1, m2), less34 = f32x4.sub(m3, m4);
  v128.store(q, times(4, m0));
  v128.store(q += t, plus(4, f32x4.sub(m5, less12), times(-2, less34)));
  v128.store(q += t, f32x4.sub(plus(-5, m0, times(-4, sum12)), sum34));
  v128.store(q += t, plus(-5, m5, plus(2, less34, less12)));
  v128.store(q += t, f32x4.add(m0, f32x4.add(sum12, sum34)));
  v128.store(q += t, m5);
}

/** A, 4 to 6. */
// @ts-ignore: decorator
@inline
function a4(p: usize, s: usize, q: usize, t: usize): void {
  const y0 = v128.load(p), y1 = v128.load(p += s), y2 = v128.load(p += s), y3 = v128.load(p += s);
  v128.store(q, y0);
  const even = f32x4.add(y0, y2), odd = f32x4.add(y1, y3);
  v128.store(q += t, f32x4.add(even, odd));
  v128.store(q += t, f32x4.sub(even, odd));
  const even2 = plus(4, y2, y0), odd2 = plus(8, y3, times(2, y1));
  v128.store(q += t, f32x4.add(even2, odd2));
  v128.store(q += t, f32x4.sub(even2, odd2));
  v128.store(q += t, y3);
}

/** A', 6 to 4. */
// @ts-ignore: decorator
@inline
function at4(p: usize, s: usize, q: usize, t: usize): void {
  const m0 = v128.load(p), m1 = v128.load(p += s), m2 = v128.load(p += s);
  const m3 = v128.load(p += s), m4 = v128.load(p += s), m5 = v128.load(p += s);
  const sum12 = f32x4.add(m1, m2), sum34 = f32x4.add(m3, m4);
  const less12 = f32x4.sub(m1, m2), less34 = f32x4.sub(m3, m4);
  v128.store(q, f32x4.add(m0, f32x4.add(sum12, sum34)));
  v128.store(q += t, plus(2, less34, less12));
  v128.store(q += t, plus(4, sum34, sum12));
  v128.store(q += t, f32x4.add(plus(8, less34, less12), m5));
}

/** G, 3 to 6. */
// @ts-ignore: decorator
@inline
function g4(p: usize, s: usize, q: usize, t: usize): void {
  const g0 = v128.load(p), g1 = v128.load(p += s), g2 = v128.load(p += s);
  v128.store(q, times(0.25, g0));
  const even = times(-1.0 / 6.0, f32x4.add(g0, g2)), odd = times(-1.0 / 6.0, g1);
  v128.store(q += t, f32x4.add(even, odd));
  v128.store(q += t, f32x4.sub(even, odd));
  const even2 = plus(1.0 / 24.0, g0, times(1.0 / 6.0, g2)), odd2 = times(1.0 / 12.0, g1);
  v128.store(q += t, f32x4.add(even2, odd2));
  v128.store(q += t, f32x4.sub(even2, odd2));
  v128.store(q += t, g2);
}

/** G', 6 to 3. */
// @ts-ignore: decorator
@inline
function gt4(p: usize, s: usize, q: usize, t: usize): void {
  const m0 = v128.load(p), m1 = v128.load(p += s), m2 = v128.load(p += s);
  const m3 = v128.load(p += s), m4 = v128.load(p += s), m5 = v128.load(p += s);
  const sum12 = times(-1.0 / 6.0, f32x4.add(m1, m2)), sum34 = f32x4.add(m3, m4);
  v128.store(q, plus(0.25, m0, plus(1.0 / 24.0, sum34, sum12)));
  v128.store(
    q += t,
    plus(1.0 / 6.0, f32x4.sub(m2, m1), times(1.0 / 12.0, f32x4.sub(m3, m4))),
  );
  v128.store(q += t, f32x4.add(plus(1.0 / 6.0, sum34, sum12), m5));
}

// @ts-ignore: decorator
@inline
function dot4(c0: f32, v0: v128, c1: f32, v1: v128, c2: f32, v2: v128, v3: v128): v128 {
  return plus(c0, v0, plus(c1, v1, plus(c2, v2, v3)));
}

/** B', 7 to 7. */
// @ts-ignore: decorator
@inline
function bt5(p: usize, s: usize, q: usize, t: usize): void {
  const d0 = v128.load(p), d1 = v128.load(p += s), d2 = v128.load(p += s), d3 = v128.load(p += s);
  const d4 = v128.load(p += s), d5 = v128.load(p += s), d6 = v128.load(p += s);
  v128.store(q, plus(2.5, d2, plus(-5, d3, dot4(-2, d0, 4, d1, -0.5, d4, d5))));
  let odd = dot4(2, d1, -4, d2, -0.5, d3, d4), even = dot4(2, d2, -4, d3, -0.5, d4, d5);
  v128.store(q += t, f32x4.add(even, odd));
  v128.store(q += t, f32x4.sub(even, odd));
  odd = times(2, dot4(0.5, d1, -1, d2, -0.5, d3, d4)), even = dot4(0.5, d2, -1, d3, -0.5, d4, d5);
  v128.store(q += t, f32x4.add(even, odd));
  v128.store(q += t, f32x4.sub(even, odd));
  v128.store(q += t, plus(4, d1, plus(-5, d3, d5)));
  v128.store(q += t, plus(2.5, d3, plus(-5, d4, dot4(-2, d1, 4, d2, -0.5, d5, d6))));
}

/** B, 7 to 7. */
// @ts-ignore: decorator
@inline
function b5(p: usize, s: usize, q: usize, t: usize): void {
  const m0 = v128.load(p), m1 = v128.load(p += s), m2 = v128.load(p += s), m3 = v128.load(p += s);
  const m4 = v128.load(p += s), m5 = v128.load(p += s), m6 = v128.load(p += s);
  const sum12 = f32x4.add(m1, m2), sum34 = f32x4.add(m3, m4);
  const less12 = f32x4.sub(m1, m2), less34 = times(2, f32x4.sub(m3, m4));
  v128.store(q, times(-2, m0));
  v128.store(q += t, plus(4, f32x4.add(m0, m5), plus(-2, m6, plus(2, less12, times(0.5, less34)))));
  v128.store(
    q += t,
    plus(2.5, m0, plus(4, f32x4.sub(m6, less12), plus(2, sum12, plus(0.5, sum34, f32x4.neg(less34))))),
  );
  v128.store(
    q += t,
    f32x4.sub(
      plus(-5, f32x4.add(m0, m5), plus(2.5, m6, plus(-4, sum12, times(-0.5, f32x4.add(less12, less34))))),
      sum34,
    ),
  );
  v128.store(
    q += t,
    plus(-0.5, f32x4.add(m0, f32x4.add(sum12, sum34)), plus(-5, m6, f32x4.add(less12, less34))),
  );
  v128.store(
    q += t,
    f32x4.add(plus(-0.5, m6, f32x4.add(m0, m5)), f32x4.add(sum12, sum34)),
  );
  v128.store(q += t, m6);
}

/** A, 5 to 7. */
// @ts-ignore: decorator
@inline
function a5(p: usize, s: usize, q: usize, t: usize): void {
  const y0 = v128.load(p), y1 = v128.load(p += s), y2 = v128.load(p += s), y3 = v128.load(p += s), y4 = v128.load(p += s);
  v128.store(q, y0);
  const even = f32x4.add(f32x4.add(y0, y2), y4), odd = f32x4.add(y1, y3);
  v128.store(q += t, f32x4.add(even, odd));
  v128.store(q += t, f32x4.sub(even, odd));
  const even2 = plus(16, y4, plus(4, y2, y0)), odd2 = plus(8, y3, times(2, y1));
  v128.store(q += t, f32x4.add(even2, odd2));
  v128.store(q += t, f32x4.sub(even2, odd2));
  v128.store(q += t, plus(0.0625, y4, dot4(0.5, y1, 0.25, y2, 0.125, y3, y0)));
  v128.store(q += t, y4);
}

/** A', 7 to 5. */
// @ts-ignore: decorator
@inline
function at5(p: usize, s: usize, q: usize, t: usize): void {
  const m0 = v128.load(p), m1 = v128.load(p += s), m2 = v128.load(p += s), m3 = v128.load(p += s);
  const m4 = v128.load(p += s), m5 = v128.load(p += s), m6 = v128.load(p += s);
  const sum12 = f32x4.add(m1, m2), sum34 = f32x4.add(m3, m4);
  const less12 = f32x4.sub(m1, m2), less34 = f32x4.sub(m3, m4);
  v128.store(q, f32x4.add(f32x4.add(m0, m5), f32x4.add(sum12, sum34)));
  v128.store(q += t, plus(0.5, m5, plus(2, less34, less12)));
  v128.store(q += t, plus(0.25, m5, plus(4, sum34, sum12)));
  v128.store(q += t, plus(0.125, m5, plus(8, less34, less12)));
  v128.store(q += t, f32x4.add(plus(0.0625, m5, plus(16, sum34, sum12)), m6));
}

/** G, 3 to 7. */
// @ts-ignore: decorator
@inline
function g5(p: usize, s: usize, q: usize, t: usize): void {
  const g0 = v128.load(p), g1 = v128.load(p += s), g2 = v128.load(p += s);
  v128.store(q, times(-0.5, g0));
  const even = f32x4.add(g0, g2);
  v128.store(q += t, times(-1.0 / 3.0, f32x4.add(even, g1)));
  v128.store(q += t, times(1.0 / 9.0, f32x4.sub(even, g1)));
  const even2 = plus(4, g2, g0), odd2 = times(2, g1);
  v128.store(q += t, times(1.0 / 36.0, f32x4.add(even2, odd2)));
  v128.store(q += t, times(-1.0 / 60.0, f32x4.sub(even2, odd2)));
  v128.store(q += t, times(32.0 / 45.0, plus(0.25, g2, plus(0.5, g1, g0))));
  v128.store(q += t, g2);
}

/** G', 7 to 3. */
// @ts-ignore: decorator
@inline
function gt5(p: usize, s: usize, q: usize, t: usize): void {
  const m0 = v128.load(p), m1 = times(-1.0 / 3.0, v128.load(p += s)), m2 = times(1.0 / 9.0, v128.load(p += s));
  const m3 = times(1.0 / 36.0, v128.load(p += s)), m4 = times(-1.0 / 60.0, v128.load(p += s));
  const m5 = times(32.0 / 45.0, v128.load(p += s)), m6 = v128.load(p += s);
  const sum12 = f32x4.add(m1, m2), sum34 = f32x4.add(m3, m4);
  v128.store(q, plus(-0.5, m0, f32x4.add(m5, f32x4.add(sum12, sum34))));
  v128.store(q += t, plus(0.5, m5, plus(2, f32x4.sub(m3, m4), f32x4.sub(m1, m2))));
  v128.store(q += t, f32x4.add(m6, plus(0.25, m5, plus(4, sum34, sum12))));
}

// @ts-ignore: decorator
@inline
function btTile(m: i32, p: usize, s: usize, q: usize, t: usize): void {
  if (m === 4) bt4(p, s, q, t);
  else bt5(p, s, q, t);
}

// @ts-ignore: decorator
@inline
function bTile(m: i32, p: usize, s: usize, q: usize, t: usize): void {
  if (m === 4) b4(p, s, q, t);
  else b5(p, s, q, t);
}

// @ts-ignore: decorator
@inline
function aTile(m: i32, p: usize, s: usize, q: usize, t: usize): void {
  if (m === 4) a4(p, s, q, t);
  else a5(p, s, q, t);
}

// @ts-ignore: decorator
@inline
function atTile(m: i32, p: usize, s: usize, q: usize, t: usize): void {
  if (m === 4) at4(p, s, q, t);
  else at5(p, s, q, t);
}

// @ts-ignore: decorator
@inline
function gTile(m: i32, p: usize, s: usize, q: usize, t: usize): void {
  if (m === 4) g4(p, s, q, t);
  else g5(p, s, q, t);
}

// @ts-ignore: decorator
@inline
function gtTile(m: i32, p: usize, s: usize, q: usize, t: usize): void {
  if (m === 4) gt4(p, s, q, t);
  else gt5(p, s, q, t);
}

/**
 * Filters in Winograd's domain, as panels: `U[position][N/8][K][8]` of `G g G'`.
 *
 * Args: 0 filter, 1 panels, 2 K, 3 N, 4 tap stride, 5 stride of K, 6 stride of N (bytes), 7 units
 * (panels), 8 units per piece, 9 scratch, 10 scratch bytes per thread, 11 m.
 */
export function winogradFilter(piece: i32): void {
  if (arg(11) === 4) filter(piece, 4);
  else filter(piece, 5);
}

// @ts-ignore: decorator
@inline
function filter(piece: i32, m: i32): void {
  const k = arg(2), n = arg(3);
  const tapStride = <usize> arg(4), kStride = <usize> arg(5), nStride = <usize> arg(6);
  const panels = (n + 7) / 8;
  const positionBytes = positionSize(panels * k * 8);
  const scratch = <usize> arg(9) + <usize> threadIndex() * <usize> arg(10);
  const half = scratch + 9 * 16;
  const size = <usize> (m + 2);
  const first = piece * arg(8);
  const last = min(first + arg(8), arg(7));
  for (let panel = first; panel < last; panel++) {
    for (let row = 0; row < k; row++) {
      for (let part = 0; part < 2; part++) {
        const column = panel * 8 + part * 4;
        const from = <usize> arg(0) + <usize> row * kStride + <usize> column * nStride;
        for (let tap: usize = 0; tap < 9; tap++) {
          const p = from + tap * tapStride;
          for (let lane: usize = 0; lane < 4; lane++) {
            f32.store(
              scratch + tap * 16 + lane * 4,
              column + <i32> lane < n ? f32.load(p + lane * nStride) : 0,
            );
          }
        }
        for (let c: usize = 0; c < 3; c++) gTile(m, scratch + c * 16, 48, half + c * 16, 48);
        const to = <usize> arg(1) + <usize> (panel * k + row) * 32 + <usize> part * 16;
        for (let r: usize = 0; r < size; r++) {
          gTile(m, half + r * 48, 16, to + r * size * positionBytes, positionBytes);
        }
      }
    }
  }
}

/** Products `out[position] = rows[position] (tiles x K) * panels[position] (K x N)`. */
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
  const rowBytes = <usize> k << 2, outBytes = <usize> n << 2;
  const panelBytes = <usize> k << 5;
  const blocks = n >> 3;
  for (let position: usize = 0; position < positions; position++) {
    for (let panel = 0; panel < blocks; panel++) {
      const b = panels + position * positionSize(k * n) + <usize> panel * panelBytes;
      let a = rows + position * rowsPosition;
      let o = out + position * outPosition + <usize> panel * 32;
      for (let tile = 0; tile < tiles; tile += 6) {
        rows6(a, rowBytes, b, k, o, outBytes);
        a += 6 * rowBytes;
        o += 6 * outBytes;
      }
    }
  }
}

/** Six rows times one panel of eight columns. */
// @ts-ignore: decorator
@inline
function rows6(a: usize, rowBytes: usize, b: usize, k: i32, o: usize, outBytes: usize): void {
  let a0 = a, a1 = a + rowBytes, a2 = a1 + rowBytes;
  let a3 = a2 + rowBytes, a4 = a3 + rowBytes, a5 = a4 + rowBytes;
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0), c50 = f32x4.splat(0), c51 = f32x4.splat(0);
  for (let i = 0; i < k; i += 4) {
    let b0 = v128.load(b), b1 = v128.load(b, 16);
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
    b0 = v128.load(b, 32), b1 = v128.load(b, 48);
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
    b0 = v128.load(b, 64), b1 = v128.load(b, 80);
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
    b0 = v128.load(b, 96), b1 = v128.load(b, 112);
    v = v128.load32_splat(a0, 12);
    c00 = madd(v, b0, c00), c01 = madd(v, b1, c01);
    v = v128.load32_splat(a1, 12);
    c10 = madd(v, b0, c10), c11 = madd(v, b1, c11);
    v = v128.load32_splat(a2, 12);
    c20 = madd(v, b0, c20), c21 = madd(v, b1, c21);
    v = v128.load32_splat(a3, 12);
    c30 = madd(v, b0, c30), c31 = madd(v, b1, c31);
    v = v128.load32_splat(a4, 12);
    c40 = madd(v, b0, c40), c41 = madd(v, b1, c41);
    v = v128.load32_splat(a5, 12);
    c50 = madd(v, b0, c50), c51 = madd(v, b1, c51);
    b += 128;
    a0 += 16, a1 += 16, a2 += 16, a3 += 16, a4 += 16, a5 += 16;
  }
  v128.store(o, c00), v128.store(o, c01, 16);
  o += outBytes;
  v128.store(o, c10), v128.store(o, c11, 16);
  o += outBytes;
  v128.store(o, c20), v128.store(o, c21, 16);
  o += outBytes;
  v128.store(o, c30), v128.store(o, c31, 16);
  o += outBytes;
  v128.store(o, c40), v128.store(o, c41, 16);
  o += outBytes;
  v128.store(o, c50), v128.store(o, c51, 16);
}

/** Tiles of (m+2)x(m+2) of an image `width` pixels wide, m apart, to `V[position][tile][channels]`. */
// @ts-ignore: decorator
@inline
function transformInput(
  m: i32,
  image: usize,
  width: i32,
  channels: i32,
  tile: i32,
  tilesWide: i32,
  out: usize,
  position: usize,
  temporary: usize,
): void {
  const pixel = <usize> channels << 2;
  const row = <usize> width * pixel;
  const size = <usize> (m + 2);
  const from = image + <usize> ((tile / tilesWide) * m) * row +
    <usize> ((tile % tilesWide) * m) * pixel;
  for (let c: usize = 0; c < pixel; c += 16) {
    for (let i: usize = 0; i < size; i++) {
      btTile(m, from + c + i * pixel, row, temporary + i * 16, size * 16);
    }
    for (let i: usize = 0; i < size; i++) {
      btTile(m, temporary + i * size * 16, 16, out + c + i * size * position, position);
    }
  }
}

/** Tiles of m x m of dy to `Z[position][tile][channels]`. */
// @ts-ignore: decorator
@inline
function transformGradient(
  m: i32,
  image: usize,
  width: i32,
  channels: i32,
  tile: i32,
  tilesWide: i32,
  out: usize,
  position: usize,
  temporary: usize,
): void {
  const pixel = <usize> channels << 2;
  const row = <usize> width * pixel;
  const size = <usize> (m + 2);
  const from = image + <usize> ((tile / tilesWide) * m) * row +
    <usize> ((tile % tilesWide) * m) * pixel;
  for (let c: usize = 0; c < pixel; c += 16) {
    for (let i: usize = 0; i < <usize> m; i++) {
      aTile(m, from + c + i * pixel, row, temporary + i * 16, <usize> m * 16);
    }
    for (let i: usize = 0; i < size; i++) {
      aTile(m, temporary + i * <usize> m * 16, 16, out + c + i * size * position, position);
    }
  }
}

/**
 * y = x * filter, with what follows it (see `finishImage`).
 *
 * Args: 0 x, 1 filter panels, 2 out, 3 H, 4 W, 5 C, 6 N, 7 OH, 8 OW, 9 top, 10 left padding, 11 images,
 * 12 images per piece, 13 tiles per block (a multiple of 6), 14 scratch, 15 scratch bytes per thread, 16 m,
 * 17 bias, 18 ReLU, 19 pooled, 20 mask. Where it is pooled, OH and OW are even.
 */
export function winogradForward(piece: i32): void {
  if (arg(16) === 4) forward(piece, 4);
  else forward(piece, 5);
}

// @ts-ignore: decorator
@inline
function forward(piece: i32, m: i32): void {
  const h = arg(3), w = arg(4), c = arg(5), n = arg(6), oh = arg(7), ow = arg(8);
  const size = <usize> (m + 2);
  const tilesHigh = (oh + m - 1) / m, tilesWide = (ow + m - 1) / m;
  const tiles = tilesHigh * tilesWide;
  const ph = tilesHigh * m + 2, pw = tilesWide * m + 2;
  const most = arg(13);
  const vPosition = positionSize(most * c), mPosition = positionSize(most * n);
  const temporary = <usize> arg(14) + <usize> threadIndex() * <usize> arg(15);
  const v = temporary + 2048;
  const products = v + size * size * vPosition;
  const finished = products + size * size * mPosition;
  const padded = finished + (<usize> (tiles * m * m * n) << 2);
  const isPadded = arg(9) > 0 || arg(10) > 0 || ph > h || pw > w;
  const first = piece * arg(12);
  const all = (min(first + arg(12), arg(11)) - first) * tiles;
  const pixel = <usize> n << 2;
  const outRow = <usize> (tilesWide * m) * pixel;

  for (let start = 0; start < all; start += most) {
    const block = min(most, all - start);
    for (let t = 0; t < block; t++) {
      const image = first + (start + t) / tiles, tile = (start + t) % tiles;
      const x = <usize> arg(0) + (<usize> (image * h * w * c) << 2);
      if (isPadded && tile === 0) loadRows(x, h, w, <usize> c << 2, padded, -arg(9), ph, -arg(10), pw);
      transformInput(
        m,
        isPadded ? padded : x,
        isPadded ? pw : w,
        c,
        tile,
        tilesWide,
        v + (<usize> (t * c) << 2),
        vPosition,
        temporary,
      );
    }
    multiply(size * size, v, vPosition, <usize> arg(1), products, mPosition, block, c, n);
    for (let t = 0; t < block; t++) {
      const image = first + (start + t) / tiles, tile = (start + t) % tiles;
      const from = products + (<usize> (t * n) << 2);
      const to = finished + <usize> (tile / tilesWide * m) * outRow +
        <usize> (tile % tilesWide * m) * pixel;
      for (let ch: usize = 0; ch < pixel; ch += 16) {
        for (let i: usize = 0; i < size; i++) {
          atTile(m, from + ch + i * mPosition, size * mPosition, temporary + i * 16, size * 16);
        }
        for (let i: usize = 0; i < <usize> m; i++) {
          atTile(m, temporary + i * size * 16, 16, to + ch + i * outRow, pixel);
        }
      }
      if (tile === tiles - 1) {
        finishImage(
          finished,
          tilesWide * m,
          image,
          0,
          oh,
          oh,
          ow,
          n,
          <usize> arg(17),
          arg(18),
          <usize> arg(2),
          <usize> arg(19),
          <usize> arg(20),
        );
      }
    }
  }
}

/**
 * The gradient of x. dy is dense, or the gradient of a 2x2 max-pooling that follows, with its mask.
 *
 * Args: 0 dy, 1 filter panels (K: channels of dy), 2 out, 3 H, 4 W, 5 C, 6 N, 7 OH, 8 OW, 9 top,
 * 10 left padding, 11 images, 12 images per piece, 13 tiles per block (a multiple of 6), 14 scratch,
 * 15 scratch bytes per thread, 16 m, 17 mask or 0.
 */
export function winogradInput(piece: i32): void {
  if (arg(16) === 4) input(piece, 4);
  else input(piece, 5);
}

// @ts-ignore: decorator
@inline
function input(piece: i32, m: i32): void {
  const h = arg(3), w = arg(4), c = arg(5), n = arg(6), oh = arg(7), ow = arg(8);
  const size = <usize> (m + 2);
  const tilesHigh = (oh + m - 1) / m, tilesWide = (ow + m - 1) / m;
  const tiles = tilesHigh * tilesWide;
  const top = arg(9), left = arg(10);
  // Rows and columns that a pooling leaves out get no gradient, but have to be there.
  const ph = max(tilesHigh * m + 2, top + h), pw = max(tilesWide * m + 2, left + w);
  const most = arg(13);
  const zPosition = positionSize(most * n), mPosition = positionSize(most * c);
  const temporary = <usize> arg(14) + <usize> threadIndex() * <usize> arg(15);
  const z = temporary + 2048;
  const products = z + size * size * zPosition;
  const dy = products + size * size * mPosition;
  const sums = dy + (<usize> (tiles * m * m * n) << 2);
  const first = piece * arg(12);
  const all = (min(first + arg(12), arg(11)) - first) * tiles;
  const pixel = <usize> c << 2;
  const row = <usize> pw * pixel;

  for (let start = 0; start < all; start += most) {
    const block = min(most, all - start);
    for (let t = 0; t < block; t++) {
      const image = first + (start + t) / tiles, tile = (start + t) % tiles;
      if (tile === 0) {
        loadGradient(<usize> arg(0), <usize> arg(17), image, oh, ow, n, dy, tilesHigh * m, tilesWide * m);
      }
      transformGradient(
        m,
        dy,
        tilesWide * m,
        n,
        tile,
        tilesWide,
        z + (<usize> (t * n) << 2),
        zPosition,
        temporary,
      );
    }
    multiply(size * size, z, zPosition, <usize> arg(1), products, mPosition, block, n, c);
    for (let t = 0; t < block; t++) {
      const image = first + (start + t) / tiles, tile = (start + t) % tiles;
      if (tile === 0) memory.fill(sums, 0, <usize> ph * row);
      const from = products + (<usize> (t * c) << 2);
      const to = sums + <usize> (tile / tilesWide * m) * row + <usize> (tile % tilesWide * m) * pixel;
      for (let ch: usize = 0; ch < pixel; ch += 16) {
        for (let i: usize = 0; i < size; i++) {
          bTile(m, from + ch + i * mPosition, size * mPosition, temporary + i * 16, size * 16);
        }
        for (let i: usize = 0; i < size; i++) {
          bTile(m, temporary + i * size * 16, 16, temporary + 1024, 16);
          const line = to + ch + i * row;
          for (let j: usize = 0; j < size; j++) {
            const p = line + j * pixel;
            v128.store(p, f32x4.add(v128.load(p), v128.load(temporary + 1024 + j * 16)));
          }
        }
      }
      if (tile === tiles - 1) {
        const inside = sums + <usize> top * row + <usize> left * pixel;
        const out = <usize> arg(2) + <usize> (image * h * w) * pixel;
        for (let r = 0; r < h; r++) {
          memory.copy(out + <usize> (r * w) * pixel, inside + <usize> r * row, <usize> w * pixel);
        }
      }
    }
  }
}

/**
 * The gradient of the filter, one sum a group of images: `out[group][3][3][C][N]`.
 *
 * Args: 0 x, 1 dy, 2 out, 3 H, 4 W, 5 C, 6 N, 7 OH, 8 OW, 9 top, 10 left padding, 11 images, 12 images per
 * group (a group is a piece), 13 tiles per block, 14 scratch, 15 scratch bytes per thread, 16 m,
 * 17 mask or 0.
 */
export function winogradFilterGrad(piece: i32): void {
  if (arg(16) === 4) filterGrad(piece, 4);
  else filterGrad(piece, 5);
}

// @ts-ignore: decorator
@inline
function filterGrad(piece: i32, m: i32): void {
  const h = arg(3), w = arg(4), c = arg(5), n = arg(6), oh = arg(7), ow = arg(8);
  const size = <usize> (m + 2);
  const tilesHigh = (oh + m - 1) / m, tilesWide = (ow + m - 1) / m;
  const tiles = tilesHigh * tilesWide;
  const ph = tilesHigh * m + 2, pw = tilesWide * m + 2;
  const most = arg(13);
  const vPosition = positionSize(most * c), zPosition = positionSize(most * n);
  const temporary = <usize> arg(14) + <usize> threadIndex() * <usize> arg(15);
  const v = temporary + 2048;
  const z = v + size * size * vPosition;
  const sums = z + size * size * zPosition;
  const dy = sums + size * size * positionSize(c * n);
  const padded = dy + (<usize> (tiles * m * m * n) << 2);
  const isPadded = arg(9) > 0 || arg(10) > 0 || ph > h || pw > w;
  const first = piece * arg(12);
  const all = (min(first + arg(12), arg(11)) - first) * tiles;

  for (let start = 0; start < all; start += most) {
    const block = min(most, all - start);
    for (let t = 0; t < block; t++) {
      const image = first + (start + t) / tiles, tile = (start + t) % tiles;
      const x = <usize> arg(0) + (<usize> (image * h * w * c) << 2);
      if (tile === 0) {
        if (isPadded) loadRows(x, h, w, <usize> c << 2, padded, -arg(9), ph, -arg(10), pw);
        loadGradient(<usize> arg(1), <usize> arg(17), image, oh, ow, n, dy, tilesHigh * m, tilesWide * m);
      }
      transformInput(
        m,
        isPadded ? padded : x,
        isPadded ? pw : w,
        c,
        tile,
        tilesWide,
        v + (<usize> (t * c) << 2),
        vPosition,
        temporary,
      );
      transformGradient(
        m,
        dy,
        tilesWide * m,
        n,
        tile,
        tilesWide,
        z + (<usize> (t * n) << 2),
        zPosition,
        temporary,
      );
    }
    accumulate(size * size, v, vPosition, z, zPosition, sums, block, c, n, start === 0);
  }
  finishFilter(m, sums, c * n, <usize> arg(2) + <usize> (piece * 9 * c * n << 2), temporary);
}

/** A sum of `values` filters, back from Winograd's domain: `out[3][3][values]`. */
// @ts-ignore: decorator
@inline
function finishFilter(m: i32, sums: usize, values: i32, out: usize, temporary: usize): void {
  const size = <usize> (m + 2);
  const position = positionSize(values), tap = <usize> values << 2;
  for (let i: usize = 0; i < tap; i += 16) {
    for (let column: usize = 0; column < size; column++) {
      gtTile(m, sums + i + column * position, size * position, temporary + column * 16, size * 16);
    }
    for (let row: usize = 0; row < 3; row++) {
      gtTile(m, temporary + row * size * 16, 16, out + i + row * 3 * tap, tap);
    }
  }
}

/** Sums `out[position] (C x N) += V[position]' (C x tiles) * Z[position] (tiles x N)`. */
function accumulate(
  positions: usize,
  v: usize,
  vPosition: usize,
  z: usize,
  zPosition: usize,
  out: usize,
  tiles: i32,
  c: i32,
  n: i32,
  fresh: bool,
): void {
  const vStep = <usize> c << 2, zStep = <usize> n << 2;
  // An even number of rows is a sum of sixes and at most two fours.
  const sixes = c - (c % 6 === 4 ? 4 : c % 6 === 2 ? 8 : 0);
  for (let position: usize = 0; position < positions; position++) {
    for (let column = 0; column < n; column += 8) {
      let o = out + position * positionSize(c * n) + (<usize> column << 2);
      let p = v + position * vPosition;
      const q = z + position * zPosition + (<usize> column << 2);
      let row = 0;
      for (; row < sixes; row += 6) {
        sum6(o, p, q, tiles, vStep, zStep, fresh);
        o += 6 * zStep;
        p += 24;
      }
      for (; row < c; row += 4) {
        sum4(o, p, q, tiles, vStep, zStep, fresh);
        o += 4 * zStep;
        p += 16;
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function start(p: usize, fresh: bool): v128 {
  return fresh ? f32x4.splat(0) : v128.load(p);
}

/** Six rows of a sum, eight columns: `o[r, n] += sum over tiles of p[tile, r] * q[tile, n]`. */
// @ts-ignore: decorator
@inline
function sum6(o: usize, p: usize, q: usize, tiles: i32, vStep: usize, zStep: usize, fresh: bool): void {
  const o1 = o + zStep, o2 = o1 + zStep, o3 = o2 + zStep, o4 = o3 + zStep, o5 = o4 + zStep;
  let c00 = start(o, fresh), c01 = start(o + 16, fresh);
  let c10 = start(o1, fresh), c11 = start(o1 + 16, fresh);
  let c20 = start(o2, fresh), c21 = start(o2 + 16, fresh);
  let c30 = start(o3, fresh), c31 = start(o3 + 16, fresh);
  let c40 = start(o4, fresh), c41 = start(o4 + 16, fresh);
  let c50 = start(o5, fresh), c51 = start(o5 + 16, fresh);
  for (let t = 0; t < tiles; t++) {
    const b0 = v128.load(q), b1 = v128.load(q, 16);
    let x = v128.load32_splat(p);
    c00 = madd(x, b0, c00), c01 = madd(x, b1, c01);
    x = v128.load32_splat(p, 4);
    c10 = madd(x, b0, c10), c11 = madd(x, b1, c11);
    x = v128.load32_splat(p, 8);
    c20 = madd(x, b0, c20), c21 = madd(x, b1, c21);
    x = v128.load32_splat(p, 12);
    c30 = madd(x, b0, c30), c31 = madd(x, b1, c31);
    x = v128.load32_splat(p, 16);
    c40 = madd(x, b0, c40), c41 = madd(x, b1, c41);
    x = v128.load32_splat(p, 20);
    c50 = madd(x, b0, c50), c51 = madd(x, b1, c51);
    p += vStep;
    q += zStep;
  }
  v128.store(o, c00), v128.store(o, c01, 16);
  v128.store(o1, c10), v128.store(o1, c11, 16);
  v128.store(o2, c20), v128.store(o2, c21, 16);
  v128.store(o3, c30), v128.store(o3, c31, 16);
  v128.store(o4, c40), v128.store(o4, c41, 16);
  v128.store(o5, c50), v128.store(o5, c51, 16);
}

/** Four rows of a sum, eight columns: `o[r, n] += sum over tiles of p[tile, r] * q[tile, n]`. */
// @ts-ignore: decorator
@inline
function sum4(o: usize, p: usize, q: usize, tiles: i32, vStep: usize, zStep: usize, fresh: bool): void {
  const o1 = o + zStep, o2 = o1 + zStep, o3 = o2 + zStep;
  let c00 = start(o, fresh), c01 = start(o + 16, fresh);
  let c10 = start(o1, fresh), c11 = start(o1 + 16, fresh);
  let c20 = start(o2, fresh), c21 = start(o2 + 16, fresh);
  let c30 = start(o3, fresh), c31 = start(o3 + 16, fresh);
  for (let t = 0; t < tiles; t++) {
    const b0 = v128.load(q), b1 = v128.load(q, 16);
    let x = v128.load32_splat(p);
    c00 = madd(x, b0, c00), c01 = madd(x, b1, c01);
    x = v128.load32_splat(p, 4);
    c10 = madd(x, b0, c10), c11 = madd(x, b1, c11);
    x = v128.load32_splat(p, 8);
    c20 = madd(x, b0, c20), c21 = madd(x, b1, c21);
    x = v128.load32_splat(p, 12);
    c30 = madd(x, b0, c30), c31 = madd(x, b1, c31);
    p += vStep;
    q += zStep;
  }
  v128.store(o, c00), v128.store(o, c01, 16);
  v128.store(o1, c10), v128.store(o1, c11, 16);
  v128.store(o2, c20), v128.store(o2, c21, 16);
  v128.store(o3, c30), v128.store(o3, c31, 16);
}
