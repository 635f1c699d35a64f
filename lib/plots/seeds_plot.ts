import { axisX, dot, gridX, type Markish, ruleX, ruleY, text } from "@observablehq/plot";
import { mean } from "lib/metrics/mod.ts";
import { type Chart, drawChart, FREE_LAYOUT, type Panel } from "lib/plots/_chart.ts";
import { textMark } from "lib/plots/_text.ts";
import { COLOURS, FAINT, SMALL_FONT_SIZE } from "lib/plots/_theme.ts";

/** A figure that {@linkcode seedsPlot} shows in a column. */
export interface SeedsFigure {
  /** The heading of its column. */
  readonly name: string;
  /** The figure that was reported elsewhere. */
  readonly reported: number;
  /** Writes a value of it. */
  readonly format: (value: number) => string;
}

/** Trainings that differ in their seed alone. */
export interface SeedsRow {
  /** The name of the row. */
  readonly name: string;
  /** For each column the figures of all seeds. */
  readonly values: readonly (readonly number[])[];
}

/** A table of dots with a heading. */
export interface SeedsSection {
  /** Its heading. */
  readonly title: string;
  /** What the lines are called. Default: "reported". */
  readonly reportedName?: string;
  /** Its columns. */
  readonly figures: readonly SeedsFigure[];
  /** Rows in groups, which are set apart. */
  readonly groups: readonly (readonly SeedsRow[])[];
}

const NAMES_WIDTH = 140;
const GAP = 18;
const ROW_HEIGHT = 17;
const TICK_HEIGHT = 10;
const GROUP_GAP = 9;
const HEADING_HEIGHT = 64;
const AXIS_HEIGHT = 26;
const SECTION_GAP = 14;

/**
 * Figures of many trainings beside reported ones: a column for each figure, a row for each kind of
 * training, a dot for each seed, a tick at their mean, and a line at what was reported. A row whose
 * dots surround the line in all columns would explain the report.
 */
export function seedsPlot(sections: readonly SeedsSection[]): Chart {
  return drawChart({
    label: `Figures by seed: ${sections.map(({ title }) => title).join(", ")}`,
    description: sections.map(describe).join(" "),
  }, ({ width, isNarrow }) => {
    const panels: Panel[] = [];
    let y = 0;
    for (const { title, reportedName = "reported", figures, groups: all } of sections) {
      const groups = all.filter((group) => group.length > 0);
      // A phone has room for two columns beside the names.
      const columns = figures.map((figure, column) => ({ figure, column }));
      const half = isNarrow ? Math.ceil(columns.length / 2) : columns.length;
      for (const part of [columns.slice(0, half), columns.slice(half)]) {
        if (part.length === 0) continue;
        const table = tablePanels({ title, reportedName }, part, groups, { width, y });
        panels.push(...table.panels);
        y += table.height + SECTION_GAP;
      }
    }
    return { height: y - SECTION_GAP, panels };
  });
}

/** One of a section's figures, and its place in each row's values. */
interface Column {
  readonly figure: SeedsFigure;
  readonly column: number;
}

interface PlacedRow extends SeedsRow {
  readonly y: number;
}

function tablePanels(
  { title, reportedName }: Required<Pick<SeedsSection, "title" | "reportedName">>,
  columns: readonly Column[],
  groups: SeedsSection["groups"],
  { width, y: top }: { readonly width: number; readonly y: number },
): { height: number; panels: Panel[] } {
  const rows: PlacedRow[] = [];
  let y = HEADING_HEIGHT;
  for (const group of groups) {
    for (const row of group) {
      rows.push({ ...row, y: y + ROW_HEIGHT / 2 });
      y += ROW_HEIGHT;
    }
    y += GROUP_GAP;
  }
  const bottom = y - GROUP_GAP;
  const height = bottom + AXIS_HEIGHT;
  const pitch = (width - NAMES_WIDTH + GAP) / columns.length;
  const names: Panel = {
    x: 0,
    y: top,
    plot: {
      ...FREE_LAYOUT,
      width: NAMES_WIDTH,
      height,
      marks: [
        textMark([{ x: 0, y: 10, text: title }], {
          textAnchor: "start",
          fontSize: 15,
          fontWeight: 600,
        }),
        textMark([{ x: 0, y: HEADING_HEIGHT - 14, text: reportedName }], {
          textAnchor: "start",
          fontSize: SMALL_FONT_SIZE,
          fill: COLOURS.vermillion,
        }),
        textMark(rows.map(({ name, y }) => ({ x: 0, y, text: name })), {
          textAnchor: "start",
          fontSize: SMALL_FONT_SIZE,
        }),
      ],
    },
  };
  const fields = columns.map(({ figure, column }, i): Panel => ({
    x: NAMES_WIDTH + i * pitch,
    y: top,
    plot: {
      width: pitch - GAP,
      height,
      marginTop: HEADING_HEIGHT,
      marginBottom: AXIS_HEIGHT,
      marginLeft: 0,
      marginRight: 12,
      x: { domain: domainOf(figure, rows, column), axis: null },
      y: { type: "linear", domain: [bottom, HEADING_HEIGHT], axis: null },
      marks: columnMarks(figure, rows, column),
    },
  }));
  return { height, panels: [names, ...fields] };
}

