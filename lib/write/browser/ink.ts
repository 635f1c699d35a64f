/** What the pen left: strokes, how they look, and the picture of them that is read. @module */
import type { GrayImage } from "lib/read/mod.ts";
import { context2d, create } from "./dom.ts";

/** Where the pen was, in CSS pixels of the pad, and how hard it pressed: 0 to 1. */
export interface InkPoint {
  readonly x: number;
  readonly y: number;
  readonly pressure: number;
}

/** From pen down to pen up. */
export type Stroke = readonly InkPoint[];

/** Draws strokes, smoothed, in the context's stroke style. */
export function drawStrokes(
  context: CanvasRenderingContext2D,
  strokes: readonly Stroke[],
  width: (pressure: number) => number,
): void {
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) drawStroke(context, stroke, width);
}

/** Curves from middle to middle of the lines between points, each as thick as its point says. */
function drawStroke(
  context: CanvasRenderingContext2D,
  stroke: Stroke,
  width: (pressure: number) => number,
): void {
  let from = stroke[0]!;
  for (const [i, point] of stroke.entries()) {
    const next = stroke[i + 1] ?? point;
    const to = { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2, pressure: point.pressure };
    context.lineWidth = width(point.pressure);
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.quadraticCurveTo(point.x, point.y, to.x, to.y);
    context.stroke();
    from = to;
  }
}

/** The smallest box around strokes, along their middle lines. */
export function strokesBox(
  strokes: readonly Stroke[],
): { left: number; top: number; right: number; bottom: number } {
  const [xs, ys] = [strokes.flat().map(({ x }) => x), strokes.flat().map(({ y }) => y)];
  return {
    left: Math.min(...xs),
    top: Math.min(...ys),
    right: Math.max(...xs),
    bottom: Math.max(...ys),
  };
}

/** A picture of strokes, and where it stands on the pad: pad = picture / scale + origin. */
interface InkPicture {
  readonly image: GrayImage;
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

/** Height that the longest stroke has in the picture, in pixels: twice that of MNIST's digits. */
const STROKE_SIZE = 40;
/** Width of its line: as that of MNIST's digits, however large somebody writes. */
const LINE_WIDTH = 4.6;
const MARGIN = 10;

/** Draws strokes black on white for reading. There has to be one. */
export function pictureOf(strokes: readonly Stroke[]): InkPicture {
  const longest = Math.max(...strokes.map((stroke) => {
    const { left, top, right, bottom } = strokesBox([stroke]);
    return Math.max(right - left, bottom - top);
  }));
  const scale = Math.min(1, STROKE_SIZE / Math.max(1, longest));
  const box = strokesBox(strokes);
  const [left, top] = [box.left - MARGIN / scale, box.top - MARGIN / scale];
  const width = Math.ceil((box.right - left) * scale) + MARGIN;
  const height = Math.ceil((box.bottom - top) * scale) + MARGIN;
  const context = context2d(create("canvas", { width, height }));
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.scale(scale, scale);
  context.translate(-left, -top);
  drawStrokes(context, strokes, () => LINE_WIDTH / scale);
  const { data: rgba } = context.getImageData(0, 0, width, height);
  const values = new Uint8Array(width * height);
  for (let i = 0; i < values.length; i++) values[i] = rgba[4 * i]!;
  return { image: { width, height, values }, scale, left, top };
}
