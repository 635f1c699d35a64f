import { plot, type PlotOptions } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { DISPLAY_SCALE, FONT_SIZE } from "lib/plots/_theme.ts";

/**
 * A chart, drawn twice: for a page's column, and with fewer things side by side for a phone. Its
 * SVGs can be inlined into any page any number of times: they have no style sheet and no class, and
 * their ids name their content.
 */
export interface Chart extends ChartForms {
  /** What it is and what it shows: its alternative text. */
  readonly text: string;
  /** The wide form on a white card, as an SVG file that needs no page. */
  readonly standalone: string;
}

/** The two forms of a chart. */
export interface ChartForms {
  /** SVG, 600 pixels wide at its largest; text and lines take the page's text colour. */
  readonly wide: string;
  /** SVG, 425 pixels wide at its largest. */
  readonly narrow: string;
}

/** The MIME type of {@linkcode ChartForms}. */
export const CHART_MIME_TYPE = "application/vnd.digit-recognizer.chart+json";

/** Options of charts that may be shown for several models. */
export interface TitleOptions {
  /** A heading in the chart, such as the model's name; none by default. */
  readonly title?: string;
}

/** What every chart says in words. */
export interface ChartText extends TitleOptions {
  /** What the chart is, in a few words: its accessible name. */
  readonly label: string;
  /** What it shows, in a sentence or two with the main figures, for people who cannot see it. */
  readonly description: string;
}

/** A chart's width, in its own units. */
export interface Layout {
  readonly width: number;
  readonly isNarrow: boolean;
}

type Plot = Omit<PlotOptions, "document" | "className" | "style">;

/** One of the plots that a chart is made of, and the place of its upper left corner. */
export interface Panel {
  readonly x: number;
  readonly y: number;
  readonly plot: Plot;
}

/** What {@linkcode drawChart} draws in one layout, in chart units. */
export interface Drawing {
  /** Default: the layout's. */
  readonly width?: number;
  readonly height: number;
  readonly panels: readonly Panel[];
}

/** Options of a plot whose marks are placed in chart units, not by scales. */
export const FREE_LAYOUT = {
  margin: 0,
  x: { type: "identity", axis: null },
  y: { type: "identity", axis: null },
} as const satisfies PlotOptions;

const WIDE: Layout = { width: 480, isNarrow: false };
const NARROW: Layout = { width: 340, isNarrow: true };
const TITLE_HEIGHT = 34;
/** Pixels around a chart on a card of its own. */
const CARD_PADDING = 16;
const SVG = "http://www.w3.org/2000/svg";

/** Draws a chart with Observable Plot, once for each layout. */
export function drawChart(text: ChartText, draw: (layout: Layout) => Drawing): Chart {
  const wide = renderSvg(text, WIDE, draw(WIDE));
  const { title, label, description } = text;
  return {
    text: `${title === undefined ? label : `${label}: ${title}`}. ${description}`,
    wide: wide.outerHTML,
    narrow: renderSvg(text, NARROW, draw(NARROW)).outerHTML,
    standalone: onCard(wide).outerHTML,
  };
}

/** The drawing of a chart that is a single plot. */
export function singlePlot(
  { width }: Layout,
  { height, ...options }: Plot & { readonly height: number },
): Drawing {
  return { height, panels: [{ x: 0, y: 0, plot: { ...options, width, height } }] };
}

/** A chart's content in {@linkcode CHART_MIME_TYPE}. */
export function chartForms({ wide, narrow }: Chart): ChartForms {
  return { wide, narrow };
}

function renderSvg(
  { title, label, description }: ChartText,
  layout: Layout,
  { width = layout.width, height, panels }: Drawing,
): SVGElement {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const top = title === undefined ? 0 : TITLE_HEIGHT;
  const svg = createElement(document, "svg", {
    "xmlns": SVG,
    "role": "img",
    "aria-label": title === undefined ? label : `${label}: ${title}`,
    "viewBox": `0 0 ${width} ${top + height}`,
    "width": width * DISPLAY_SCALE,
    "height": (top + height) * DISPLAY_SCALE,
    "fill": "currentColor",
    "font-family": "system-ui, sans-serif",
    "font-size": FONT_SIZE,
    "text-anchor": "middle",
  });
  const desc = createElement(document, "desc", {});
  desc.textContent = description;
  svg.append(desc);
  if (title !== undefined) {
    const at = { "x": 0, "y": 16, "text-anchor": "start", "font-size": 16, "font-weight": 600 };
    const heading = createElement(document, "text", at);
    heading.textContent = title;
    svg.append(heading);
  }
  for (const panel of panels) {
    const drawn = plot({ ...panel.plot, document });
    drawn.querySelector("style")?.remove();
    const group = createElement(document, "g", {});
    const y = top + panel.y;
    if (panel.x !== 0 || y !== 0) group.setAttribute("transform", `translate(${panel.x},${y})`);
    group.append(...drawn.childNodes);
    svg.append(group);
  }
  for (const element of svg.querySelectorAll("g *")) normalise(element);
  return svg;
}

/** A chart on white: in an `<img>` it can't know the page's colours. */
function onCard(chart: SVGElement): SVGElement {
  const [width, height] = ["width", "height"].map((name) =>
    Number(chart.getAttribute(name)) + 2 * CARD_PADDING
  ) as [number, number];
  const inner = chart.cloneNode(true) as SVGElement;
  inner.setAttribute("x", String(CARD_PADDING));
  inner.setAttribute("y", String(CARD_PADDING));
  const { ownerDocument: document } = chart;
  const frame = { width, height };
  return createElement(
    document,
    "svg",
    { xmlns: SVG, ...frame, viewBox: `0 0 ${width} ${height}`, color: "#1b1f24" },
    [createElement(document, "rect", { ...frame, fill: "#fff" }), inner],
  );
}

/** An SVG element with attributes and children; for marks that Plot does not have. */
export function createElement(
  document: Document,
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly Element[] = [],
): SVGElement {
  const element = document.createElementNS(SVG, name) as SVGElement;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

const NUMERIC_ATTRIBUTES =
  /^(d|transform|points|[xyr]|[xy][12]|c[xy]|r[xy]|width|height|(fill-|stroke-)?opacity)$/;

function normalise(element: Element): void {
  // The image is one thing to a screen reader; names of its parts would only fail audits.
  element.removeAttribute("aria-label");
  element.removeAttribute("aria-hidden");
  for (const { name, value } of [...element.attributes]) {
    if (!NUMERIC_ATTRIBUTES.test(name) || value.endsWith("em")) continue;
    // Two decimals are a fiftieth of a pixel: smaller files, the same on every machine.
    const rounded = value.replace(
      /-?\d+\.\d+(e-?\d+)?|-?\d+e-\d+/g,
      (number) => String(Number(Number(number).toFixed(2)) + 0),
    );
    if (rounded !== value) element.setAttribute(name, rounded);
  }
}
