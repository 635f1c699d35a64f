import { axisX, axisY, frame, rect, rectX, rectY, text } from "@observablehq/plot";
import { IMAGE_SIZE } from "lib/digits.ts";
import { formatCount, percent } from "lib/format.ts";
import { inkBoxes } from "lib/ink.ts";
import { type Chart, drawChart, type Panel } from "lib/plots/_chart.ts";
import { countDigits } from "lib/plots/_digits.ts";
import { COLOURS, FAINT, SMALL_FONT_SIZE } from "lib/plots/_theme.ts";

const LEFT = 46;
const BOTTOM = 44;
/** Length of a full bar beside the square field, and the distance between them. */
const SIDE = 76;
const GAP = 6;

/**
 * Sizes: every image is a square of 28 pixels, so what differs is how much of it the ink fills. The
 * width and height of each image's ink as a two-way histogram, with the shares of each width and
 * each height beside it, both on one scale.
 *
 * @param images Grey images `[n, 28, 28]`, 0..255.
 */
export function imageSizesPlot(images: Uint8Array): Chart {
  const count = countDigits(images);
  const { widths, heights } = inkBoxes(images);
  const [byWidth, byHeight] = [shares(widths), shares(heights)];
  const cells = countPairs(widths, heights);
  const longest = Math.max(...[...byWidth, ...byHeight].map(({ share }) => share), 0.01);
  return drawChart({
    label: "Size of the images and of their ink",
    description:
      `All ${formatCount(count)} images are ${IMAGE_SIZE} by ${IMAGE_SIZE} pixels. The ` +
      `ink is at most ${largest(widths)} pixels wide and ${largest(heights)} high, ` +
      `on average ${formatMean(widths)} wide and ${formatMean(heights)} high.`,
  }, ({ width }) => {
    const field = width - LEFT - GAP - SIDE;
    return {
      height: SIDE + GAP + field + BOTTOM,
      panels: [
        {
          x: LEFT,
          y: 0,
          plot: {
            margin: 0,
            width: field,
            height: SIDE,
            x: SIZES,
            y: { domain: [0, longest], axis: null },
            marks: [
              rectY(byWidth, { x1: "from", x2: "to", y: "share", ...BARS }),
              text([mode(byWidth)], {
                x: "size",
                y: "share",
                text: (bar: Bar) => `${percent(bar.share, 0)} are ${bar.size} wide`,
                lineAnchor: "bottom",
                dy: -4,
                fontSize: SMALL_FONT_SIZE,
              }),
            ],
          },
        },
        {
          x: LEFT + field + GAP,
          y: SIDE + GAP,
          plot: {
            margin: 0,
            width: SIDE,
            height: field,
            x: { domain: [0, longest], axis: null },
            y: SIZES,
            marks: [
              rectX(byHeight, { y1: "from", y2: "to", x: "share", ...BARS }),
              text([mode(byHeight)], {
                y: "size",
                frameAnchor: "left",
                textAnchor: "start",
                lineAnchor: "top",
                dx: 8,
                dy: 8,
                text: (bar: Bar) => `${percent(bar.share, 0)} are\n${bar.size} high`,
                fontSize: SMALL_FONT_SIZE,
              }),
            ],
          },
        },
        sizesField(cells, { field, widest: largest(widths), highest: largest(heights) }),
      ],
    };
  });
}

const SIZES = { domain: [0.5, IMAGE_SIZE + 0.5], axis: null } as const;
const BARS = { fill: COLOURS.blue, inset: 0.5 } as const;

interface Cell {
  readonly width: number;
  readonly height: number;
  readonly count: number;
}

function sizesField(
  cells: readonly Cell[],
  { field, widest, highest }: {
    readonly field: number;
    readonly widest: number;
    readonly highest: number;
  },
): Panel {
  const busiest = Math.max(1, ...cells.map(({ count }) => count));
  const axis = {
    ticks: [1, 5, 10, 15, 20, 25, IMAGE_SIZE],
    tickSize: 4,
    fontSize: SMALL_FONT_SIZE,
    labelAnchor: "center",
    labelArrow: "none",
  } as const;
  return {
    x: 0,
    y: SIDE + GAP,
    plot: {
      margin: 0,
      marginLeft: LEFT,
      marginBottom: BOTTOM,
      x: SIZES,
      y: SIZES,
      width: LEFT + field,
      height: field + BOTTOM,
      marks: [
        frame({ fill: "currentColor", fillOpacity: FAINT.card }),
        rect(cells, {
          x1: (cell: Cell) => cell.width - 0.5,
          x2: (cell: Cell) => cell.width + 0.5,
          y1: (cell: Cell) => cell.height - 0.5,
          y2: (cell: Cell) => cell.height + 0.5,
          fill: COLOURS.blue,
          fillOpacity: (cell: Cell) => Math.sqrt(cell.count / busiest),
        }),
        rect([[Math.max(widest, 1) + 0.5, Math.max(highest, 1) + 0.5]], {
          x1: 0.5,
          x2: "0",
          y1: 0.5,
          y2: "1",
          stroke: "currentColor",
          strokeDasharray: "3,3",
        }),
        frame({ stroke: "currentColor" }),
        text([`every image: ${IMAGE_SIZE} × ${IMAGE_SIZE} pixels`], {
          frameAnchor: "top-left",
          lineAnchor: "top",
          dx: 7,
          dy: 7,
          fontWeight: 600,
        }),
        text([`all ink fits in ${widest} × ${highest}`], {
          x: () => 0.5,
          y: () => highest + 0.5,
          textAnchor: "start",
          lineAnchor: "bottom",
          dx: 7,
          dy: -6,
        }),
        axisX({ ...axis, label: "Width of the ink (pixels)", labelOffset: 38 }),
        axisY({ ...axis, label: "Height of the ink (pixels)", labelOffset: 40 }),
      ],
    },
  };
}

/** Share of the images whose ink has one size, and the size's place on the axis. */
interface Bar {
  readonly size: number;
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

function shares(sizes: Uint8Array): Bar[] {
  const counts = new Uint32Array(IMAGE_SIZE + 1);
  for (const size of sizes) counts[size]!++;
  return Array.from(counts, (count, size) => ({
    size,
    from: size - 0.5,
    to: size + 0.5,
    share: count / (sizes.length || 1),
  })).slice(1);
}

function mode(bars: readonly Bar[]): Bar {
  return bars.reduce((most, bar) => bar.share > most.share ? bar : most);
}

function countPairs(widths: Uint8Array, heights: Uint8Array): Cell[] {
  const side = IMAGE_SIZE + 1;
  const counts = new Uint32Array(side * side);
  for (let i = 0; i < widths.length; i++) counts[widths[i]! * side + heights[i]!]!++;
  return Array.from(counts, (count, key) => ({
    width: Math.floor(key / side),
    height: key % side,
    count,
  })).filter(({ width, count }) => width > 0 && count > 0);
}

function largest(sizes: Uint8Array): number {
  return sizes.reduce((most, size) => Math.max(most, size), 0);
}

function formatMean(values: Uint8Array): string {
  return (values.reduce((sum, value) => sum + value, 0) / (values.length || 1)).toFixed(1);
}
