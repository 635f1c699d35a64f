import { RandomState } from "lib/random.ts";
import { MAX_SWELLING, type Swelling } from "lib/dataset/synthetic/raster.ts";

/** Side of the tile, in scan pixels: a power of two. */
const SIZE = 128;

/** A tile of smooth noise, -1 to 1, in blots of a few pixels; it repeats without a seam. */
type Grain = Float32Array;

/** Draws the grain of the paper, the same for all digits. */
export function drawGrain(): Grain {
  const random = new RandomState(0);
  let grain: Grain = Float32Array.from({ length: SIZE * SIZE }, () => random.uniform(-1, 1));
  for (const stride of [1, SIZE, 1, SIZE]) grain = blurred(grain, stride);
  return grain.map((value) => Math.min(1, Math.max(-1, value)));
}

/** Each value with its two neighbours along one axis: more than their mean, to keep the spread. */
function blurred(grain: Grain, stride: number): Grain {
  const last = grain.length - 1;
  return grain.map((value, i) =>
    (grain[(i - stride) & last]! + value + grain[(i + stride) & last]!) / 2.4
  );
}

/** How a stroke's edge is roughened by the grain: another part of it, and more or less, each time. */
export function roughEdge(grain: Grain, random: RandomState): Swelling {
  const strength = MAX_SWELLING * random.uniform(0.2, 1);
  const originX = random.randint(0, SIZE), originY = random.randint(0, SIZE);
  return (x, y) =>
    strength * grain[((y + originY) & (SIZE - 1)) * SIZE + ((x + originX) & (SIZE - 1))]!;
}
