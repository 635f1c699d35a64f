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
  // A rim of paper gives each pixel eight neighbours at fixed distances.
  const stride = width + 2;
  const unseen = new Uint8Array(stride * (height + 2));
  for (let y = 0; y < height; y++) {
    unseen.set(ink.subarray(y * width, (y + 1) * width), (y + 1) * stride + 1);
  }
  const neighbours = Int32Array.of(
    ...[-stride - 1, -stride, -stride + 1, -1, 1, stride - 1, stride, stride + 1],
  );
  const stack = new Int32Array(ink.length);
  const components: Component[] = [];
  for (let start = 0; start < unseen.length; start++) {
    if (unseen[start] === 0) continue;
    // The part of the stack before `next` has been visited: in the end it is the component.
    let count = 1;
    stack[0] = start;
    unseen[start] = 0;
    for (let next = 0; next < count; next++) {
      const at = stack[next]!;
      for (let i = 0; i < 8; i++) {
        const neighbour = at + neighbours[i]!;
        if (unseen[neighbour] === 0) continue;
        unseen[neighbour] = 0;
        stack[count++] = neighbour;
      }
    }
    const pixels = new Int32Array(count);
    let left = width, right = 0, top = height, bottom = 0;
    for (let i = 0; i < count; i++) {
      const at = stack[i]!;
      const y = ((at / stride) | 0) - 1, x = at - (y + 1) * stride - 1;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
      pixels[i] = y * width + x;
    }
    components.push({
      box: { left, top, width: right - left + 1, height: bottom - top + 1 },
      pixels,
    });
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
