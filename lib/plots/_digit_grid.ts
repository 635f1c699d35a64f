import { IMAGE_SIZE } from "lib/digits.ts";
import {
  type Chart,
  type ChartText,
  drawChart,
  type Drawing,
  FREE_LAYOUT,
  type Layout,
  singlePlot,
} from "lib/plots/_chart.ts";
import { type DigitImages, digitsMark } from "lib/plots/_digits.ts";
import { type PlacedText, textMark } from "lib/plots/_text.ts";
import { FAINT, SMALL_FONT_SIZE } from "lib/plots/_theme.ts";

/** Images side by side, with two lines of text beneath. */
interface GridItem {
  readonly images: readonly { readonly image: DigitImages; readonly heat?: ArrayLike<number> }[];
  readonly caption: readonly [string, string];
}

/** Image pixels between the images of one item, and between items. */
const INNER_GAP = 1;
const GAP = 8;
/** Chart units. */
const CAPTION_HEIGHT = 40;
const ROW_GAP = 12;

/** Items of a grid, and how many stand side by side: on a page, and on a phone. */
interface Grid {
  readonly items: readonly GridItem[];
  readonly columns: { readonly wide: number; readonly narrow: number };
}

/** A chart of captioned images in rows. */
export function digitGrid(text: ChartText, { items, columns }: Grid): Chart {
  return drawChart(
    text,
    (layout) => drawGrid(layout, items, layout.isNarrow ? columns.narrow : columns.wide),
  );
}

function drawGrid(layout: Layout, items: readonly GridItem[], columns: number): Drawing {
  const imagesEach = Math.max(1, ...items.map(({ images }) => images.length));
  const itemWidth = imagesEach * (IMAGE_SIZE + INNER_GAP) - INNER_GAP;
  const pitch = itemWidth + GAP;
  const scale = layout.width / (columns * pitch);
  // Rows start on whole image pixels, because one sheet carries them all.
  const rowPixels = IMAGE_SIZE + Math.ceil((CAPTION_HEIGHT + ROW_GAP) / scale);
  const placed = items.map((item, i) => ({
    ...item,
    x: GAP / 2 + (i % columns) * pitch,
    y: Math.floor(i / columns) * rowPixels,
  }));
  const captions = (line: 0 | 1): PlacedText[] =>
    placed.map(({ x, y, caption }) => ({
      x: (x + itemWidth / 2) * scale,
      y: (y + IMAGE_SIZE) * scale + 12 + line * 15,
      text: caption[line],
    }));
  const rows = Math.ceil(items.length / columns);
  return singlePlot(layout, {
    ...FREE_LAYOUT,
    height: Math.max(1, Math.ceil(rows * rowPixels * scale - ROW_GAP)),
    marks: [
      digitsMark(
        placed.flatMap(({ images, x, y }) =>
          images.map((image, i) => ({ ...image, x: x + i * (IMAGE_SIZE + INNER_GAP), y }))
        ),
        { x: 0, y: 0, scale },
      ),
      textMark(captions(0), { fontSize: 12.5, fontWeight: 600 }),
      textMark(captions(1), { fontSize: SMALL_FONT_SIZE, fillOpacity: FAINT.text }),
    ],
  });
}
