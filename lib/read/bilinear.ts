/** The value between four: `x` from left to right, `y` from top to bottom, both 0 to 1. */
export function bilinear(
  topLeft: number,
  topRight: number,
  bottomLeft: number,
  bottomRight: number,
  x: number,
  y: number,
): number {
  return (topLeft * (1 - x) + topRight * x) * (1 - y) +
    (bottomLeft * (1 - x) + bottomRight * x) * y;
}

/**
 * The value at a point between pixels.
 *
 * @param at The value of a pixel, those to the right of the point and below it included.
 */
export function bilinearAt(
  at: (column: number, row: number) => number,
  x: number,
  y: number,
): number {
  const left = Math.floor(x), top = Math.floor(y);
  return bilinear(
    at(left, top),
    at(left + 1, top),
    at(left, top + 1),
    at(left + 1, top + 1),
    x - left,
    y - top,
  );
}
