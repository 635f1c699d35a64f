/** Pages with handwritten digits as people have them, drawn from a seed. */
import { smoothCurve } from "lib/dataset/synthetic/curve.ts";
import { type Style, style } from "lib/dataset/synthetic/glyphs.ts";
import { writeGlyph } from "lib/dataset/synthetic/handwriting.ts";
import { blankScan, drawStroke } from "lib/dataset/synthetic/raster.ts";
import { type Digits, PIXELS } from "lib/digits.ts";
import { RandomState } from "lib/random.ts";
import { fromRectangle, mapPoint, type Point } from "lib/read/homography.ts";

/**
 * What a page can be. `touching` has digits that touch, `others` more than digits; `half in shadow` is
 * a photo with something's sharp shadow, `sideways` a scan that was laid on the glass another way.
 */
export const PAGE_KINDS = [
  "scan",
  "coloured ink",
  "form",
  "ruled",
  "white on black",
  "photo",
  "touching",
  "others",
  "half in shadow",
  "sideways",
] as const;
export type PageKind = typeof PAGE_KINDS[number];

/** A drawn page, and what is written on it. */
export interface Page {
  readonly kind: PageKind;
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, 255: `[height, width, 4]`. */
  readonly data: Uint8Array;
  /** The digits of each line, from top to bottom. */
  readonly lines: readonly string[];
}

type Colour = readonly [red: number, green: number, blue: number];

/** Ink 0 to 1 on a page. */
interface Layer {
  readonly width: number;
  readonly height: number;
  readonly ink: Float32Array;
}

/** Letters in forms that the reader's network was not trained on. */
const OTHER_LETTERS: readonly Style[] = [
  style(1, "78,40 48,30 14,52 14,84 44,98 72,80 80,2! 80,50 84,98"),
  style(1, "10,8 14,44 44,52 76,36 82,4! 78,64 62,96 24,98 12,84"),
  style(1, "18,38 18,70 14,100! 18,46 54,36 82,52 74,72 44,76 20,70"),
  style(1, "86,18 54,0 16,22 6,60 30,96 74,94 90,62! 76,60 58,60"),
  style(1, "16,2 16,50 16,98! 52,97 88,96"),
  style(1, "50,2 32,50 14,98! 52,72 86,98! 70,50 50,2", "26,70 50,68 76,70"),
  style(1, "20,2 18,50 18,98", "80,4 50,30 20,48! 50,74 84,98", "10,20 50,18 90,16"),
];

/**
 * Draws a page.
 *
 * @param digits What is written with: MNIST's digits, or drawn ones, with labels.
 */
export function drawPage(kind: PageKind, seed: number, digits: Digits): Page {
  const random = new RandomState(seed);
  const size = random.randint(34, 66);
  const width = random.randint(820, 1100), height = random.randint(560, 760);
  const writing = { width, height, ink: new Float32Array(width * height) };
  const print = { width, height, ink: new Float32Array(width * height) };
  const lines = writeLines({ kind, random, size, writing, print, digits });
  if (kind === "others") addOthers(writing, size, random, lines.length);
  const colours = drawColours(kind, random);
  const paper = drawPaper(kind, width, height, colours.paper, random);
  tint(paper, print, colours.print);
  tint(paper, writing, colours.ink);
  const isPhoto = kind === "photo" || kind === "half in shadow";
  const upright = isPhoto
    ? photograph(paper, width, height, random, kind === "photo" ? SOFT_SHADOW : SHARP_SHADOW)
    : turned(paper, width, height, random.uniform(-3, 3), colours.paper);
  const page = kind === "sideways" ? quarterTurned(upright, random.randint(1, 4)) : upright;
  addNoise(page.rgb, isPhoto ? 5 : 3, random);
  const data = new Uint8Array(page.width * page.height * 4).fill(255);
  for (let i = 0; i < page.width * page.height; i++) {
    for (let c = 0; c < 3; c++) data[4 * i + c] = clamp(page.rgb[3 * i + c]!);
  }
  return { kind, width: page.width, height: page.height, data, lines };
}