function columnMarks(
  { name, reported, format }: SeedsFigure,
  rows: readonly PlacedRow[],
  column: number,
): Markish[] {
  const dots = rows.flatMap(({ values, y }) => values[column]!.map((value) => ({ value, y })));
  const means = rows.map(({ values, y }) => ({ value: mean(values[column]!), y }));
  const ticks = ticksOf(domainOf({ name, reported, format }, rows, column));
  const heading = { frameAnchor: "top", lineAnchor: "middle" } as const;
  return [
    ruleY(rows, { y: "y", strokeOpacity: FAINT.grid }),
    gridX(ticks, { strokeOpacity: FAINT.grid }),
    axisX(ticks, {
      tickSize: 0,
      tickFormat: (value: number) => tickLabel(value, format),
      label: null,
      fontSize: SMALL_FONT_SIZE,
    }),
    ...name.split(" ").map((word, line) =>
      text([word], { ...heading, dy: 14 * line - 54, fontSize: SMALL_FONT_SIZE })
    ),
    text([format(reported)], {
      ...heading,
      dy: -14,
      fontSize: SMALL_FONT_SIZE,
      fontWeight: 600,
      fill: COLOURS.vermillion,
    }),
    ruleX([reported], { stroke: COLOURS.vermillion, strokeWidth: 1.5 }),
    dot(dots, { x: "value", y: "y", r: 2.5, fill: COLOURS.blue, fillOpacity: 0.55 }),
    ruleX(means, {
      x: "value",
      y1: ({ y }: { y: number }) => y - TICK_HEIGHT / 2,
      y2: ({ y }: { y: number }) => y + TICK_HEIGHT / 2,
      strokeWidth: 1.5,
    }),
  ];
}

/** From the lowest to the highest of the seeds and the report, with a little room. */
function domainOf(
  { reported }: SeedsFigure,
  rows: readonly SeedsRow[],
  column: number,
): [number, number] {
  const all = [reported, ...rows.flatMap(({ values }) => values[column]!)];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = 0.04 * (high - low);
  return [low - room, high + room];
}

/** One or two round numbers, so far apart that their labels do not meet. */
function ticksOf([low, high]: readonly [number, number]): number[] {
  const size = 10 ** Math.ceil(Math.log10(high - low));
  for (const step of [size, size / 2, size / 5, size / 10]) {
    const first = Math.ceil(low / step);
    const count = Math.floor(high / step) - first + 1;
    const isWide = step > 0.6 * (high - low);
    if (count > 0) return Array.from({ length: isWide ? count : 1 }, (_, i) => (first + i) * step);
  }
  return [];
}

function tickLabel(value: number, format: (value: number) => string): string {
  return format(value).replace(/\.?0+(%?)$/, "$1");
}

function describe(
  { title, reportedName = "reported", figures, groups }: SeedsSection,
): string {
  const rows = groups.flat();
  const ranges = figures.map(({ name, reported, format }, column) => {
    const means = rows.map(({ values }) => mean(values[column]!));
    return `${name}: means from ${format(Math.min(...means))} to ${format(Math.max(...means))}, ` +
      `${reportedName} ${format(reported)}`;
  });
  return `${title}, ${rows.length} kinds of training. ${ranges.join("; ")}.`;
}
