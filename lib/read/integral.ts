import type { GrayImage } from "lib/read/image.ts";

/** Sums over rectangles of a picture, each in the same short time (a summed-area table). */
export class IntegralImage {
  readonly #sums: Float64Array;
  readonly #stride: number;

  /** @param value What is summed, of a pixel's value. */
  constructor(readonly image: GrayImage, value: (grey: number) => number = (grey) => grey) {
    const { width, height, values } = image;
    this.#stride = width + 1;
    this.#sums = new Float64Array((width + 1) * (height + 1));
    const table = Float64Array.from({ length: 256 }, (_, grey) => value(grey));
    for (let y = 0; y < height; y++) {
      let row = 0;
      const above = y * this.#stride, below = above + this.#stride;
      for (let x = 0; x < width; x++) {
        row += table[values[y * width + x]!]!;
        this.#sums[below + x + 1] = this.#sums[above + x + 1]! + row;
      }
    }
  }

  /** The mean over the square of side `2 * radius + 1` about a pixel, as far as it is in the picture. */
  mean(x: number, y: number, radius: number): number {
    const left = Math.max(0, x - radius), right = Math.min(this.image.width, x + radius + 1);
    const top = Math.max(0, y - radius) * this.#stride;
    const bottomRow = Math.min(this.image.height, y + radius + 1);
    const bottom = bottomRow * this.#stride;
    const sum = this.#sums[bottom + right]! - this.#sums[bottom + left]! -
      this.#sums[top + right]! + this.#sums[top + left]!;
    return sum / ((right - left) * (bottomRow - top / this.#stride));
  }
}
