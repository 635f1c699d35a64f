import type { Markish, RenderFunction } from "@observablehq/plot";
import { IMAGE_SIZE } from "lib/digits.ts";
import { formatCount } from "lib/format.ts";
import type { LayerSummary } from "lib/model/mod.ts";
import { type Chart, createElement, drawChart, FREE_LAYOUT, singlePlot } from "lib/plots/_chart.ts";
import { type PlacedText, textMark } from "lib/plots/_text.ts";
import { COLOURS, FAINT, SMALL_FONT_SIZE } from "lib/plots/_theme.ts";

/** One grey image. */
const INPUT_SHAPE = [IMAGE_SIZE, IMAGE_SIZE, 1];

const HEADING_HEIGHT = 34;
const ROW_HEIGHT = 54;
const FOOT_HEIGHT = 26;
/** Activation functions that are not written as Keras names them. */
const ACTIVATIONS: Readonly<Record<string, string>> = { relu: "ReLU", elu: "ELU" };

/**
 * A network from top to bottom: each layer's output as a block whose sides follow its shape, with
 * what the layer is, the shape and the number of parameters. Layers that learn are in colour.
 *
 * @param layers First to last, of `summarizeLayers`; the input is a grey image, `[28, 28, 1]`.
 */
export function networkPlot(
  layers: readonly LayerSummary[],
): Chart {
  const rows = [
    { type: "Input", detail: "grey image", outputShape: INPUT_SHAPE, parameters: 0 },
    ...layers.map((layer, i) => ({
      ...layer,
      detail: describeLayer(layer, layers[i - 1]?.outputShape ?? INPUT_SHAPE) +
        (layer.activation === undefined
          ? ""
          : `, ${ACTIVATIONS[layer.activation] ?? layer.activation}`),
    })),
  ].map((row, i) => ({ ...row, y: HEADING_HEIGHT + (i + 0.5) * ROW_HEIGHT }));
  const total = rows.reduce((sum, { parameters }) => sum + parameters, 0);
  const foot = HEADING_HEIGHT + rows.length * ROW_HEIGHT + 12;
  const number = { textAnchor: "end", fontVariant: "tabular-nums" } as const;
  const small = { fontSize: SMALL_FONT_SIZE, fillOpacity: FAINT.text } as const;
  return drawChart({
    label: "The network, layer by layer",
    description: rows.map(({ type, outputShape, parameters }) =>
      `${type}: output ${outputShape.join(" by ")}, ${formatCount(parameters)} parameters`
    ).join("; ") + `. ${formatCount(total)} parameters in all.`,
  }, (layout) => {
    const { isNarrow, width: right } = layout;
    const blocks = isNarrow ? { at: 52, scale: 0.62 } : { at: 82, scale: 1 };
    const left = isNarrow ? 112 : 168;
    const shapeAt = 402;
    const column = (
      x: number,
      dy: number,
      text: (row: typeof rows[number]) => string,
    ): PlacedText[] =>
      rows.map((row) => ({ x, y: row.y + dy, text: text(row) }));
    const shape = ({ outputShape }: typeof rows[number]): string =>
      outputShape.map(formatCount).join(" × ");
    return singlePlot(layout, {
      ...FREE_LAYOUT,
      height: HEADING_HEIGHT + rows.length * ROW_HEIGHT + FOOT_HEIGHT,
      marks: [
        textMark(
          [{ x: left, y: 10, text: isNarrow ? "Layer, output shape" : "Layer" }],
          { ...small, textAnchor: "start" },
        ),
        textMark([
          ...isNarrow ? [] : [{ x: shapeAt, y: 10, text: "Output shape" }],
          { x: right, y: 10, text: "Parameters" },
        ], { ...small, textAnchor: "end" }),
        ...rows.map((row, i) => blockMark(row, i, blocks)),
        textMark(column(left, isNarrow ? -16 : -8, ({ type }) => type), {
          textAnchor: "start",
          fontWeight: 600,
        }),
        textMark(column(left, isNarrow ? 0 : 8, ({ detail }) => detail), {
          ...small,
          textAnchor: "start",
        }),
        isNarrow
          ? textMark(column(left, 16, shape), { textAnchor: "start", fontSize: 12 })
          : textMark(column(shapeAt, 0, shape), number),
        textMark(column(right, 0, ({ parameters }) => formatCount(parameters)), number),
        textMark([{ x: right, y: foot, text: `${formatCount(total)} in all` }], {
          ...number,
          fontWeight: 600,
        }),
      ],
    });
  });
}

/** What a layer does, from its type and the shapes around it. */
function describeLayer(
  { type, outputShape, parameters }: LayerSummary,
  inputShape: readonly number[],
): string {
  const channels = outputShape.at(-1)!;
  switch (type) {
    case "Conv2D": {
      // A filter has a weight for each of its pixels and input channels, and a bias.
      const side = Math.sqrt((parameters / channels - 1) / inputShape.at(-1)!);
      return Number.isInteger(side)
        ? `${channels} filters, ${side} × ${side}`
        : `${channels} filters`;
    }
    case "Cropping2D":
      return "without the rim";
    case "MaxPooling2D": {
      const side = Math.floor(inputShape[0]! / outputShape[0]!);
      return `largest of ${side} × ${side}`;
    }
    case "Flatten":
      return "all in one row";
    case "Dense":
      return `${channels} units`;
    case "Dropout":
      return "in training only";
    default:
      return "";
  }
}

/** The block of a layer's output in oblique projection, and the line to the next one. */
function blockMark(
  { type, outputShape, y }: {
    readonly type: string;
    readonly outputShape: readonly number[];
    readonly y: number;
  },
  row: number,
  { at, scale }: { readonly at: number; readonly scale: number },
): Markish {
  const render: RenderFunction = (_index, _scales, _values, _dimensions, { document }) => {
    const { width, depth, thickness } = blockSize(outputShape, scale);
    const slant = depth * 1.1;
    const left = at - (width + slant) / 2;
    const front = y + (depth - thickness) / 2;
    const faces: [opacity: number, path: string][] = [
      [0.5, `M${left},${front}h${width}l${slant},${-depth}h${-width}z`],
      [0.75, `M${left},${front}h${width}v${thickness}h${-width}z`],
      [1, `M${left + width},${front}l${slant},${-depth}v${thickness}l${-slant},${depth}z`],
    ];
    const children = faces.map(([opacity, d]) =>
      createElement(document, "path", { d, "fill-opacity": opacity })
    );
    if (row > 0) {
      const d = `M${at},${y - ROW_HEIGHT / 2 - 4}v8m-4,-4l4,4l4,-4`;
      children.push(
        createElement(document, "path", { d, "fill": "none", "stroke": "currentColor" }),
      );
    }
    return createElement(document, "g", { fill: BLOCK_COLOURS[type] ?? "currentColor" }, children);
  };
  return render;
}

const BLOCK_COLOURS: Readonly<Record<string, string>> = {
  Conv2D: COLOURS.blue,
  Dense: COLOURS.green,
};

/** Sides of images are to scale; channels and single numbers, of which there are many, on a log scale. */
function blockSize(
  shape: readonly number[],
  scale: number,
): { width: number; depth: number; thickness: number } {
  if (shape.length === 1) {
    return { width: scale * 11 * Math.log2(1 + shape[0]!), depth: 4, thickness: 4 };
  }
  const [height, width, channels] = shape as [number, number, number];
  return {
    width: scale * 4 * width,
    depth: 0.75 * height,
    thickness: 1 + 2.2 * Math.log2(channels),
  };
}
