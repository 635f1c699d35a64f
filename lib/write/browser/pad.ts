import type { Box } from "lib/read/mod.ts";
import { byId, context2d, themeColours } from "./dom.ts";
import { drawStrokes, type InkPoint, type Stroke } from "./ink.ts";

/** A digit's place on the pad, and what to write below it. */
interface Mark {
  /** In CSS pixels of the pad. */
  readonly box: Box;
  readonly text: string;
  readonly isSure: boolean;
  readonly isSelected: boolean;
}

/** Width of the pen's line in CSS pixels, at medium pressure. */
const PEN_WIDTH = 6;
/** How far an arrow key moves the pen, in CSS pixels; with Shift, farther. */
const STEP = 6;
const LARGE_STEP = 24;

const COLOURS = ["--ink", "--accent", "--notice-line"] as const;

/** The writing area: ink from mouse, finger, pen and keys, or a picture instead of it. */
export class Pad {
  /** Called when ink or a picture comes or goes. */
  onChange: () => void = () => {};
  readonly #canvas = byId<HTMLCanvasElement>("pad");
  readonly #context = context2d(this.#canvas);
  #strokes: InkPoint[][] = [];
  /** Strokes that pointers are drawing. */
  readonly #current = new Map<number, InkPoint[]>();
  #picture: ImageBitmap | undefined;
  #marks: readonly Mark[] = [];
  /** Where arrow keys have moved the pen, once somebody uses them. */
  #keyPen: { x: number; y: number; stroke: InkPoint[] | undefined } | undefined;
  #isFrameDue = false;
  #colours = themeColours(COLOURS);

