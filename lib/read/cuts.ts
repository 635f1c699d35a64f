import { boundingBox, type Component } from "lib/read/components.ts";

/** Sideways run of a cut for one pixel downward: handwriting leans to the right, mostly. */
const SLANTS = [-0.45, -0.3, -0.15, 0, 0.15];
const SLANT_COST = 0.1;
/** Of a component that is as wide as two digits. */
const MOST_CUTS = 10;
/** Between two cuts, in digit heights. */
const LEAST_DISTANCE = 0.07;

/** A straight line across a component, a little slanted. */
interface Cut {
  /** Where it crosses the middle of the component's height. */
  readonly x: number;
  readonly slant: number;
  /** Pixels of ink that it crosses, and the length of the stretch that they are in. */
  readonly cost: number;
}

/**
 * Cuts a component where its strokes are thin: into pieces from left to right, of which some make a
 * digit each or together. One piece where there is no good place to cut.
 *
 * @param width Of the picture.
 * @param digitHeight Height of a digit, in pixels.
 */
export function cutApart(component: Component, width: number, digitHeight: number): Component[] {
  const cuts = findCuts(component, width, digitHeight);
  const middle = component.box.top + component.box.height / 2;
  const pieces = Array.from({ length: cuts.length + 1 }, (): number[] => []);
  for (const at of component.pixels) {
    const x = at % width, y = Math.floor(at / width);
    pieces[cuts.filter((cut) => x > cut.x + cut.slant * (y - middle)).length]!.push(at);
  }
  return pieces.filter((pixels) => pixels.length > 0).map((pixels) => {
    const indices = Int32Array.from(pixels);
    return { pixels: indices, box: boundingBox(indices, width) };
  });
}

/**
 * Where digits touch, a cut crosses little ink, or all of it in a short stretch; through the middle
 * of a digit it crosses strokes that are far from each other.
 */
function findCuts({ box, pixels }: Component, width: number, digitHeight: number): Cut[] {
  const middle = box.top + box.height / 2;
  const margin = 0.12 * digitHeight;
  const candidates = SLANTS.flatMap((slant) => {
    const crossed = new Float64Array(box.width);
    const tops = new Float64Array(box.width).fill(Infinity), bottoms = new Float64Array(box.width);
    for (const at of pixels) {
      const x = at % width, y = (at - x) / width;
      const column = Math.round(x - slant * (y - middle)) - box.left;
      if (column < 0 || column >= box.width) continue;
      crossed[column]!++;
      tops[column] = Math.min(tops[column]!, y);
      bottoms[column] = Math.max(bottoms[column]!, y);
    }
    return Array.from(crossed, (count, column): Cut => ({
      x: box.left + column + 0.5,
      slant,
      cost: count === 0
        ? 0
        : count + bottoms[column]! - tops[column]! + Math.abs(slant) * SLANT_COST * digitHeight,
    }));
  }).filter(({ x }) => x > box.left + margin && x < box.left + box.width - margin)
    .sort((a, b) => a.cost - b.cost);
  const most = MOST_CUTS * Math.max(1, Math.round(box.width / (2 * digitHeight)));
  const chosen: Cut[] = [];
  for (const candidate of candidates) {
    if (chosen.length === most) break;
    if (chosen.every(({ x }) => Math.abs(x - candidate.x) >= LEAST_DISTANCE * digitHeight)) {
      chosen.push(candidate);
    }
  }
  return chosen.sort((a, b) => a.x - b.x);
}
