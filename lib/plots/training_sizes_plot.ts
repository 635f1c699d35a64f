import {
  axisX,
  axisY,
  dot,
  gridX,
  gridY,
  line,
  type Markish,
  ruleY,
  text,
} from "@observablehq/plot";
import { formatCount, percent } from "lib/format.ts";
import { mean } from "lib/metrics/mod.ts";
import { type Chart, drawChart, singlePlot } from "lib/plots/_chart.ts";
import { FAINT, MODEL_COLOURS, SMALL_FONT_SIZE } from "lib/plots/_theme.ts";

/** A way to train, with few and with many examples. */
export interface TrainingSizesSeries {
  /** Its name in the legend. */
  readonly name: string;
  /** From few examples to many, one number of examples at least. */
  readonly sizes: readonly TrainingSize[];
}

/** What so many examples gave. */
export interface TrainingSize {
  /** Training examples, 1 or more. */
  readonly examples: number;
  /** For each seed the share of the validation images that was misread, above 0. */
  readonly errors: readonly number[];
}

/** Options of {@linkcode trainingSizesPlot}. */
export interface TrainingSizesOptions {
  /** What the examples are: the axis's label. */
  readonly examplesLabel: string;
  /** A share of misread images that was reached without any of these examples. */
  readonly without?: { readonly name: string; readonly error: number };
}

const HEIGHT = 330;
const LINE_HEIGHT = 18;

/**
 * The share of misread images against the number of training examples, both on logarithmic scales: a
 * line through the means of each way to train, and a dot for each seed.
 */
export function trainingSizesPlot(
  series: readonly TrainingSizesSeries[],
  { examplesLabel, without }: TrainingSizesOptions,
): Chart {
  const curves = series.map(({ name, sizes }, i) => ({
    name,
    colour: MODEL_COLOURS[i % MODEL_COLOURS.length]!,
    means: sizes.map(({ examples, errors }) => ({ examples, error: mean(errors) })),
    dots: sizes.flatMap(({ examples, errors }) =>
      // Ways to train stand side by side.
      errors.map((error) => ({ examples: examples * 1.05 ** (2 * i - series.length + 1), error }))
    ),
  }));
  const examples = [...new Set(curves.flatMap(({ means }) => means.map((one) => one.examples)))]
    .sort((a, b) => a - b);
  const errors = curves.flatMap(({ dots }) => dots.map(({ error }) => error));
  if (without !== undefined) errors.push(without.error);
  const [low, high] = [Math.min(...errors) / 1.15, Math.max(...errors) * 1.15];
  const axis = {
    tickSize: 0,
    fontSize: SMALL_FONT_SIZE,
    labelAnchor: "center",
    labelArrow: "none",
  } as const;
  const levels = roundNumbers(low, high);
  return drawChart({
    label: "Misread digits by the number of training examples",
    description: curves.map(({ name, means }) =>
      `${name}: ` + [means[0]!, means.at(-1)!].map((end) =>
        `${percent(end.error)} misread with ${formatCount(end.examples)} examples`
      ).join(", ") + "."
    ).join(" ") + (without === undefined ? "" : ` ${without.name}: ${percent(without.error)}.`),
  }, (layout) =>
    singlePlot(layout, {
      height: HEIGHT,
      marginTop: 8,
      marginRight: 20,
      marginBottom: 44,
      marginLeft: 52,
      x: { type: "log", domain: [examples[0]! / 1.2, examples.at(-1)! * 1.2], axis: null },
      y: { type: "log", domain: [low, high], axis: null },
      marks: [
        gridX(examples, { strokeOpacity: FAINT.grid }),
        gridY(levels, { strokeOpacity: FAINT.grid }),
        axisX(examples, {
          ...axis,
          text: formatCount, // Plot's `tickFormat` leaves labels of a logarithmic scale out.
          label: examplesLabel,
          labelOffset: 38,
        }),
        axisY(levels, {
          ...axis,
          text: (share: number) =>
            `${+(100 * share).toFixed(2)}%`,
          label: "Misread validation digits",
          labelOffset: 48,
        }),
        without && levelMarks(without),
        ...curves.flatMap(({ colour, means, dots }) => [
          line(means, { x: "examples", y: "error", stroke: colour, strokeWidth: 2 }),
          dot(dots, { x: "examples", y: "error", fill: colour, fillOpacity: 0.6, r: 3 }),
        ]),
        ...curves.flatMap(({ name, colour }, i) => {
          const dy = 16 + i * LINE_HEIGHT;
          return [
            dot([0], { frameAnchor: "top-right", dx: -8, dy, r: 4.5, fill: colour }),
            text([name], { frameAnchor: "top-right", dx: -18, dy: dy - 7, fontSize: 12 }),
          ];
        }),
      ],
    }));
}

/** A line across, with its name at the right end. */
function levelMarks({ name, error }: { readonly name: string; readonly error: number }): Markish {
  return [
    ruleY([error], { strokeDasharray: "3,3" }),
    text([`${name}: ${percent(error)}`], {
      frameAnchor: "right",
      y: () => error,
      dy: -9,
      fontSize: SMALL_FONT_SIZE,
    }),
  ];
}

/** 1, 2 and 5 times powers of ten, from `low` to `high`. */
function roundNumbers(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const decades = Array.from(
    { length: Math.ceil(Math.log10(high)) - first + 1 },
    (_, i) => first + i,
  );
  return decades.flatMap((power) => [1, 2, 5].map((factor) => factor * 10 ** power))
    .filter((value) => value >= low && value <= high);
}
