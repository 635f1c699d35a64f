import { bilinear } from "lib/read/bilinear.ts";
import type { GrayImage } from "lib/read/image.ts";

/** A point of a picture: pixel centres have whole coordinates. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A projective map of the plane, `[3, 3]` row by row. */
export type Homography = readonly number[];

export const IDENTITY: Homography = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** Where a map takes a point. */
export function mapPoint(map: Homography, { x, y }: Point): Point {
  const w = map[6]! * x + map[7]! * y + map[8]!;
  return {
    x: (map[0]! * x + map[1]! * y + map[2]!) / w,
    y: (map[3]! * x + map[4]! * y + map[5]!) / w,
  };
}

/** First `second`, then `first`. */
export function compose(first: Homography, second: Homography): Homography {
  return first.map((_, i) => {
    const row = 3 * Math.floor(i / 3), column = i % 3;
    return first[row]! * second[column]! + first[row + 1]! * second[3 + column]! +
      first[row + 2]! * second[6 + column]!;
  });
}

/** A turn by `angle` radians about a point (clockwise on a picture, whose y runs downward). */
export function rotation(angle: number, { x, y }: Point): Homography {
  const cos = Math.cos(angle), sin = Math.sin(angle);
  return [cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y, 0, 0, 1];
}

/**
 * The map of a rectangle's corners (0, 0), (width, 0), (width, height), (0, height) to four points
 * (Heckbert, "Fundamentals of Texture Mapping and Image Warping", 1989).
 */
export function fromRectangle(
  width: number,
  height: number,
  [a, b, c, d]: readonly [Point, Point, Point, Point],
): Homography {
  const dx1 = b.x - c.x, dx2 = d.x - c.x, sx = a.x - b.x + c.x - d.x;
  const dy1 = b.y - c.y, dy2 = d.y - c.y, sy = a.y - b.y + c.y - d.y;
  const determinant = dx1 * dy2 - dx2 * dy1;
  const g = (sx * dy2 - dx2 * sy) / determinant, h = (dx1 * sy - sx * dy1) / determinant;
  return [
    (b.x - a.x + g * b.x) / width,
    (d.x - a.x + h * d.x) / height,
    a.x,
    (b.y - a.y + g * b.y) / width,
    (d.y - a.y + h * d.y) / height,
    a.y,
    g / width,
    h / height,
    1,
  ];
}

/**
 * Pulls a picture through a map, with linear interpolation. Beyond its rim is white.
 *
 * @param toSource Takes a pixel of the result to the point of `image` where its value comes from.
 */
export function warpImage(
  image: GrayImage,
  toSource: Homography,
  width: number,
  height: number,
): GrayImage {
  const values = new Uint8Array(width * height);
  const lastX = image.width - 1, lastY = image.height - 1;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const w = toSource[6]! * column + toSource[7]! * row + toSource[8]!;
      const sourceX = (toSource[0]! * column + toSource[1]! * row + toSource[2]!) / w;
      const sourceY = (toSource[3]! * column + toSource[4]! * row + toSource[5]!) / w;
      const target = row * width + column;
      if (sourceX < -1 || sourceY < -1 || sourceX > lastX + 1 || sourceY > lastY + 1) {
        values[target] = 255;
        continue;
      }
      const x = Math.min(lastX, Math.max(0, sourceX)), y = Math.min(lastY, Math.max(0, sourceY));
      const left = Math.floor(x), top = Math.floor(y), fx = x - left, fy = y - top;
      const right = Math.min(lastX, left + 1);
      const above = top * image.width, below = Math.min(lastY, top + 1) * image.width;
      values[target] = Math.round(bilinear(
        image.values[above + left]!,
        image.values[above + right]!,
        image.values[below + left]!,
        image.values[below + right]!,
        fx,
        fy,
      ));
    }
  }
  return { width, height, values };
}