interface Writing {
  readonly kind: PageKind;
  readonly random: RandomState;
  /** Height of a digit in pixels. */
  readonly size: number;
  readonly writing: Layer;
  readonly print: Layer;
  readonly digits: Digits;
}

function writeLines(task: Writing): string[] {
  const { kind, random, size, print } = task;
  const count = random.randint(2, 4);
  const pitch = kind === "form" ? 2.6 * size : random.uniform(1.7, 2.4) * size;
  const top = random.uniform(1.2, 2) * size;
  const left = random.uniform(1.2, 3) * size;
  if (kind === "ruled") {
    const first = top + 1.12 * size;
    const isSquared = random.randomSample() < 0.3;
    const step = isSquared ? pitch / 2 : pitch;
    for (let y = first - 2 * step; y < print.height; y += step) {
      if (y > 0) line(print, 0, y, print.width, y, 1);
    }
    if (isSquared) {
      for (let x = 11; x < print.width; x += step) line(print, x, 0, x, print.height, 1);
    } else line(print, left - 0.8 * size, 0, left - 0.8 * size, print.height, 1.2);
  }
  return Array.from({ length: count }, (_, row) => {
    const length = random.randint(4, 8);
    const y = top + row * pitch;
    if (kind === "form") return formLine(task, length, left, y);
    let x = left, text = "", height = size;
    for (let i = 0; i < length; i++) {
      height = size * random.uniform(0.88, 1.12);
      const rests = kind === "ruled" ? size * 1.12 - height : (size - height) / 2;
      const drop = kind === "ruled" ? random.uniform(-0.06, 0.08) : random.uniform(-0.08, 0.08);
      const isJoined = kind === "touching" && i % 2 === 1;
      const placed = writeDigit(task, x, y + rests + drop * size, height, isJoined);
      text += placed.label;
      x = placed.right + size * random.uniform(0.18, 0.5);
    }
    return text;
  });
}

/** A row of boxes that hang together, or stand apart, with a digit each. */
function formLine(task: Writing, length: number, left: number, y: number): string {
  const { random, size, print } = task;
  const cell = size * random.uniform(1.35, 1.6), cellHeight = size * random.uniform(1.4, 1.65);
  const gap = random.randomSample() < 0.5 ? 0 : size * 0.35;
  const thick = random.uniform(1, 2);
  let text = "";
  for (let i = 0; i < length; i++) {
    const x = left + i * (cell + gap);
    const top = y - 0.3 * size, bottom = top + cellHeight;
    line(print, x, top, x + cell, top, thick);
    line(print, x, bottom, x + cell, bottom, thick);
    line(print, x, top, x, bottom, thick);
    line(print, x + cell, top, x + cell, bottom, thick);
    const height = size * random.uniform(0.85, 1.1);
    // Now and then a digit is written over its box.
    const reach = random.randomSample() < 0.25 ? 0.34 : 0.14;
    const placed = writeDigit(
      task,
      x + cell / 2 + size * random.uniform(-reach, reach),
      (top + bottom) / 2 - height / 2 + size * random.uniform(-reach, reach),
      height,
      false,
      true,
    );
    text += placed.label;
  }
  return text;
}

