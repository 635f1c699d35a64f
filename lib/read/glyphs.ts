import { concat } from "lib/concat.ts";
import { CLASSES, PIXELS } from "lib/digits.ts";
import { boundingBox, type Component } from "lib/read/components.ts";
import { cutApart } from "lib/read/cuts.ts";
import type { GrayImage } from "lib/read/image.ts";
import { glyphImage } from "lib/read/ink.ts";
import type { Classify } from "lib/read/reading.ts";
import { lookAgain } from "lib/read/second_look.ts";

/** Ink that is read as one sign, and what the network says of it. */
export interface Glyph extends Component {
  /** `[28, 28]` in 0..1. */
  readonly image: Float32Array;
  /** Of the digits 0 to 9. */
  readonly probabilities: Float32Array;
}

/** A component this probable to be a digit is left whole, unless a neighbour lacks a part. */
const SURE = 0.97;
/** Costs are negative logarithms of probabilities. Something that stays unread costs so much. */
const UNREAD = 3;
/** Each glyph, so that fewer are preferred. */
const PER_GLYPH = 0.3;
/** Each part of a cut. */
const PER_CUT = 0.25;
/** Each gap that is bridged. */
const PER_GAP = 0.4;
/** Parts of a cut have to be digits with at least this probability. */
const PART = 0.6;
/** Most pieces of one glyph. */
const MOST_PIECES = 8;

/** Wider components, in digit heights, are rather signatures than digits that touch. */
const WIDEST = 3.2;
/** Glyphs whose mean probability to be a digit is less than this are letters. */
const WORD = 0.6;
/** Strokes are thinner than this share of their digit's longer side. */
const BLOT = 0.38;
/** The longest part of a broken stroke, in digit heights, that may be as thick as that. */
const BAR = 0.7;

/** A piece of a line: a component, or a part of one. */
interface Piece extends Component {
  readonly component: number;
}

/** A glyph that could stand in a line: its pieces `from` (included) `to` (excluded). */
interface Candidate {
  readonly from: number;
  readonly to: number;
  readonly glyph: Glyph;
  readonly isCut: boolean;
  readonly gaps: number;
}

/** The page that glyphs are on. */
export interface Paper {
  /** Dark ink on white paper. */
  readonly image: GrayImage;
  /** Height of a digit, in pixels. */
  readonly digitHeight: number;
}

/**
 * Finds what to read as one sign each in lines of components: a component, several that belong
 * together (a broken stroke), or a part of one (digits that touch). Of all ways to put the pieces of
 * a line together the most probable is taken, by dynamic programming.
 */
export async function findGlyphs(
  lines: readonly (readonly Component[])[],
  paper: Paper,
  classify: Classify,
): Promise<Glyph[][]> {
  const { width, height } = paper.image;
  const owner = new Uint32Array(width * height);
  lines.flat().forEach(({ pixels }, i) => {
    for (const at of pixels) owner[at] = i + 1;
  });
  const score = (components: readonly Component[]): Promise<Glyph[]> =>
    scoreComponents(components, paper.image, owner, classify);

  const whole = await score(lines.flat());
  for (const glyph of whole) if (isBlot(glyph, width)) glyph.probabilities.fill(0);
  let first = 0;
  const wholeLines = lines.map((line) => whole.slice(first, first += line.length));
  const lattices = wholeLines.map((glyphs) => buildLattice(glyphs, paper));
  const scored = await score(lattices.flatMap(({ merged }) => merged.map(({ ink }) => ink)));
  first = 0;
  const found = lattices.map(({ pieces, singles, merged }) => {
    const others = merged.map(({ ink: _, ...rest }) => ({ ...rest, glyph: scored[first++]! }));
    return bestLine(pieces.length, [...singles, ...others]);
  });
  const glyphs = found.flat();
  const probabilities = await lookAgain(
    concat(Float32Array, glyphs.map(({ image }) => image)),
    concat(Float32Array, glyphs.map(({ probabilities }) => probabilities)),
    classify,
  );
  let next = 0;
  return found.map((line) =>
    line.map((glyph) => ({
      ...glyph,
      probabilities: probabilities.slice(next, next += CLASSES),
    }))
  );
}

async function scoreComponents(
  components: readonly Component[],
  image: GrayImage,
  owner: Uint32Array,
  classify: Classify,
): Promise<Glyph[]> {
  if (components.length === 0) return [];
  const images = new Float32Array(components.length * PIXELS);
  components.forEach(({ pixels }, i) => images.set(glyphImage(image, pixels, owner), i * PIXELS));
  const probabilities = await classify(images);
  const classes = probabilities.length / components.length;
  return components.map((component, i) => ({
    ...component,
    image: images.subarray(i * PIXELS, (i + 1) * PIXELS),
    probabilities: probabilities.slice(i * classes, i * classes + CLASSES),
  }));
}

/** Whether ink is too thick for a stroke: a stain, a picture. */
function isBlot({ box, pixels }: Component, width: number): boolean {
  // For each pixel the side of the largest square of ink that ends there.
  const stride = box.width + 1;
  const sides = new Uint16Array(stride * (box.height + 1));
  let largest = 0;
  for (const at of pixels.toSorted()) {
    const x = at % width, y = (at - x) / width;
    const here = (y - box.top + 1) * stride + x - box.left + 1;
    const above = here - stride;
    sides[here] = 1 + Math.min(sides[here - 1]!, sides[above]!, sides[above - 1]!);
    largest = Math.max(largest, sides[here]!);
  }
  return largest > BLOT * Math.max(box.width, box.height);
}

