import type { Homography } from "lib/read/homography.ts";
import type { GrayImage } from "lib/read/image.ts";

/** Degrees by which a picture can be turned clockwise without a pixel between pixels. */
export type QuarterTurn = 0 | 90 | 180 | 270;

/** Turns a picture clockwise. `toSource` maps the corners of its pixels back. */
export function quarterTurn(
  image: GrayImage,
  degrees: QuarterTurn,
): { image: GrayImage; toSource: Homography } {
  const { width, height, values } = image;
  if (degrees === 0) return { image, toSource: MAPS[0](width, height) };
  const isOnSide = degrees === 90 || degrees === 270;
  const [newWidth, newHeight] = isOnSide ? [height, width] : [width, height];
  const toSource = MAPS[degrees](width, height);
  const [a, b, c, d, e, f] = toSource as [number, number, number, number, number, number];
  const turned = new Uint8Array(values.length);
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) {
      const column = Math.floor(a * (x + 0.5) + b * (y + 0.5) + c);
      const row = Math.floor(d * (x + 0.5) + e * (y + 0.5) + f);
      turned[y * newWidth + x] = values[row * width + column]!;
    }
  }
  return { image: { width: newWidth, height: newHeight, values: turned }, toSource };
}

/** Of a picture's width and height, from the turned picture to it. */
const MAPS: Record<QuarterTurn, (width: number, height: number) => Homography> = {
  0: () => [1, 0, 0, 0, 1, 0, 0, 0, 1],
  90: (_, height) => [0, 1, 0, -1, 0, height, 0, 0, 1],
  180: (width, height) => [-1, 0, width, 0, -1, height, 0, 0, 1],
  270: (width) => [0, -1, width, 1, 0, 0, 0, 0, 1],
};
