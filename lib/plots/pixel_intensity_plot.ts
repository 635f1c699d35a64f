import { axisX, dot, link, rectY, ruleX, text } from "@observablehq/plot";
import { percent } from "lib/format.ts";
import { intensityCounts, meanIntensities } from "lib/ink.ts";
import { type Chart, drawChart, type Panel } from "lib/plots/_chart.ts";
import { countDigits } from "lib/plots/_digits.ts";
import { COLOURS, FAINT, SMALL_FONT_SIZE } from "lib/plots/_theme.ts";

const LEFT = 42;
const RIGHT = 78;
const HISTOGRAM_HEIGHT = 150;
const ROWS_HEIGHT = 300;
const BIN_WIDTH = 16;

/**
 * How intensities are spread: over all pixels with ink, in one histogram, and over images, as the
 * mean intensity of the images of each digit, with the digits in order of their median.
 *
 * @param images Grey images `[n, 28, 28]`, 0..255.
 * @param labels The digits 0 to 9: `[n]`.
 */
export function pixelIntensityPlot(images: Uint8Array, labels: ArrayLike<number>): Chart {
  countDigits(images, labels);
  const counts = intensityCounts(images);
  const blank = counts[0]! / (images.length || 1);
  const bins = binInk(counts);
  const spreads = meanIntensities(images, labels)
    .map((means, digit) => ({ digit, ...spreadOf(means) }))
    .filter(({ median }) => !Number.isNaN(median))
    .toSorted((a, b) => a.median - b.median);
  const [faintest, darkest] = [spreads[0], spreads.at(-1)];
  return drawChart({
    label: "Pixel intensities",
    description: `${percent(blank, 1)} of the pixels are blank. ` +
      (faintest === undefined
        ? ""
        : `The median image of a ${faintest.digit} has a mean intensity of ` +
          `${faintest.median.toFixed(0)}, that of a ${darkest!.digit} ${
            darkest!.median.toFixed(0)
          }.`),
  }, ({ width }) => ({
    height: HISTOGRAM_HEIGHT + ROWS_HEIGHT,
    panels: [histogram(bins, blank, width), spreadRows(spreads, width)],
  }));
}

interface Bin {
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

/** The intensities above 0 in 16 bins. */
function binInk(counts: Uint32Array): Bin[] {
  const ink = counts.subarray(1).reduce((sum, count) => sum + count, 0);
  return Array.from({ length: counts.length / BIN_WIDTH }, (_, i) => {
    const [from, to] = [i * BIN_WIDTH, (i + 1) * BIN_WIDTH];
    const count = counts.subarray(Math.max(1, from), to).reduce((sum, n) => sum + n, 0);
    return { from, to, share: count / (ink || 1) };
  });
}

interface Spread {
  readonly digit: number;
  readonly low: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
  readonly high: number;
}

/** Quantiles of sorted values; NaN where there are none. */
function spreadOf(sorted: Float64Array): Omit<Spread, "digit"> {
  const quantile = (q: number): number => sorted[Math.round(q * (sorted.length - 1))] ?? NaN;
  return {
    low: quantile(0.05),
    lowerQuartile: quantile(0.25),
    median: quantile(0.5),
    upperQuartile: quantile(0.75),
    high: quantile(0.95),
  };
}

function heading(content: string): ReturnType<typeof text> {
  return text([content], {
    frameAnchor: "top-left",
    textAnchor: "start",
    lineAnchor: "bottom",
    dx: -LEFT,
    dy: -10,
    fontWeight: 600,
  });
}

function histogram(bins: readonly Bin[], blank: number, width: number): Panel {
  const labelled = bins.filter((_, i) => i === 0 || i === bins.length - 1);
  return {
    x: 0,
    y: 0,
    plot: {
      width,
      height: HISTOGRAM_HEIGHT,
      marginTop: 30,
      marginBottom: 40,
      marginLeft: LEFT,
      marginRight: RIGHT,
      x: { domain: [0, 256], axis: null },
      y: { domain: [0, Math.max(...bins.map(({ share }) => share), 0.1)], axis: null },
      marks: [
        rectY(bins, { x1: "from", x2: "to", y: "share", fill: COLOURS.blue, inset: 0.5 }),
        text(labelled, {
          x: ({ from, to }: Bin) => (from + to) / 2,
          y: "share",
          text: ({ share }: Bin) => percent(share, 0),
          lineAnchor: "bottom",
          dy: -3,
          fontSize: SMALL_FONT_SIZE,
        }),
        heading("Pixels with ink"),
        text([`${percent(blank, 1)} of all\npixels are\nblank (0)`], {
          frameAnchor: "right",
          textAnchor: "start",
          dx: 6,
          fontSize: SMALL_FONT_SIZE,
        }),
        axisX({
          ticks: [0, 64, 128, 192, 255],
          tickSize: 4,
          fontSize: SMALL_FONT_SIZE,
          label: "Intensity",
          labelAnchor: "center",
          labelArrow: "none",
          labelOffset: 36,
        }),
      ],
    },
  };
}

function spreadRows(spreads: readonly Spread[], width: number): Panel {
  const stroke = COLOURS.blue;
  return {
    x: 0,
    y: HISTOGRAM_HEIGHT,
    plot: {
      width,
      height: ROWS_HEIGHT,
      marginTop: 38,
      marginBottom: 44,
      marginLeft: LEFT,
      marginRight: RIGHT,
      x: { domain: [0, Math.max(1, ...spreads.map(({ high }) => high))], nice: true, axis: null },
      y: {
        type: "point",
        domain: spreads.map(({ digit }) => digit),
        padding: 0.6,
        axis: null,
      },
      marks: [
        axisX({
          ticks: 5,
          tickSize: 4,
          fontSize: SMALL_FONT_SIZE,
          label: "Mean intensity (line: 90% of the images, bar: half)",
          labelAnchor: "center",
          labelArrow: "none",
          labelOffset: 38,
        }),
        ruleX([0], { strokeOpacity: FAINT.line }),
        link(spreads, { x1: "low", x2: "high", y: "digit", stroke, strokeWidth: 1.5 }),
        link(spreads, {
          x1: "lowerQuartile",
          x2: "upperQuartile",
          y: "digit",
          stroke,
          strokeWidth: 9,
          strokeOpacity: 0.45,
        }),
        dot(spreads, { x: "median", y: "digit", r: 4.5, fill: stroke }),
        text(spreads, {
          y: "digit",
          text: ({ digit }: Spread) => String(digit),
          frameAnchor: "left",
          textAnchor: "end",
          dx: -10,
          fontSize: 14,
          fontWeight: 600,
        }),
        text(spreads, {
          y: "digit",
          text: ({ median }: Spread) => median.toFixed(0),
          frameAnchor: "right",
          textAnchor: "end",
          dx: 56,
          fontVariant: "tabular-nums",
        }),
        heading("Images of each digit"),
        text(["Median"], {
          frameAnchor: "top-right",
          textAnchor: "end",
          lineAnchor: "bottom",
          dx: 56,
          dy: -10,
          fontSize: SMALL_FONT_SIZE,
          fillOpacity: FAINT.text,
        }),
      ],
    },
  };
}
