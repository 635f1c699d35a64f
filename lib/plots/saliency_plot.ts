import type { Chart } from "lib/plots/_chart.ts";
import { digitGrid } from "lib/plots/_digit_grid.ts";
import type { DigitImages } from "lib/plots/_digits.ts";

/** An image with the pixels that its reading depends on most. */
export interface SaliencyItem {
  /** `[28, 28]`. */
  readonly image: DigitImages;
  /** Weight of each pixel, `[28, 28]`, 0 to 1. */
  readonly heat: ArrayLike<number>;
  /** The label. */
  readonly actual: number;
  /** What the model read. */
  readonly predicted: number;
}

/** Each image beside a copy in which the pixels that its reading depends on are marked. */
export function saliencyPlot(items: readonly SaliencyItem[]): Chart {
  return digitGrid({
    label: "Pixels that the readings depend on",
    description: "Pairs of an image and the same image with its most influential pixels marked: " +
      items.map(({ actual, predicted }) => `a ${actual} read as ${predicted}`).join(", ") + ".",
  }, {
    columns: { wide: 4, narrow: 2 },
    items: items.map(({ image, heat, actual, predicted }) => ({
      images: [{ image }, { image, heat }],
      caption: [`${actual} read as ${predicted}`, actual === predicted ? "✓ right" : "✗ wrong"],
    })),
  });
}
