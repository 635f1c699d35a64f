/**
 * The value at a point between pixels.
 *
 * @param at The value of a pixel, one to the right and below the point included.
 */
export function bilinear(
  at: (column: number, row: number) => number,
  x: number,
  y: number,
): number {
  const left = Math.floor(x), top = Math.floor(y), fx = x - left, fy = y - top;
  return (at(left, top) * (1 - fx) + at(left + 1, top) * fx) * (1 - fy) +
    (at(left, top + 1) * (1 - fx) + at(left + 1, top + 1) * fx) * fy;
}
