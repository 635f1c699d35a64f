import type { Box } from "lib/read/reading.ts";
import type { Mask } from "lib/read/threshold.ts";

/** Ink that hangs together. */
export interface Component {
  readonly box: Box;
  /** Indices of its pixels in the picture. */
  readonly pixels: Int32Array;
}

/** The 8-connected components of a mask, in the order of their first pixels. */
export function findComponents({ width, height, ink }: Mask): Component[] {
  const seen = new Uint8Array(ink.length);
  const stack = new Int32Array(ink.length);
  const components: Component[] = [];
  for (let start = 0; start < ink.length; start++) {
    if (ink[start] === 0 || seen[start] === 1) continue;
    // The part of the stack before `next` has been visited: in the end it is the component.
    let count = 1;
    stack[0] = start;
    seen[start] = 1;
    for (let next = 0; next < count; next++) {
      const at = stack[next]!, x = at % width, y = (at - x) / width;
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
          const neighbour = row * width + column;
          if (ink[neighbour] === 0 || seen[neighbour] === 1) continue;
          seen[neighbour] = 1;
          stack[count++] = neighbour;
        }
      }
    }
    const pixels = stack.slice(0, count);
    components.push({ box: boundingBox(pixels, width), pixels });
  }
  return components;
}

/** The smallest box about pixels of a picture. */
export function boundingBox(pixels: Int32Array, width: number): Box {
  let left = Infinity, right = -1, top = Infinity, bottom = -1;
  for (const at of pixels) {
    const x = at % width, y = (at - x) / width;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}
