import type { Component } from "lib/read/components.ts";

/** Centres of one line's digits differ by at most so many digit heights from one to the next. */
const DRIFT = 0.55;
/** Components of at least so many digit heights make lines; smaller ones join them. */
const CORE = 0.45;

/** Components higher than this share of the page are pictures, frames or grids. */
const LARGE = 1 / 3;

/**
 * The height of a digit on the page, in pixels: the median height of components, each counted by its
 * height so that dust and grain don't matter. 0 on an empty page.
 *
 * @param pageHeight Components of over a third of it don't count, unless there is nothing else.
 */
export function digitHeight(components: readonly Component[], pageHeight: number): number {
  const all = components.map(({ box }) => box).filter(({ height }) => height >= 8);
  const plausible = all.filter(({ width, height }) =>
    height <= LARGE * pageHeight && width <= 5 * height
  );
  const heights = (plausible.length > 0 ? plausible : all).map(({ height }) => height)
    .sort((a, b) => a - b);
  let left = heights.reduce((sum, height) => sum + height, 0) / 2;
  return heights.find((height) => (left -= height) <= 0) ?? 0;
}

/** Puts components into lines, from top to bottom; those of a line from left to right. */
export function findLines(components: readonly Component[], height: number): Component[][] {
  const byLeft = [...components].sort((a, b) => a.box.left - b.box.left);
  const isCore = ({ box }: Component): boolean => box.height >= CORE * height;
  const lines: Component[][] = [];
  for (const component of byLeft.filter(isCore)) {
    const y = centre(component);
    const near = nearest(lines, (line) => Math.abs(y - lineHeightAt(line)));
    if (near && near.distance <= DRIFT * height) near.line.push(component);
    else lines.push([component]);
  }
  for (const component of byLeft.filter((each) => !isCore(each))) {
    const near = nearest(lines, (line) => Math.min(...line.map((each) => gap(each, component))));
    if (near && near.distance <= 0.6 * height) near.line.push(component);
    else lines.push([component]);
  }
  const top = (line: readonly Component[]): number =>
    line.reduce((sum, each) => sum + centre(each), 0) / line.length;
  return lines.sort((a, b) => top(a) - top(b))
    .map((line) => line.sort((a, b) => middle(a) - middle(b)));
}

/** Where a line goes on, at its right end: the mean height of its last components. */
function lineHeightAt(line: readonly Component[]): number {
  const last = line.slice(-3);
  return last.reduce((sum, each) => sum + centre(each), 0) / last.length;
}

function nearest(
  lines: readonly Component[][],
  distanceTo: (line: Component[]) => number,
): { line: Component[]; distance: number } | undefined {
  let best: { line: Component[]; distance: number } | undefined;
  for (const line of lines) {
    const distance = distanceTo(line);
    if (best === undefined || distance < best.distance) best = { line, distance };
  }
  return best;
}

function centre({ box }: Component): number {
  return box.top + box.height / 2;
}

function middle({ box }: Component): number {
  return box.left + box.width / 2;
}

/** Distance of two components' boxes, 0 where they overlap. */
function gap({ box: a }: Component, { box: b }: Component): number {
  const x = Math.max(0, a.left - b.left - b.width, b.left - a.left - a.width);
  const y = Math.max(0, a.top - b.top - b.height, b.top - a.top - a.height);
  return Math.hypot(x, y);
}
