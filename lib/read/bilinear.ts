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
