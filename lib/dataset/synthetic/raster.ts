import type { Point } from "lib/dataset/synthetic/curve.ts";

/** A stroke of the pen on the paper: where it goes, and how thick it is. All in scan pixels. */
export interface PenStroke {
  readonly line: readonly Point[];
  readonly startRadius: number;
  readonly endRadius: number;
}

/** A black-and-white picture of one digit, as the scans behind MNIST were. */
export interface Scan {
  readonly width: number;
  readonly height: number;
  /** 1 where there is ink, else 0, row by row. */
  readonly ink: Uint8Array;
}

/** Most that an uneven edge adds to a stroke's radius, in pixels. */
export const MAX_SWELLING = 1.5;

/** What an uneven edge adds to a stroke's radius at a pixel: at most `MAX_SWELLING` either way. */
export type Swelling = (x: number, y: number) => number;

/** A blank sheet of `size` x `size` pixels. */
export function blankScan(size: number): Scan {
  return { width: size, height: size, ink: new Uint8Array(size * size) };
}

/** Draws a stroke with a round pen, whose radius changes evenly from start to end. */
export function drawStroke(
  scan: Scan,
  stroke: PenStroke,
  swelling: Swelling,
): void {
  const { line, startRadius, endRadius } = stroke;
  for (let i = 0; i + 1 < line.length; i++) {
    const radius = startRadius + (endRadius - startRadius) * (i + 0.5) / (line.length - 1);
    drawPiece(scan, line[i]!, line[i + 1]!, radius, swelling);
  }
}

function drawPiece(
  scan: Scan,
  from: Point,
  to: Point,
  radius: number,
  swelling: Swelling,
): void {
  const { width, height, ink } = scan;
  const dx = to.x - from.x, dy = to.y - from.y;
  const lengthSquared = dx * dx + dy * dy + 1e-9;
  const reach = radius + MAX_SWELLING;
  const left = Math.max(0, Math.floor(Math.min(from.x, to.x) - reach));
  const right = Math.min(width - 1, Math.ceil(Math.max(from.x, to.x) + reach));
  const top = Math.max(0, Math.floor(Math.min(from.y, to.y) - reach));
  const bottom = Math.min(height - 1, Math.ceil(Math.max(from.y, to.y) + reach));
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const index = y * width + x;
      if (ink[index] === 1) continue;
      const px = x - from.x, py = y - from.y;
      const along = Math.min(1, Math.max(0, (px * dx + py * dy) / lengthSquared));
      const ex = px - along * dx, ey = py - along * dy;
      const distanceSquared = ex * ex + ey * ey;
      if (distanceSquared >= reach * reach) continue;
      const edge = radius + swelling(x, y);
      if (distanceSquared < edge * edge) ink[index] = 1;
    }
  }
}