  constructor() {
    const canvas = this.#canvas;
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#go(event));
    for (const end of ["pointerup", "pointercancel"] as const) {
      canvas.addEventListener(end, ({ pointerId }) => this.#current.delete(pointerId));
    }
    canvas.addEventListener("keydown", (event) => this.#press(event));
    canvas.addEventListener("blur", () => {
      this.#keyPen = undefined;
      this.redraw();
    });
    new ResizeObserver(() => this.redraw()).observe(canvas);
    const recolour = (): void => {
      this.#colours = themeColours(COLOURS);
      this.redraw();
    };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
    new MutationObserver(recolour)
      .observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  get strokes(): readonly Stroke[] {
    return this.#strokes;
  }

  /** Takes the last stroke away. */
  undo(): void {
    const stroke = this.#strokes.pop();
    if (this.#keyPen?.stroke === stroke && this.#keyPen) this.#keyPen.stroke = undefined;
    this.#changed();
  }

  /** Takes everything away. */
  clear(): void {
    this.#empty();
    this.#changed();
  }

  #empty(): void {
    this.#strokes = [];
    this.#current.clear();
    if (this.#keyPen) this.#keyPen.stroke = undefined;
    this.#picture?.close();
    this.#picture = undefined;
  }

  /** Shows a picture in the place of ink. */
  show(picture: ImageBitmap): void {
    this.#empty();
    this.#picture = picture;
    this.#changed();
  }

  /** Where a picture stands on the pad: pad = picture * scale + origin. */
  pictureFrame(): { scale: number; left: number; top: number } {
    const { clientWidth, clientHeight } = this.#canvas;
    const { width, height } = this.#picture ?? { width: 1, height: 1 };
    const scale = Math.min(clientWidth / width, clientHeight / height);
    return {
      scale,
      left: (clientWidth - width * scale) / 2,
      top: (clientHeight - height * scale) / 2,
    };
  }

  /** Shows what was read where. */
  mark(marks: readonly Mark[]): void {
    this.#marks = marks;
    this.redraw();
  }

  #begin(event: PointerEvent): void {
    if (this.#picture || event.button !== 0) return;
    this.#canvas.setPointerCapture(event.pointerId);
    const stroke = [this.#point(event)];
    this.#current.set(event.pointerId, stroke);
    this.#strokes.push(stroke);
    this.#changed();
  }

  #go(event: PointerEvent): void {
    const stroke = this.#current.get(event.pointerId);
    if (!stroke) return;
    const events = event.getCoalescedEvents?.() ?? [];
    stroke.push(...(events.length > 0 ? events : [event]).map((part) => this.#point(part)));
    this.#changed();
  }

  #point({ clientX, clientY, pressure, pointerType }: PointerEvent): InkPoint {
    const { left, top } = this.#canvas.getBoundingClientRect();
    // A mouse has no pressure: it says 0.5; some fingers say 0.
    const felt = pointerType === "pen" && pressure > 0 ? pressure : 0.5;
    return { x: clientX - left, y: clientY - top, pressure: felt };
  }

  #press(event: KeyboardEvent): void {
    if (this.#picture || event.ctrlKey || event.metaKey || event.altKey) return;
    const { clientWidth, clientHeight } = this.#canvas;
    const pen = this.#keyPen ??= { x: clientWidth / 2, y: clientHeight / 3, stroke: undefined };
    const step = event.shiftKey ? LARGE_STEP : STEP;
    const [dx, dy] = ({
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    } as Record<string, [number, number]>)[event.key] ?? [0, 0];
    const here = (): InkPoint => ({ x: pen.x, y: pen.y, pressure: 0.5 });
    if (dx !== 0 || dy !== 0) {
      pen.x = Math.min(clientWidth, Math.max(0, pen.x + dx));
      pen.y = Math.min(clientHeight, Math.max(0, pen.y + dy));
      pen.stroke?.push(here());
    } else if (event.key === " ") {
      if (pen.stroke) pen.stroke = undefined;
      else this.#strokes.push(pen.stroke = [here()]);
    } else if (event.key === "Backspace") {
      this.undo();
    } else if (event.key === "Delete") {
      this.clear();
    } else {
      return;
    }
    event.preventDefault();
    this.#changed();
  }

  #changed(): void {
    this.redraw();
    this.onChange();
  }

  /** Draws everything with the next frame. */
  redraw(): void {
    if (this.#isFrameDue) return;
    this.#isFrameDue = true;
    requestAnimationFrame(() => {
      this.#isFrameDue = false;
      this.#draw();
    });
  }

  #draw(): void {
    const { clientWidth, clientHeight } = this.#canvas;
    const context = this.#context;
    const [width, height] = [clientWidth, clientHeight].map((size) =>
      Math.round(size * devicePixelRatio)
    ) as [number, number];
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      Object.assign(this.#canvas, { width, height });
    }
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, clientWidth, clientHeight);
    if (this.#picture) {
      const { scale, left, top } = this.pictureFrame();
      const { width, height } = this.#picture;
      context.drawImage(this.#picture, left, top, width * scale, height * scale);
    }
    this.#drawMarks();
    context.strokeStyle = this.#colours["--ink"];
    drawStrokes(context, this.#strokes, (pressure) => PEN_WIDTH * (0.5 + pressure));
    if (this.#keyPen) this.#drawKeyPen(this.#keyPen);
  }

  #drawMarks(): void {
    const context = this.#context;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 2;
    for (const { box, text, isSure, isSelected } of this.#marks) {
      const colour = this.#colours[isSure ? "--accent" : "--notice-line"];
      const size = Math.min(15, Math.max(9, box.height / 3));
      const room = size / 2;
      const [left, top] = [box.left - room, box.top - room];
      const [width, height] = [box.width + 2 * room, box.height + 2 * room];
      context.font = `600 ${size}px system-ui, sans-serif`;
      context.strokeStyle = context.fillStyle = colour;
      if (isSelected) {
        context.beginPath();
        context.roundRect(left, top, width, height, room);
        context.stroke();
      }
      const y = Math.min(top + height + size * 0.8, this.#canvas.clientHeight - size);
      context.fillText(text, left + width / 2, y);
    }
  }

  #drawKeyPen({ x, y, stroke }: { x: number; y: number; stroke: unknown }): void {
    const context = this.#context;
    context.strokeStyle = context.fillStyle = this.#colours["--accent"];
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, 7, 0, 2 * Math.PI);
    if (stroke) context.fill();
    else context.stroke();
  }
}
