import { axisY, barX, ruleX, text } from "@observablehq/plot";
import { CLASSES } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";
import { formatCount, percent } from "lib/format.ts";
import { type Chart, drawChart, singlePlot } from "lib/plots/_chart.ts";
import { COLOURS, FAINT, SMALL_FONT_SIZE } from "lib/plots/_theme.ts";

/**
 * How many images there are of each digit, each digit's share, and the even share for comparison.
 *
 * @param counts Images of the digits 0 to 9: `[10]`.
 */
export function labelDistributionPlot(counts: ArrayLike<number>): Chart {
  if (counts.length !== CLASSES) {
    throw new InputError(
      `counts: ${counts.length} entries; expected one for each of the 10 digits`,
    );
  }
  const rows = Array.from(counts, (count, digit) => ({ digit, count }));
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  const byCount = rows.toSorted((a, b) => b.count - a.count);
  const [most, least] = [byCount[0]!, byCount[CLASSES - 1]!];
  const even = total / CLASSES;
  return drawChart({
    label: "Number of images of each digit",
    description: `${formatCount(total)} images. Most are of the digit ${most.digit} ` +
      `(${formatCount(most.count)}), fewest of ${least.digit} (${formatCount(least.count)}).`,
  }, (layout) =>
    singlePlot(layout, {
      height: 300,
      marginTop: 34,
      marginRight: 110,
      marginBottom: 4,
      marginLeft: 42,
      x: { axis: null, domain: [0, Math.max(most.count, 1)] },
      y: { type: "band", padding: 0.22 },
      marks: [
        axisY({ label: null, tickSize: 0, fontSize: 13 }),
        barX(rows, { x: "count", y: "digit", fill: COLOURS.blue }),
        ruleX([even], { stroke: "currentColor", strokeDasharray: "3,3" }),
        text([even], {
          text: () => `even share ${formatCount(Math.round(even))}`,
          x: (d: number) => d,
          frameAnchor: "top",
          dy: -8,
          lineAnchor: "bottom",
          textAnchor: "end",
          dx: 4,
          fontSize: SMALL_FONT_SIZE,
        }),
        ...([
          ["Images", 52, ({ count }: typeof most) => formatCount(count)],
          ["Share", 109, ({ count }: typeof most) => percent(count / (total || 1), 1)],
        ] as const).flatMap(([heading, dx, value]) => [
          text(rows, {
            text: value,
            y: "digit",
            frameAnchor: "right",
            textAnchor: "end",
            dx,
            fontVariant: "tabular-nums",
          }),
          columnHeading(heading, "top-right", "end", dx),
        ]),
        columnHeading("Digit", "top-left", "end", -9),
      ],
    }));
}

function columnHeading(
  heading: string,
  frameAnchor: "top-left" | "top-right",
  textAnchor: "start" | "end",
  dx: number,
): ReturnType<typeof text> {
  return text([heading], {
    text: (d: string) => d,
    frameAnchor,
    textAnchor,
    lineAnchor: "bottom",
    dx,
    dy: -8,
    fontSize: SMALL_FONT_SIZE,
    fillOpacity: FAINT.text,
  });
}
