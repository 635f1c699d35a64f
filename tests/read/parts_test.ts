import { assert, assertEquals } from "lib/assert.ts";
import { findComponents } from "lib/read/components.ts";
import { cutApart } from "lib/read/cuts.ts";
import { flattenLight } from "lib/read/flatten.ts";
import { type GrayImage, grayImage } from "lib/read/image.ts";
import { fitLine } from "lib/read/line_fit.ts";
import { mapPoint } from "lib/read/homography.ts";
import { isLightOnDark } from "lib/read/polarity.ts";
import { quarterTurn } from "lib/read/quarter_turn.ts";
import { findSheet } from "lib/read/sheet.ts";
import { eraseRules, findRules } from "lib/read/rules.ts";
import { findSkew } from "lib/read/skew.ts";
import { findInk, type Mask } from "lib/read/threshold.ts";

/** A picture from a function of its pixels. */
function paint(width: number, height: number, grey: (x: number, y: number) => number): GrayImage {
  const values = Uint8Array.from(
    { length: width * height },
    (_, i) => grey(i % width, Math.floor(i / width)),
  );
  return { width, height, values };
}

function mask(width: number, height: number, isInk: (x: number, y: number) => boolean): Mask {
  return { width, height, ink: paint(width, height, (x, y) => Number(isInk(x, y))).values };
}

const isBar = (x: number, y: number): boolean => x >= 100 && x < 106 && y >= 40 && y < 90;

Deno.test("ink is found in a shadow, in light, and where it is lighter than its paper", () => {
  const light = (x: number): number => 250 - 0.7 * x;
  const dark = paint(240, 120, (x, y) => light(x) * (isBar(x, y) ? 0.5 : 1));
  const inverted = paint(240, 120, (x, y) => 255 - light(x) * (isBar(x, y) ? 0.5 : 1));
  for (const image of [dark, inverted]) {
    const [bar, ...others] = findComponents(findInk(flattenLight(image)));
    assertEquals(others.length, 0);
    assertEquals(bar!.box, { left: 100, top: 40, width: 6, height: 50 });
  }
});

Deno.test("a shadow with a sharp edge is no ink, and hides none", () => {
  const isOtherBar = (x: number, y: number): boolean => isBar(x - 80, y);
  const shadow = (x: number, y: number): number => x + 0.3 * y < 160 ? 0.45 : 1;
  const image = paint(
    300,
    200,
    (x, y) => 240 * shadow(x, y) * (isBar(x, y) || isOtherBar(x, y) ? 0.3 : 1),
  );
  const boxes = findComponents(findInk(flattenLight(image))).map(({ box }) => box);
  assertEquals(boxes, [100, 180].map((left) => ({ left, top: 40, width: 6, height: 50 })));
});

Deno.test("ink in a shadow stays dark on light, though a bright corner outshines the page", () => {
  const lit = (x: number, y: number): number => x + 2 * (300 - y) < 140 ? 250 : 90;
  const isStroke = (x: number, y: number): boolean => isBar(x, y) || isBar(x - 60, y);
  assert(!isLightOnDark(paint(400, 300, (x, y) => lit(x, y) * (isStroke(x, y) ? 0.25 : 1))));
  assert(isLightOnDark(paint(400, 300, (x, y) => isStroke(x, y) ? 200 : lit(x, y) / 5)));
});

Deno.test("grain is no ink", () => {
  const noise = paint(200, 200, (x, y) => 200 + 20 * Math.sin(x * 12.9898 + y * 78.233));
  assertEquals(findComponents(findInk(flattenLight(noise))).length, 0);
});

Deno.test("coloured ink is as dark as black ink, on light paper and on dark", () => {
  const pixels = (...colours: number[][]): Uint8Array =>
    Uint8Array.from(colours.flatMap((colour) => [...colour, 255]));
  const onWhite = pixels([255, 255, 255], [255, 255, 255], [255, 40, 40], [255, 255, 255]);
  assertEquals([...grayImage({ width: 4, height: 1, data: onWhite }).values], [255, 255, 40, 255]);
  const onBlack = pixels([0, 0, 0], [0, 0, 0], [255, 40, 40], [0, 0, 0]);
  assertEquals([...grayImage({ width: 4, height: 1, data: onBlack }).values], [0, 0, 255, 0]);
});

Deno.test("transparent pixels are white paper", () => {
  const data = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0);
  assertEquals([...grayImage({ width: 4, height: 1, data }).values], [255, 0, 255, 255]);
});

Deno.test("components are 8-connected, with their boxes", () => {
  const diagonal = mask(6, 6, (x, y) => x === y || (x === 5 && y === 0));
  const boxes = findComponents(diagonal).map((
    { box, pixels },
  ) => [box.width, box.height, pixels.length]);
  assertEquals(boxes, [[6, 6, 6], [1, 1, 1]]);
});

Deno.test("rules and boxes go, a stroke that crosses one stays whole", () => {
  const isRule = (_: number, y: number): boolean => y >= 60 && y < 62;
  const isBox = (x: number, y: number): boolean =>
    x >= 200 && x < 260 && y >= 80 && y < 140 && (x < 202 || x >= 258 || y < 82 || y >= 138);
  const page = mask(400, 200, (x, y) => isRule(x, y) || isBar(x, y) || isBox(x, y));
  const left = findComponents(eraseRules(page, findRules(page, 45)));
  assertEquals(left.length, 1);
  const { box, pixels } = left[0]!;
  assert(box.height === 50 && box.width <= 10, JSON.stringify(box));
  assert(pixels.length >= 300, `${pixels.length} of the stroke's 300 pixels`);
});

