/** Somebody who writes on the page, by pointer events. @module */
import type { Page } from "puppeteer-core";

type Point = readonly [x: number, y: number];

/** Strokes in a box: x and y from 0 to 1, to the right and down. */
export type Shape = readonly (readonly Point[])[];

/** Part of an ellipse, clockwise from the top: `from` and `to` in turns. */
function arc(x: number, y: number, rx: number, ry: number, from: number, to: number): Point[] {
  return Array.from({ length: 17 }, (_, i) => {
    const angle = 2 * Math.PI * (from + (to - from) * i / 16);
    return [x + rx * Math.sin(angle), y - ry * Math.cos(angle)];
  });
}

/** The digits 0 to 9 as one learns them at school. */
export const DIGITS: readonly Shape[] = [
  [arc(0.5, 0.5, 0.33, 0.5, 0, 1.02)],
  [[[0.5, 0], [0.48, 0.5], [0.46, 1]]],
  [[...arc(0.45, 0.28, 0.3, 0.28, -0.2, 0.4), [0.1, 0.98], [0.3, 0.95], [0.85, 0.97]]],
  [[...arc(0.42, 0.25, 0.28, 0.25, -0.18, 0.5), ...arc(0.42, 0.73, 0.33, 0.27, 0, 0.7)]],
  [[[0.3, 0], [0.1, 0.58], [0.85, 0.58]], [[0.68, 0.3], [0.66, 0.6], [0.64, 1]]],
  [
    [[0.3, 0.02], [0.24, 0.42], ...arc(0.44, 0.68, 0.3, 0.3, -0.08, 0.66)],
    [[0.3, 0.02], [0.8, 0]],
  ],
  [[[0.62, 0], [0.3, 0.35], [0.18, 0.7], ...arc(0.45, 0.73, 0.27, 0.26, -0.25, -1.25)]],
  [[[0.12, 0.04], [0.45, 0.05], [0.85, 0.02], [0.6, 0.45], [0.42, 1]]],
  [[
    ...arc(0.48, 0.24, 0.25, 0.24, 0.2, -0.5),
    ...arc(0.48, 0.74, 0.3, 0.26, 0, 1),
    ...arc(0.48, 0.24, 0.25, 0.24, 0.5, 0.2),
  ]],
  [[...arc(0.45, 0.27, 0.27, 0.26, 0.2, -0.8), [0.7, 0.5], [0.62, 1]]],
];

/**
 * A seven with a hook at its beginning, two crossbars and a foot.
 *
 * @param sway How far its points are from where they are meant to be.
 */
export function ornateSeven(sway: number): Shape {
  return [
    [
      ...[[0.02 + sway, 0.65], [0.05, 0.1], [0.1, 0.02], [0.5, 0.05 + sway]] as const,
      ...[[0.85, 0.02], [0.75 - sway, 0.25], [0.5, 0.6], [0.42 + sway, 1]] as const,
    ],
    [[0.2, 0.48 + sway], [0.95, 0.4 - sway]],
    [[0.1, 0.72 + sway], [0.8, 0.66 - sway]],
    [[0.05, 1], [0.85 + sway, 0.98]],
  ];
}

const SIZE = { width: 46, height: 66 };

/** Writes shapes beside each other, from the left. */
export async function write(page: Page, shapes: readonly Shape[]): Promise<void> {
  const pad = (await (await page.$("#pad"))!.boundingBox())!;
  for (const [i, shape] of shapes.entries()) {
    for (const stroke of shape) {
      const points = stroke.map(([x, y]) =>
        [
          pad.x + 20 + i * SIZE.width * 1.4 + x * SIZE.width,
          pad.y + 50 + y * SIZE.height,
        ] as const
      );
      await page.mouse.move(...points[0]!);
      await page.mouse.down();
      // Faster than frames, as a hand is: several points come with one event.
      await Promise.all(points.slice(1).map((point) => page.mouse.move(...point)));
      await page.mouse.up();
    }
  }
}