/** Writes one of the digits, its ink from `x` on (or about it), `height` pixels from `y` on. */
function writeDigit(
  { random, writing, digits }: Writing,
  x: number,
  y: number,
  height: number,
  isJoined: boolean,
  isCentred = false,
): { label: number; right: number } {
  const row = random.randint(0, digits.labels!.length);
  const image = digits.images.subarray(row * PIXELS, (row + 1) * PIXELS);
  const angle = random.uniform(-0.08, 0.08), cos = Math.cos(angle), sin = Math.sin(angle);
  const scale = height / 20;
  const reach = Math.ceil(20 * scale);
  const picture = { width: 2 * reach, height: 2 * reach, ink: new Float32Array(4 * reach * reach) };
  let first = Infinity, last = -1;
  for (let v = 0; v < 2 * reach; v++) {
    for (let u = 0; u < 2 * reach; u++) {
      const du = (u - reach) / scale, dv = (v - reach) / scale;
      const grey = bilinear(
        image,
        28,
        28,
        1,
        0,
        cos * du + sin * dv + 14,
        cos * dv - sin * du + 14,
      );
      const ink = Math.min(1, Math.max(0, (grey / 255 - 0.25) * 2.2));
      picture.ink[v * 2 * reach + u] = ink;
      if (ink > 0.3) [first, last] = [Math.min(first, u), Math.max(last, u)];
    }
  }
  let left = Math.round(isCentred ? x - (first + last) / 2 : x - first);
  const top = Math.round(y + height / 2 - reach);
  // A digit that touches the one before moves left until they share some ink.
  if (isJoined) { while (left > 0 && sharedInk(writing, picture, left, top) < 3) left--; }
  for (let v = 0; v < picture.height; v++) {
    for (let u = 0; u < picture.width; u++) {
      const at = (top + v) * writing.width + left + u;
      if (top + v < 0 || top + v >= writing.height || left + u >= writing.width) continue;
      writing.ink[at] = Math.max(writing.ink[at]!, picture.ink[v * picture.width + u]!);
    }
  }
  return { label: digits.labels![row]!, right: left + last };
}

function sharedInk(writing: Layer, picture: Layer, left: number, top: number): number {
  let shared = 0;
  picture.ink.forEach((ink, i) => {
    const x = left + i % picture.width, y = top + Math.floor(i / picture.width);
    if (ink > 0.5 && writing.ink[y * writing.width + x]! > 0.5) shared++;
  });
  return shared;
}

/** Letters, a signature and a stain below the lines. */
function addOthers(layer: Layer, size: number, random: RandomState, lines: number): void {
  const top = (2 + 2.5 * lines) * size;
  for (let i = 0; i < 5; i++) {
    const scan = blankScan(size + 8);
    const letter = OTHER_LETTERS[random.randint(0, OTHER_LETTERS.length)]!;
    for (const stroke of writeGlyph(letter, random, size, 4)) drawStroke(scan, stroke, () => 0);
    stamp(layer, scan, 1.5 * size + i * 1.5 * size, top);
  }
  const scan = blankScan(6 * size);
  const line = smoothCurve(Array.from({ length: 16 }, (_, i) => ({
    x: (0.4 + 0.3 * i + 0.3 * random.randomSample()) * size,
    y: (0.4 + 1.2 * random.randomSample()) * size,
    corner: false,
  })));
  drawStroke(scan, { line, startRadius: size / 22, endRadius: size / 30 }, () => 0);
  stamp(layer, scan, 1.5 * size, top + 1.8 * size);
  const x = layer.width - 3 * size, y = top + size, radius = 0.8 * size;
  layer.ink.forEach((_, i) => {
    const dx = i % layer.width - x, dy = Math.floor(i / layer.width) - y;
    if (dx * dx + 2 * dy * dy < radius * radius * (1 + 0.3 * Math.sin(5 * Math.atan2(dy, dx)))) {
      layer.ink[i] = 0.8;
    }
  });
}

function stamp(
  layer: Layer,
  scan: { width: number; ink: Uint8Array },
  left: number,
  top: number,
): void {
  scan.ink.forEach((ink, i) => {
    const x = Math.round(left) + i % scan.width, y = Math.round(top) + Math.floor(i / scan.width);
    if (ink && x < layer.width && y < layer.height) layer.ink[y * layer.width + x] = 1;
  });
}

