import { CLASSES, IMAGE_SIZE } from "lib/digits.ts";
import { type Chart, drawChart, FREE_LAYOUT, singlePlot } from "lib/plots/_chart.ts";
import { countDigits, digitAt, type DigitImages, digitsMark } from "lib/plots/_digits.ts";
import { textMark } from "lib/plots/_text.ts";

/** Options of {@linkcode sampleDigitsPlot}. */
export interface SampleDigitsOptions {
  /** Examples of each digit, default 10; a narrow chart shows at most 8. */
  readonly columns?: number;
}

const NARROW_COLUMNS = 8;
const LABELS_WIDTH = 26;
/** Image pixels from one image to the next. */
const PITCH = IMAGE_SIZE + 2;

/**
 * The first images of each digit, one row per digit.
 *
 * @param images Grey images `[n, 28, 28]`.
 * @param labels The digits 0 to 9: `[n]`.
 */
export function sampleDigitsPlot(
  images: DigitImages,
  labels: ArrayLike<number>,
  { columns = 10 }: SampleDigitsOptions = {},
): Chart {
  const count = countDigits(images, labels);
  const rows = Array.from({ length: CLASSES }, (): DigitImages[] => []);
  for (let i = 0; i < count; i++) {
    const row = rows[labels[i]!];
    if (row !== undefined && row.length < columns) row.push(digitAt(images, i));
  }
  return drawChart({
    label: "Sample images of each digit",
    description: `Ten rows, one for each digit 0 to 9, of up to ${columns} handwritten examples.`,
  }, (layout) => {
    const shown = layout.isNarrow ? Math.min(columns, NARROW_COLUMNS) : columns;
    const scale = (layout.width - LABELS_WIDTH) / (shown * PITCH);
    return singlePlot(layout, {
      ...FREE_LAYOUT,
      height: Math.ceil(CLASSES * PITCH * scale),
      marks: [
        digitsMark(
          rows.flatMap((row, y) =>
            row.slice(0, shown).map((image, x) => ({ image, x: x * PITCH, y: y * PITCH }))
          ),
          { x: LABELS_WIDTH, y: 0, scale },
        ),
        textMark(
          rows.map((_, digit) => ({
            x: LABELS_WIDTH / 2 - 3,
            y: (digit * PITCH + IMAGE_SIZE / 2) * scale,
            text: String(digit),
          })),
          { fontWeight: 600, fontSize: 15 },
        ),
      ],
    });
  });
}
