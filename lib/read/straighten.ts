import { findComponents } from "lib/read/components.ts";
import { flattenLight } from "lib/read/flatten.ts";
import { compose, type Homography, IDENTITY, rotation, warpImage } from "lib/read/homography.ts";
import type { GrayImage } from "lib/read/image.ts";
import { digitHeight } from "lib/read/lines.ts";
import { findSheet } from "lib/read/sheet.ts";
import { eraseRules, findRules } from "lib/read/rules.ts";
import { findSkew } from "lib/read/skew.ts";
import { findInk, type Mask } from "lib/read/threshold.ts";

/** Lines may run askew by so many degrees: on a sheet that was straightened by its edges less. */
const MOST_SKEW = 15, MOST_SHEET_SKEW = 4;
/** Turns below this angle (radians) are left as they are. */
const LEAST_SKEW = 0.008;
/** Rules of a page whose digits' height is unknown are found as if it were 1/16 of its longer side. */
const LEAST_ROWS = 16;
/** Width of the soft edge of what is taken away, in pixels. */
const SOFT_EDGE = 2;

/** A page with even light and level lines, its ink without rules, and the way back to the picture. */
export function straighten(
  image: GrayImage,
): { paper: GrayImage; mask: Mask; toSource: Homography } {
  const sheet = findSheet(image);
  const { width, height } = sheet?.image ?? image;
  let paper = flattenLight(sheet?.image ?? image), toSource = sheet?.toSource ?? IDENTITY;
  if (sheet) paper = withoutGround(paper);
  let mask = findInk(paper), digits = writingHeight(mask);
  const skew = findSkew(mask, digits, sheet ? MOST_SHEET_SKEW : MOST_SKEW);
  if (Math.abs(skew) >= LEAST_SKEW) {
    const turn = rotation(skew, { x: width / 2, y: height / 2 });
    paper = warpImage(paper, turn, width, height);
    mask = findInk(paper);
    digits = writingHeight(mask);
    toSource = compose(toSource, turn);
  }
  mask = eraseRules(mask, findRules(mask, digits));
  // Boxes count as high digits, so their height is measured again without those that were found.
  mask = eraseRules(mask, findRules(mask, writingHeight(mask)));
  return { paper, mask, toSource };
}

/** A sheet without what reaches over its rim: the ground that it was on. */
function withoutGround(paper: GrayImage): GrayImage {
  const { width, height } = paper;
  const values = paper.values.slice();
  for (const { box, pixels } of findComponents(findInk(paper))) {
    const isInside = box.left > 0 && box.top > 0 && box.left + box.width < width &&
      box.top + box.height < height;
    if (isInside) continue;
    for (const at of pixels) {
      const x = at % width, y = (at - x) / width;
      const left = Math.max(0, x - SOFT_EDGE), right = Math.min(width, x + SOFT_EDGE + 1);
      for (
        let row = Math.max(0, y - SOFT_EDGE);
        row <= Math.min(height - 1, y + SOFT_EDGE);
        row++
      ) {
        values.fill(255, row * width + left, row * width + right);
      }
    }
  }
  return { width, height, values };
}

/** The height of a digit, also where all of them hang together in a grid of rules. */
function writingHeight(mask: Mask): number {
  const height = digitHeight(findComponents(mask), mask.height);
  if (height <= mask.height / 3) return height;
  const rules = findRules(mask, Math.max(mask.width, mask.height) / LEAST_ROWS);
  // A large digit may have two straight strokes.
  if (rules.level.length + rules.upright.length < 3) return height;
  return digitHeight(findComponents(eraseRules(mask, rules)), mask.height);
}