/** A straight level or upright line with soft edges. */
function line(layer: Layer, x1: number, y1: number, x2: number, y2: number, radius: number): void {
  const left = Math.max(0, Math.floor(x1 - radius)), top = Math.max(0, Math.floor(y1 - radius));
  const right = Math.min(layer.width - 1, Math.ceil(x2 + radius));
  const bottom = Math.min(layer.height - 1, Math.ceil(y2 + radius));
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const away = Math.max(x1 - x, x - x2, y1 - y, y - y2, 0);
      const at = y * layer.width + x;
      layer.ink[at] = Math.max(layer.ink[at]!, Math.min(1, Math.max(0, radius + 0.5 - away)));
    }
  }
}

const INKS: readonly Colour[] = [
  [30, 50, 150],
  [180, 40, 40],
  [30, 110, 60],
  [110, 40, 130],
  [40, 40, 48],
  [20, 110, 150],
];

function drawColours(
  kind: PageKind,
  random: RandomState,
): { paper: Colour; print: Colour; ink: Colour } {
  const anyInk = INKS[random.randint(0, INKS.length)]!;
  switch (kind) {
    case "coloured ink":
      return { paper: [238, 228, 205], print: anyInk, ink: anyInk };
    case "form":
      return {
        paper: [250, 250, 250],
        print: random.randomSample() < 0.5 ? [60, 60, 60] : [200, 90, 70],
        ink: random.randomSample() < 0.5 ? [30, 50, 150] : [40, 40, 48],
      };
    case "ruled":
      return { paper: [248, 248, 244], print: [150, 175, 215], ink: anyInk };
    case "white on black":
      return { paper: [38, 52, 46], print: [0, 0, 0], ink: [225, 228, 220] };
    case "photo":
    case "half in shadow":
      return { paper: [236, 234, 228], print: [0, 0, 0], ink: anyInk };
    default: {
      const grey = random.randint(20, 90);
      return { paper: [248, 248, 248], print: [0, 0, 0], ink: [grey, grey, grey] };
    }
  }
}

function drawPaper(
  kind: PageKind,
  width: number,
  height: number,
  colour: Colour,
  random: RandomState,
): Float32Array {
  const rgb = new Float32Array(width * height * 3);
  const grain = kind === "coloured ink" ? 14 : kind === "white on black" ? 9 : 2;
  const coarse = Float32Array.from({ length: 40 * 40 }, () => random.uniform(-1, 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cloud = bilinear(coarse, 40, 40, 1, 0, 38 * x / width, 38 * y / height);
      const value = grain * (0.7 * cloud + random.uniform(-0.8, 0.8));
      for (let c = 0; c < 3; c++) rgb[3 * (y * width + x) + c] = colour[c]! + value;
    }
  }
  return rgb;
}

function tint(rgb: Float32Array, { ink }: Layer, colour: Colour): void {
  ink.forEach((strength, i) => {
    if (strength === 0) return;
    for (let c = 0; c < 3; c++) rgb[3 * i + c]! += strength * (colour[c]! - rgb[3 * i + c]!);
  });
}

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Float32Array;
}

/** The page on the glass, `degrees` askew. */
function turned(
  rgb: Float32Array,
  width: number,
  height: number,
  degrees: number,
  colour: Colour,
): Picture {
  const cos = Math.cos(degrees * Math.PI / 180), sin = Math.sin(degrees * Math.PI / 180);
  const result = new Float32Array(rgb.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const dx = x - width / 2, dy = y - height / 2;
      const u = cos * dx + sin * dy + width / 2, v = cos * dy - sin * dx + height / 2;
      const isPage = u >= 0 && v >= 0 && u <= width - 1 && v <= height - 1;
      for (let c = 0; c < 3; c++) {
        result[3 * (y * width + x) + c] = isPage
          ? bilinear(rgb, width, height, 3, c, u, v)
          : colour[c]!;
      }
    }
  }
  return { width, height, rgb: result };
}

