import { IMAGE_SIZE } from "lib/digits.ts";
import { type Chart, drawChart, FREE_LAYOUT, singlePlot } from "lib/plots/_chart.ts";
import { type DigitImages, digitsMark } from "lib/plots/_digits.ts";
import { textMark } from "lib/plots/_text.ts";

/** Image pixels from one image to the next, and from the originals to their versions. */
const PITCH = IMAGE_SIZE + 3;
const GUTTER = 10;
const HEADING_HEIGHT = 26;

/**
 * Original images, each beside several augmented versions of itself.
 *
 * @param before Original images, `[28, 28]` each.
 * @param after For each original its augmented versions, `[28, 28]` each.
 */
export function augmentationPlot(
  before: readonly DigitImages[],
  after: readonly (readonly DigitImages[])[],
): Chart {
  const versions = Math.max(1, ...after.map((row) => row.length));
  const firstVersion = PITCH + GUTTER;
  const digits = before.flatMap((image, row) => [
    { image, x: 0, y: row * PITCH },
    ...(after[row] ?? []).map((version, i) => ({
      image: version,
      x: firstVersion + i * PITCH,
      y: row * PITCH,
    })),
  ]);
  return drawChart({
    label: "Images before and after augmentation",
    description: `${before.length} original images, each beside ${versions} randomly augmented ` +
      `versions of itself.`,
  }, (layout) => {
    const scale = layout.width / (firstVersion + versions * PITCH);
    return singlePlot(layout, {
      ...FREE_LAYOUT,
      height: Math.ceil(HEADING_HEIGHT + before.length * PITCH * scale),
      marks: [
        textMark([
          { x: 0, y: 10, text: layout.isNarrow ? "Orig." : "Original" },
          { x: firstVersion * scale, y: 10, text: "Augmented" },
        ], { textAnchor: "start", fontWeight: 600 }),
        digitsMark(digits, { x: 0, y: HEADING_HEIGHT, scale }),
      ],
    });
  });
}
