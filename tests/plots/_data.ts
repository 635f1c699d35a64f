import { IMAGE_SIZE, PIXELS } from "lib/digits.ts";
import type { HistoryRow } from "lib/model/mod.ts";
import { RandomState } from "lib/random.ts";

/** Which strokes of a seven-segment display make up each digit. */
const SEGMENTS = [
  "abcdef",
  "bc",
  "abdeg",
  "abcdg",
  "bcfg",
  "acdfg",
  "acdefg",
  "abc",
  "abcdefg",
  "abcdfg",
];
const ENDS: Readonly<Record<string, readonly [number, number, number, number]>> = {
  a: [9, 5, 19, 5],
  b: [19, 5, 19, 14],
  c: [19, 14, 19, 23],
  d: [9, 23, 19, 23],
  e: [9, 14, 9, 23],
  f: [9, 5, 9, 14],
  g: [9, 14, 19, 14],
};

/** Digits as a seven-segment display shows them, slanted and shifted a little: `[n, 28, 28]`. */
export function segmentDigits(labels: ArrayLike<number>, seed: number): Uint8Array {
  const random = new RandomState(seed);
  const images = new Uint8Array(labels.length * PIXELS);
  for (let i = 0; i < labels.length; i++) {
    const strokes = [...SEGMENTS[labels[i]!]!].map((segment) => ENDS[segment]!);
    const slant = random.uniform(-0.1, 0.3);
    const shift = random.randint(-3, 4);
    const radius = random.uniform(1, 2.2);
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      const y = Math.floor(pixel / IMAGE_SIZE);
      const x = pixel % IMAGE_SIZE - shift + slant * (y - 14);
      const distance = Math.min(...strokes.map((stroke) => distanceTo(stroke, x, y)));
      images[i * PIXELS + pixel] = Math.round(255 * Math.min(1, Math.max(0, radius - distance)));
    }
  }
  return images;
}

/** Distance of a point to an upright or level stroke. */
function distanceTo(
  [x1, y1, x2, y2]: readonly [number, number, number, number],
  x: number,
  y: number,
): number {
  const dx = x - Math.min(x2, Math.max(x1, x));
  const dy = y - Math.min(y2, Math.max(y1, y));
  return Math.sqrt(dx * dx + dy * dy);
}

/** `0 1 2 ... 9 0 1 2 ...` */
export function cyclingLabels(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => i % 10);
}

/** A training whose validation loss turns after the third epoch. */
export function exampleHistory(epochs: number): HistoryRow[] {
  return Array.from({ length: epochs }, (_, i) => ({
    epoch: i + 1,
    loss: 0.004 + 0.17 / (1 + i * i),
    accuracy: 0.9985 - 0.05 / (1 + i * i),
    valLoss: 0.03 + 0.03 / (1 + i) + 0.004 * Math.abs(i - 2),
    valAccuracy: 0.991 - 0.012 / (1 + i) - 0.001 * (i % 2),
  }));
}
