import { type Digits, PIXELS } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";

/** Images as text, a character a pixel: keys of a map. */
function keysOf(images: Uint8Array): string[] {
  const text = new TextDecoder("latin1");
  return Array.from(
    { length: images.length / PIXELS },
    (_, i) => text.decode(images.subarray(i * PIXELS, (i + 1) * PIXELS)),
  );
}

/**
 * The labels of images that are among labelled ones, found by their pixels. Kaggle's test images are
 * MNIST's, whose labels are public.
 *
 * @param images `[n, 28, 28]`
 * @param labelled Where to look, all labelled.
 * @returns `[n]`
 * @throws {InputError} If an image is not among the labelled ones, or there with two labels.
 */
export function hiddenLabels(images: Uint8Array, labelled: readonly Digits[]): Uint8Array {
  const known = new Map<string, number>();
  const ambiguous = new Set<string>();
  for (const digits of labelled) {
    for (const [i, key] of keysOf(digits.images).entries()) {
      const label = digits.labels![i]!;
      if ((known.get(key) ?? label) !== label) ambiguous.add(key);
      known.set(key, label);
    }
  }
  return Uint8Array.from(keysOf(images), (key, i) => {
    const label = known.get(key);
    if (label === undefined) {
      throw new InputError(
        `Test image ${i + 1} is not one of MNIST's; expected the test images of Kaggle's data.`,
      );
    }
    if (ambiguous.has(key)) {
      throw new InputError(`Test image ${i + 1} is in MNIST with different labels.`);
    }
    return label;
  });
}
