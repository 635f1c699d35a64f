import { concat } from "lib/concat.ts";
import { CLASSES, IMAGE_SIZE, PIXELS } from "lib/digits.ts";
import type { Classify } from "lib/read/reading.ts";

/** A digit this probable needs no second look, and what is less probable than the other is none. */
const CLEAR = 0.97, HOPELESS = 0.02;
/** To the right, to the left, down, up. */
const MOVES = [1, -1, IMAGE_SIZE, -IMAGE_SIZE];

/**
 * Looks again at what isn't clear, moved by a pixel to each side.
 *
 * @param images `[n, 28, 28]`, their rims empty.
 * @param probabilities What a first look gave, of the digits alone: `[n, 10]`.
 * @returns The same; where a digit wasn't clear the mean of the five looks.
 */
export async function lookAgain(
  images: Float32Array,
  probabilities: Float32Array,
  classify: Classify,
): Promise<Float32Array> {
  const result = probabilities.slice();
  const row = (i: number): Float32Array => result.subarray(i * CLASSES, (i + 1) * CLASSES);
  const unclear = Array.from({ length: images.length / PIXELS }, (_, i) => i).filter((i) => {
    const best = Math.max(...row(i));
    return best < CLEAR && best > HOPELESS;
  });
  if (unclear.length === 0) return result;
  const views = unclear.flatMap((i) => {
    const image = images.subarray(i * PIXELS, (i + 1) * PIXELS);
    return MOVES.map((by) => moved(image, by));
  });
  const seen = await classify(concat(Float32Array, views));
  const classes = seen.length / views.length;
  unclear.forEach((i, at) => {
    const first = at * MOVES.length;
    const looks = MOVES.map((_, view) => seen.subarray((first + view) * classes));
    row(i).forEach((p, digit, means) => {
      means[digit] = looks.reduce((sum, look) => sum + look[digit]!, p) / (looks.length + 1);
    });
  });
  return result;
}

/** An image moved by so many pixels in the order of its rows. */
function moved(image: Float32Array, by: number): Float32Array {
  const result = new Float32Array(image.length);
  if (by > 0) result.set(image.subarray(0, -by), by);
  else result.set(image.subarray(-by));
  return result;
}