Deno.test("a 1 and the bar of a 7 are no rules", () => {
  const seven = mask(200, 100, (x, y) => (y >= 20 && y < 25 && x >= 20 && x < 55) || isBar(x, y));
  assertEquals(findRules(seven, 50), { level: [], upright: [] });
});

Deno.test("a thin stroke along a rule stays", () => {
  const isRule = (x: number): boolean => x === 100 || x === 101;
  const isStroke = (x: number, y: number): boolean => x >= 99 && x < 105 && y >= 70 && y < 100;
  const page = mask(200, 300, (x, y) => isRule(x) || isStroke(x, y));
  const left = findComponents(eraseRules(page, findRules(page, 32)));
  assertEquals(left.map(({ box }) => box.height >= 30 && box.width === 6), [true]);
});

Deno.test("findSkew gives the angle of lines, and none for a lone stroke", () => {
  const slope = Math.tan(5 * Math.PI / 180);
  const lines = mask(600, 300, (x, y) => {
    const level = y - slope * x;
    return x % 40 < 20 && (Math.abs(level - 60) < 10 || Math.abs(level - 150) < 10);
  });
  assert(Math.abs(findSkew(lines, 20, 15) * 180 / Math.PI - 5) <= 0.5);
  assertEquals(findSkew(mask(200, 100, isBar), 50, 15), 0);
});

Deno.test("findSheet finds a sheet's corners on a dark table, and none where all is paper", () => {
  const isSheet = (x: number, y: number): boolean =>
    y > 40 + 0.05 * x && y < 360 - 0.04 * x && x > 60 + 0.1 * y && x < 540 - 0.05 * y;
  const sheet = findSheet(paint(600, 400, (x, y) => isSheet(x, y) ? 230 : 60))!;
  assert(sheet.image.values.every((grey) => grey > 200));
  assert(sheet.image.width > 380 && sheet.image.height > 250);
  assertEquals(findSheet(paint(600, 400, (x, y) => isBar(x, y) ? 20 : 230)), undefined);
});

Deno.test("findSheet finds a sheet of which a half is in shadow, darker than the ground in light", () => {
  const isSheet = (x: number, y: number): boolean => x > 60 && x < 540 && y > 40 && y < 360;
  const shadow = (x: number, y: number): number => y + 0.1 * x < 220 ? 0.45 : 1;
  const image = paint(600, 400, (x, y) => (isSheet(x, y) ? 230 : 100) * shadow(x, y));
  const { toSource } = findSheet(image)!;
  const { x, y } = mapPoint(toSource, { x: 0, y: 0 });
  assert(Math.abs(x - 60) < 12 && Math.abs(y - 40) < 12, `${x} ${y}`);
});

Deno.test("quarterTurn turns clockwise and knows the way back", () => {
  const image = { width: 3, height: 2, values: Uint8Array.of(1, 2, 3, 4, 5, 6) };
  const turned = ([0, 90, 180, 270] as const).map((degrees) => quarterTurn(image, degrees));
  assertEquals(turned.map(({ image: { width, values } }) => [width, ...values]), [
    [3, 1, 2, 3, 4, 5, 6],
    [2, 4, 1, 5, 2, 6, 3],
    [3, 6, 5, 4, 3, 2, 1],
    [2, 3, 6, 2, 5, 1, 4],
  ]);
  // The upper left pixel of each: 1, 4, 6, 3.
  const corners = turned.map(({ toSource }) => mapPoint(toSource, { x: 0.5, y: 0.5 }));
  assertEquals(corners, [
    { x: 0.5, y: 0.5 },
    { x: 0.5, y: 1.5 },
    { x: 2.5, y: 1.5 },
    { x: 2.5, y: 0.5 },
  ]);
});

Deno.test("fitLine leaves out what is far from the line, and finds none in a cloud", () => {
  const points = Array.from({ length: 50 }, (_, x) => ({ x, y: x % 5 === 0 ? 40 : 3 + 0.5 * x }));
  const line = fitLine(points)!;
  assert(
    Math.abs(line.slope - 0.5) < 0.02 && Math.abs(line.offset - 3) < 0.5,
    JSON.stringify(line),
  );
  assertEquals(fitLine(points.map(({ x }) => ({ x, y: (x * 37) % 50 }))), undefined);
});

Deno.test("cutApart cuts where strokes are thin, and loses no ink", () => {
  const isRing = (x: number, y: number, centre: number): boolean =>
    Math.abs(Math.hypot(x - centre, y - 50) - 20) < 3;
  const rings = mask(140, 100, (x, y) => isRing(x, y, 40) || isRing(x, y, 82));
  const [both] = findComponents(rings);
  const pieces = cutApart(both!, 140, 45);
  assert(pieces.length > 1);
  assertEquals(pieces.reduce((sum, { pixels }) => sum + pixels.length, 0), both!.pixels.length);
  const edges = pieces.map(({ box }) => box.left);
  assert(edges.some((left) => Math.abs(left - 61) <= 3), edges.join(" "));
});
