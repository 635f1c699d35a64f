/**
 * Convolutions in double precision, straight from their definition, for shapes that are too large for `cpu`.
 * @module
 */

/** A convolution that moves by one pixel, without padding; images are `[batch, height, width, channels]`. */
export interface Convolution {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filters: number;
  /** Height and width of the filter. */
  readonly size: number;
}

/** Height and width of the result. */
export function outSize({ height, width, size }: Convolution): [height: number, width: number] {
  return [height - size + 1, width - size + 1];
}

type Values = ArrayLike<number>;

/** Calls `fn` with the first values of x, filter and result for each row of products. */
function forRows(
  conv: Convolution,
  fn: (x: number, filter: number, y: number) => void,
): void {
  const { batch, height, width, channels, filters, size } = conv;
  const [rows, columns] = outSize(conv);
  for (let image = 0; image < batch; image++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const y = ((image * rows + i) * columns + j) * filters;
        for (let p = 0; p < size; p++) {
          for (let q = 0; q < size; q++) {
            const x = ((image * height + i + p) * width + j + q) * channels;
            const tap = (p * size + q) * channels;
            for (let c = 0; c < channels; c++) fn(x + c, (tap + c) * filters, y);
          }
        }
      }
    }
  }
}

export function convolve(conv: Convolution, x: Values, filter: Values): Float64Array {
  const [rows, columns] = outSize(conv);
  const out = new Float64Array(conv.batch * rows * columns * conv.filters);
  forRows(conv, (at, w, y) => {
    const value = x[at]!;
    for (let n = 0; n < conv.filters; n++) out[y + n]! += value * filter[w + n]!;
  });
  return out;
}

export function gradientOfInput(conv: Convolution, dy: Values, filter: Values): Float64Array {
  const out = new Float64Array(conv.batch * conv.height * conv.width * conv.channels);
  forRows(conv, (at, w, y) => {
    let sum = 0;
    for (let n = 0; n < conv.filters; n++) sum += dy[y + n]! * filter[w + n]!;
    out[at]! += sum;
  });
  return out;
}

export function gradientOfFilter(conv: Convolution, x: Values, dy: Values): Float64Array {
  const out = new Float64Array(conv.size ** 2 * conv.channels * conv.filters);
  forRows(conv, (at, w, y) => {
    const value = x[at]!;
    for (let n = 0; n < conv.filters; n++) out[w + n]! += value * dy[y + n]!;
  });
  return out;
}
