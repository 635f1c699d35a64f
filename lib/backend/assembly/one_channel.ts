import { OneChannelFilterGradArgs, OneChannelPooledArgs } from "./arguments";
import { patchGradient, pooledPatch } from "./patches";

/**
 * 3x3 convolutions of images with one channel, where 2x2 max-pooling follows: four by two pixels of the
 * result and four channels at a time, from the first multiplication to the pooled value in registers. The
 * filter is `[3][3][N]`, N a multiple of 4.
 */
export function oneChannelPooled(piece: i32, a: OneChannelPooledArgs): void {
  const n = a.outChannels, rows = a.pooledHeight, columns = a.pooledWidth;
  const first = piece * a.imagesPerPiece;
  const last = min(first + a.imagesPerPiece, a.images);
  const tap = <usize> n << 2, row = <usize> a.width << 2;
  for (let image = first; image < last; image++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j += 2) {
        const p = a.x + (<usize> ((image * a.height + 2 * i) * a.width + 2 * j) << 2);
        const index = <usize> (((image * rows + i) * columns + j) * n);
        const both = j + 1 < columns;
        pooledPatch(p, row, a.filter, tap, a.bias, a.relu, both, a.pooled + (index << 2), a.mask + index);
      }
    }
  }
}

/**
 * The gradient of such a filter, from the gradient of the pooled values. One sum a group of images (a piece):
 * `out[group][3][3][N]`.
 */
export function oneChannelFilterGrad(piece: i32, a: OneChannelFilterGradArgs): void {
  const n = a.outChannels, rows = a.pooledHeight, columns = a.pooledWidth;
  const first = piece * a.imagesPerGroup;
  const last = min(first + a.imagesPerGroup, a.images);
  const tap = <usize> n << 2, row = <usize> a.width << 2;
  const out = a.out + <usize> piece * 9 * tap;
  const bits = i32x4.splat(a.passedRelu !== 0 ? 7 : 3);
  memory.fill(out, 0, 9 * tap);
  for (let image = first; image < last; image++) {
    const x = a.x + <usize> (image * a.height) * row;
    const index = <usize> (image * rows * columns * n);
    for (let c: usize = 0; c < tap; c += 16) {
      const dy = a.dy + (index << 2) + c, mask = a.mask + index + (c >> 2);
      patchGradient(x, row, dy, mask, bits, rows, columns, out + c, tap);
    }
  }
}