/** The probability of the most probable digit: 0 for what is ruled out. */
export function confidence({ probabilities }: Glyph): number {
  return Math.max(...probabilities);
}

/** Whether ink is a stain, not the short thick bar of a broken 5. */
function isLargeBlot(glyph: Glyph, digitHeight: number): boolean {
  return confidence(glyph) === 0 && Math.max(glyph.box.width, glyph.box.height) > BAR * digitHeight;
}

interface Lattice {
  readonly pieces: readonly Piece[];
  /** Whole components, which are scored. */
  readonly singles: readonly Candidate[];
  /** Other candidates, to be scored. */
  readonly merged: readonly (Omit<Candidate, "glyph"> & { readonly ink: Component })[];
}

function buildLattice(glyphs: readonly Glyph[], { image, digitHeight }: Paper): Lattice {
  const pieces: Piece[] = glyphs.flatMap((glyph, component) =>
    (isCuttable(glyph, digitHeight) ? cutApart(glyph, image.width, digitHeight) : [glyph])
      .map(({ box, pixels }) => ({ box, pixels, component }))
  );
  const singles: Candidate[] = [];
  const merged: (Omit<Candidate, "glyph"> & { ink: Component })[] = [];
  for (let from = 0; from < pieces.length; from++) {
    for (let to = from + 1; to <= pieces.length; to++) {
      const parts = pieces.slice(from, to);
      const components = [...new Set(parts.map(({ component }) => component))];
      const isWhole = pieces[from - 1]?.component !== components[0] &&
        pieces[to]?.component !== components.at(-1);
      if (components.length === 1 && isWhole) {
        singles.push({ from, to, glyph: glyphs[components[0]!]!, isCut: false, gaps: 0 });
        continue;
      }
      if (parts.length > MOST_PIECES) continue;
      if (components.length > 1) {
        if (!isWhole && components.length > 2) continue;
        const sure = components.map((i) => confidence(glyphs[i]!));
        if (sure.every((p) => p >= SURE)) continue;
        if (components.some((i) => isLargeBlot(glyphs[i]!, digitHeight))) continue;
        if (!areNear(components.map((i) => glyphs[i]!), digitHeight)) continue;
      }
      const pixels = Int32Array.from(parts.flatMap((part) => [...part.pixels]));
      const box = boundingBox(pixels, image.width);
      if (box.width > 1.7 * digitHeight || box.height > 1.9 * digitHeight) continue;
      merged.push({ from, to, isCut: !isWhole, gaps: components.length - 1, ink: { box, pixels } });
    }
  }
  return { pieces, singles, merged };
}

/** Whether a component may be digits that touch. */
function isCuttable(glyph: Glyph, digitHeight: number): boolean {
  const { width, height } = glyph.box;
  const p = confidence(glyph);
  return p > 0 && p < SURE && height >= 0.6 * digitHeight && height <= 2 * digitHeight &&
    width >= 0.5 * height && width <= WIDEST * digitHeight;
}

/** Whether components, left to right, can be parts of one digit. */
function areNear(components: readonly Component[], digitHeight: number): boolean {
  return components.every(({ box }, i) => {
    const next = components[i + 1]?.box;
    if (next === undefined) return true;
    const x = next.left - box.left - box.width;
    const y = Math.max(next.top - box.top - box.height, box.top - next.top - next.height);
    return x <= 0.2 * digitHeight && y <= 0.4 * digitHeight;
  });
}

/** What a line most probably is: what looks like touching digits amid letters is a letter as well. */
function bestLine(pieces: number, candidates: readonly Candidate[]): Glyph[] {
  const path = bestPath(pieces, candidates);
  const isWord = isWordLike(path.filter(({ isCut }) => !isCut).map(({ glyph }) => glyph), 2);
  return (isWord ? bestPath(pieces, candidates.filter(({ isCut }) => !isCut)) : path)
    .map(({ glyph }) => glyph);
}

/** Whether glyphs of a line, at least so many, are rather letters than digits, on the whole. */
export function isWordLike(glyphs: readonly Glyph[], least: number): boolean {
  const sum = glyphs.reduce((sum, glyph) => sum + confidence(glyph), 0);
  return glyphs.length >= least && sum < WORD * glyphs.length;
}

/** The cheapest chain of candidates over all pieces. */
function bestPath(pieces: number, candidates: readonly Candidate[]): Candidate[] {
  const best: { cost: number; last?: Candidate }[] = [{ cost: 0 }];
  const byEnd = Map.groupBy(candidates, ({ to }) => to);
  for (let end = 1; end <= pieces; end++) {
    best[end] = { cost: Infinity };
    for (const candidate of byEnd.get(end) ?? []) {
      const cost = best[candidate.from]!.cost + candidateCost(candidate);
      if (cost < best[end]!.cost) best[end] = { cost, last: candidate };
    }
  }
  const path: Candidate[] = [];
  for (let end = pieces; end > 0; end = path[0]!.from) path.unshift(best[end]!.last!);
  return path;
}

function candidateCost({ glyph, isCut, gaps }: Candidate): number {
  const p = confidence(glyph), isRead = !isCut || p >= PART;
  return (isRead ? Math.min(UNREAD, -Math.log(p)) : UNREAD) + PER_GLYPH +
    (isCut ? PER_CUT : 0) + PER_GAP * gaps;
}