/** The page turned clockwise by `turns` right angles. */
function quarterTurned({ width, height, rgb }: Picture, turns: number): Picture {
  if (turns === 0) return { width, height, rgb };
  const result = new Float32Array(rgb.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 3 * (y * width + x), to = 3 * (x * height + height - 1 - y);
      result.set(rgb.subarray(from, from + 3), to);
    }
  }
  return quarterTurned({ width: height, height: width, rgb: result }, turns - 1);
}

interface Shadow {
  /** Share of the light that it takes. */
  readonly depth: number;
  /** Width of its edge, in pixels. */
  readonly edge: number;
}

const SOFT_SHADOW: Shadow = { depth: 0.3, edge: 25 };
const SHARP_SHADOW: Shadow = { depth: 0.55, edge: 1.5 };

/** The page on a table, from an angle, in the light of a lamp and a hand's shadow. */
function photograph(
  page: Float32Array,
  width: number,
  height: number,
  random: RandomState,
  { depth, edge }: Shadow,
): Picture {
  const margin = 70;
  const jitter = (): number => random.uniform(-0.055, 0.055) * width;
  const corner = (x: number, y: number): Point => ({
    x: x + margin + jitter(),
    y: y + margin + jitter(),
  });
  const corners = [
    corner(0, 0),
    corner(width, 0),
    corner(width, height),
    corner(0, height),
  ] as const;
  const photo = { width: width + 2 * margin, height: height + 2 * margin };
  // The inverse map: the photo's corners, as points of the page.
  const toPhoto = fromRectangle(width, height, corners);
  const toPage = inverse(toPhoto);
  const rgb = new Float32Array(photo.width * photo.height * 3);
  const lamp = { x: random.uniform(0, photo.width), y: random.uniform(0, photo.height) };
  const slope = random.uniform(-0.6, 0.6), offset = random.uniform(0.2, 0.8) * photo.height;
  for (let y = 0; y < photo.height; y++) {
    for (let x = 0; x < photo.width; x++) {
      const { x: u, y: v } = mapPoint(toPage, { x, y });
      const isPage = u >= 0 && v >= 0 && u <= width - 1 && v <= height - 1;
      const distance = Math.hypot(x - lamp.x, y - lamp.y) / photo.width;
      const shadow = 1 / (1 + Math.exp((y - offset - slope * x) / edge));
      const light = (1.08 - 0.5 * distance) * (1 - depth * shadow);
      const wood = 8 * Math.sin(y / 9 + 2 * Math.sin(x / 90));
      for (let c = 0; c < 3; c++) {
        const value = isPage ? bilinear(page, width, height, 3, c, u, v) : [112, 82, 58][c]! + wood;
        rgb[3 * (y * photo.width + x) + c] = light * value;
      }
    }
  }
  return { ...photo, rgb };
}

/** The inverse of a 3x3 matrix, up to its scale. */
function inverse(m: readonly number[]): number[] {
  const [a, b, c, d, e, f, g, h, i] = m as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ];
}

function addNoise(rgb: Float32Array, deviation: number, random: RandomState): void {
  for (let i = 0; i < rgb.length; i += 3) {
    const value = deviation * (random.randomSample() + random.randomSample() - 1) * 2.4;
    for (let c = 0; c < 3; c++) rgb[i + c]! += value;
  }
}

/** Channel `c` at a point between pixels; 0 beyond the rim. */
function bilinear(
  values: ArrayLike<number>,
  width: number,
  height: number,
  channels: number,
  c: number,
  x: number,
  y: number,
): number {
  const left = Math.floor(x), top = Math.floor(y), fx = x - left, fy = y - top;
  const at = (column: number, row: number): number =>
    column < 0 || row < 0 || column >= width || row >= height
      ? 0
      : values[(row * width + column) * channels + c]!;
  return (at(left, top) * (1 - fx) + at(left + 1, top) * fx) * (1 - fy) +
    (at(left, top + 1) * (1 - fx) + at(left + 1, top + 1) * fx) * fy;
}

function clamp(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}
