import { assert, assertAlmostEquals, assertEquals, assertThrows } from "lib/assert.ts";
import { CLASSES, IMAGE_SIZE, loadDigits, PIXELS } from "lib/dataset/mod.ts";
import { drawDigits } from "lib/dataset/synthetic/mod.ts";
import { bell, pick } from "lib/dataset/synthetic/chance.ts";
import { smoothCurve } from "lib/dataset/synthetic/curve.ts";
import { GLYPHS, type Knot } from "lib/dataset/synthetic/glyphs.ts";
import { normalise } from "lib/dataset/synthetic/normalise.ts";
import { blankScan, drawStroke, type Scan } from "lib/dataset/synthetic/raster.ts";
import { InputError } from "lib/errors.ts";
import { takeRows, trainTestSplit } from "lib/preprocessing/mod.ts";
import { RandomState } from "lib/random.ts";

/** `n` labels: 0, 1, ..., 9, 0, ... */
function labelsInTurn(n: number): Uint8Array {
  return Uint8Array.from({ length: n }, (_, i) => i % CLASSES);
}

function image(images: Uint8Array, i: number): Uint8Array {
  return images.subarray(i * PIXELS, (i + 1) * PIXELS);
}

/** What there is to say about one image's ink. Coordinates are pixels; a pixel's centre is whole. */
function inkOf(pixels: Uint8Array): {
  mean: number;
  width: number;
  height: number;
  centreX: number;
  centreY: number;
} {
  const xs: number[] = [], ys: number[] = [];
  let mass = 0, massX = 0, massY = 0;
  pixels.forEach((grey, i) => {
    if (grey === 0) return;
    const x = i % IMAGE_SIZE, y = Math.floor(i / IMAGE_SIZE);
    xs.push(x);
    ys.push(y);
    mass += grey;
    massX += grey * x;
    massY += grey * y;
  });
  return {
    mean: mass / 255 / PIXELS,
    width: Math.max(...xs) - Math.min(...xs) + 1,
    height: Math.max(...ys) - Math.min(...ys) + 1,
    centreX: massX / mass,
    centreY: massY / mass,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mean image of each class: `[10, 28, 28]`. */
function classMeans(images: Uint8Array, labels: Uint8Array): Float64Array {
  const means = new Float64Array(CLASSES * PIXELS);
  const counts = new Array<number>(CLASSES).fill(0);
  for (const label of labels) counts[label]!++;
  labels.forEach((label, i) => {
    image(images, i).forEach((grey, p) => means[label * PIXELS + p]! += grey / counts[label]!);
  });
  return means;
}

/** The share of images that lie nearest to the mean image of their own class. */
function nearestMeanAccuracy(means: Float64Array, images: Uint8Array, labels: Uint8Array): number {
  let right = 0;
  labels.forEach((label, i) => {
    const pixels = image(images, i);
    const distances = Array.from(
      { length: CLASSES },
      (_, k) => pixels.reduce((sum, grey, p) => sum + (grey - means[k * PIXELS + p]!) ** 2, 0),
    );
    if (distances.indexOf(Math.min(...distances)) === label) right++;
  });
  return right / labels.length;
}

Deno.test("drawDigits draws the same bytes from the same seed on every platform", async () => {
  const images = drawDigits(labelsInTurn(500), 42);
  assertEquals(images.length, 500 * PIXELS);
  const hash = await crypto.subtle.digest("SHA-256", images as Uint8Array<ArrayBuffer>);
  // Whoever changes this on purpose raises GENERATOR_VERSION, or old caches and models stay in use.
  assertEquals(
    new Uint8Array(hash).toHex(),
    "9d5d7ad49963c2527a6136d6233d02c5c06cffe2105760242982bd5b5da63bc2",
  );
});

Deno.test("drawDigits: an image depends on seed, position and label alone", () => {
  const labels = labelsInTurn(40);
  const images = drawDigits(labels, 7);
  assertEquals(drawDigits(labels.slice(0, 12), 7), images.subarray(0, 12 * PIXELS));

  const changed = labels.with(20, 3);
  const others = drawDigits(changed, 7);
  for (let i = 0; i < labels.length; i++) {
    const same = image(others, i).every((grey, p) => grey === image(images, i)[p]);
    assertEquals(same, i !== 20, `image ${i}`);
  }

  const distinct = new Set<string>();
  for (const seed of [0, 7, 8, 2 ** 32 - 1]) {
    const ones = drawDigits(new Uint8Array(50).fill(1), seed);
    for (let i = 0; i < 50; i++) distinct.add(image(ones, i).join());
  }
  assertEquals(distinct.size, 200);
});

Deno.test("drawDigits refuses labels and seeds out of range, and takes none", () => {
  assertThrows(() => drawDigits(Uint8Array.of(1, 10), 0), InputError, "Label 1 is 10");
  assertThrows(() => drawDigits(Uint8Array.of(1), -1), InputError, "The seed is -1");
  assertEquals(drawDigits(new Uint8Array(0), 0), new Uint8Array(0));
});

Deno.test("drawDigits normalises as MNIST: 20x20 box, centre of mass on pixel (14, 14)", () => {
  const images = drawDigits(labelsInTurn(2000), 1);
  for (let i = 0; i < 2000; i++) {
    const { width, height, centreX, centreY } = inkOf(image(images, i));
    assertEquals(Math.max(width, height), 20, `longest side of image ${i}`);
    // Half a pixel, and what rounding to bytes may add.
    assertAlmostEquals(centreX, 14, 0.51, `centre of image ${i}: x ${centreX}`);
    assertAlmostEquals(centreY, 14, 0.51, `centre of image ${i}: y ${centreY}`);
  }
});

Deno.test("drawDigits: grey values and sizes are distributed as in MNIST", () => {
  const labels = labelsInTurn(3000);
  const images = drawDigits(labels, 2);
  // MNIST: 0.131, 0.809 and 0.425 of all, all and inked pixels.
  assertAlmostEquals(mean([...images]) / 255, 0.131, 0.01);
  const inked = images.filter((grey) => grey > 0);
  assertAlmostEquals(1 - inked.length / images.length, 0.809, 0.015);
  assertAlmostEquals(inked.filter((grey) => grey >= 240).length / inked.length, 0.425, 0.04);

  const digits = Array.from(labels, (label, i) => ({ label, ...inkOf(image(images, i)) }));
  const widths = Array.from(
    { length: CLASSES },
    (_, k) => mean(digits.filter(({ label }) => label === k).map(({ width }) => width)),
  );
  // MNIST: 9.2, and from 14.3 to 18.3.
  assertAlmostEquals(widths[1]!, 9.2, 1.5);
  for (const [k, width] of widths.entries()) {
    if (k !== 1) assert(width > 14 && width < 19, `mean width of the ${k}s: ${width}`);
  }
});

Deno.test("synthetic digits can be told apart, but not by their mean image alone", () => {
  const labels = labelsInTurn(2000);
  const means = classMeans(drawDigits(labels, 3), labels);
  const accuracy = nearestMeanAccuracy(means, drawDigits(labels, 4), labels);
  // MNIST: 0.82.
  assert(accuracy > 0.7 && accuracy < 0.9, `accuracy ${accuracy}`);
});

const realData = Deno.env.get("DIGIT_RECOGNIZER_DATA");
Deno.test({
  name: "synthetic digits resemble real ones (needs DIGIT_RECOGNIZER_DATA)",
  ignore: !realData,
  fn: async () => {
    const real = await loadDigits();
    const { testRows } = trainTestSplit(real.labels!.length, { testSize: 0.2, randomState: 42 });
    const labels = takeRows(real.labels!, testRows),
      images = takeRows(real.images, testRows, PIXELS);
    const drawn = drawDigits(labels, 5);

    const realMeans = classMeans(images, labels), drawnMeans = classMeans(drawn, labels);
    for (let k = 0; k < CLASSES; k++) {
      const ink = (means: Float64Array): number =>
        mean([...means.subarray(k * PIXELS, (k + 1) * PIXELS)]);
      const ratio = ink(drawnMeans) / ink(realMeans);
      assert(ratio > 0.8 && ratio < 1.25, `ink of the ${k}s: ${ratio} of the real`);
    }
    const accuracy = nearestMeanAccuracy(drawnMeans, images, labels);
    assert(
      accuracy > 0.7,
      `real digits nearest to the drawn mean image of their class: ${accuracy}`,
    );
  },
});

/** Coverage by brute force: each pixel of the box from 40 x 40 samples of the scan. */
function boxBySampling(
  scan: Scan,
  box: { left: number; top: number; width: number; height: number },
  columns: number,
  rows: number,
): number[] {
  const samples = 40;
  return Array.from({ length: columns * rows }, (_, i) => {
    const column = i % columns, row = Math.floor(i / columns);
    let inked = 0;
    for (let s = 0; s < samples * samples; s++) {
      const u = (column + (s % samples + 0.5) / samples) / columns;
      const v = (row + (Math.floor(s / samples) + 0.5) / samples) / rows;
      const x = box.left + Math.floor(u * box.width), y = box.top + Math.floor(v * box.height);
      inked += scan.ink[y * scan.width + x]!;
    }
    return inked / samples ** 2;
  });
}

Deno.test("normalise scales the box to 20 pixels with the mean ink of each, as sampling finds", () => {
  const scan = blankScan(72);
  const random = new RandomState(0);
  // Blots in a box of 33 x 57 pixels, which all four sides touch.
  const box = { left: 9, top: 6, width: 33, height: 57 };
  for (let y = 0; y < box.height; y++) {
    for (let x = 0; x < box.width; x++) {
      const border = x === 0 || y === 0 || x === box.width - 1 || y === box.height - 1;
      if (border || random.randomSample() < 0.5) {
        scan.ink[(box.top + y) * scan.width + box.left + x] = 1;
      }
    }
  }
  const pixels = new Uint8Array(PIXELS);
  normalise(scan, pixels);
  const rows = 20, columns = 12; // 33 / 57 of 20 is 11.6
  const { width, height, centreX, centreY } = inkOf(pixels);
  assertEquals([width, height], [columns, rows]);
  assertAlmostEquals(centreX, 14, 0.51);
  assertAlmostEquals(centreY, 14, 0.51);
  const left = pixels.findIndex((grey) => grey > 0) % IMAGE_SIZE;
  const top = Math.floor(pixels.findIndex((grey) => grey > 0) / IMAGE_SIZE);
  boxBySampling(scan, box, columns, rows).forEach((ink, i) => {
    const grey = pixels[(top + Math.floor(i / columns)) * IMAGE_SIZE + left + i % columns]!;
    assertAlmostEquals(grey / 255, ink, 0.03, `pixel ${i} of the box: ${grey / 255}, not ${ink}`);
  });
});

Deno.test("normalise keeps a lopsided digit inside the image, and a blank scan blank", () => {
  const scan = blankScan(64);
  const blank = new Uint8Array(PIXELS);
  normalise(scan, blank);
  assertEquals(blank, new Uint8Array(PIXELS));

  // A heavy block at the top left, one pixel of ink at the lower right.
  for (let y = 0; y < 12; y++) scan.ink.fill(1, y * 64, y * 64 + 12);
  scan.ink[63 * 64 + 63] = 1;
  const pixels = new Uint8Array(PIXELS);
  normalise(scan, pixels);
  const { width, height } = inkOf(pixels);
  assertEquals([width, height], [20, 20]);
});

Deno.test("drawStroke inks what lies within the radius", () => {
  const scan = blankScan(40);
  const line = [{ x: 10, y: 20 }, { x: 30, y: 20 }];
  drawStroke(scan, { line, startRadius: 5.2, endRadius: 5.2 }, () => 0);
  for (let y = 0; y < 40; y++) {
    for (let x = 0; x < 40; x++) {
      const beyond = Math.max(10 - x, 0, x - 30);
      const inside = Math.hypot(beyond, y - 20) < 5.2;
      assertEquals(scan.ink[y * 40 + x], inside ? 1 : 0, `pixel (${x}, ${y})`);
    }
  }

  const tapered = blankScan(40);
  const ruler = Array.from({ length: 21 }, (_, i) => ({ x: 10 + i, y: 20 }));
  drawStroke(tapered, { line: ruler, startRadius: 2, endRadius: 8 }, () => 0);
  const thickness = (x: number): number =>
    mean(Array.from({ length: 40 }, (_, y) => tapered.ink[y * 40 + x]!)) * 40;
  assertAlmostEquals(thickness(20), 2 * 5, 1.5);
  assert(thickness(11) < 6 && thickness(29) > 14);
});

Deno.test("smoothCurve passes through every knot, straight on or round a corner", () => {
  const knot = (x: number, y: number, corner = false): Knot => ({ x, y, corner });
  const passes = (line: readonly { x: number; y: number }[], { x, y }: Knot): boolean =>
    line.some((point) => Math.hypot(point.x - x, point.y - y) < 1e-12);

  const knots = [knot(0, 0), knot(0.1, 0.9), knot(0.8, 1), knot(1, 0.2, true), knot(0.4, 0.3)];
  const line = smoothCurve(knots);
  for (const k of knots) assert(passes(line, k), `knot (${k.x}, ${k.y})`);

  // Knots on a straight line give that line.
  for (const { x, y } of smoothCurve([knot(0, 0), knot(0.2, 0.1), knot(1, 0.5)])) {
    assertAlmostEquals(y, x / 2, 1e-12);
  }
  // Two sides of a square: a corner leaves them straight, without one the curve bulges.
  const sides = (corner: boolean): number[] =>
    smoothCurve([knot(0, 0), knot(1, 0, corner), knot(1, 1)]).map(({ x, y }) =>
      Math.min(Math.abs(y), Math.abs(x - 1))
    );
  assertAlmostEquals(Math.max(...sides(true)), 0, 1e-12);
  assert(Math.max(...sides(false)) > 0.02);
});

Deno.test("each digit has several styles, drawn about within its box", () => {
  assertEquals(GLYPHS.length, CLASSES);
  for (const [digit, styles] of GLYPHS.entries()) {
    assert(styles.length >= 6, `styles of ${digit}`);
    for (const { weight, strokes } of styles) {
      assert(weight > 0);
      for (const { length } of strokes) assert(length >= 2, `a dot in ${digit}`);
      for (const { x, y } of strokes.flat()) {
        assert(x >= 0 && x <= 1.06 && y >= 0 && y <= 1.06, `knot (${x}, ${y}) of ${digit}`);
      }
    }
  }
});

Deno.test("bell has mean 0 and deviation 1, and stays within 3", () => {
  const random = new RandomState(0);
  const draws = Array.from({ length: 20_000 }, () => bell(random));
  assertAlmostEquals(mean(draws), 0, 0.03);
  assertAlmostEquals(mean(draws.map((draw) => draw * draw)), 1, 0.03);
  assert(draws.every((draw) => Math.abs(draw) < 3));
});

Deno.test("pick draws in proportion to the weights", () => {
  const random = new RandomState(0);
  const items = [{ weight: 1 }, { weight: 6 }, { weight: 3 }];
  const counts = items.map(() => 0);
  for (let i = 0; i < 10_000; i++) counts[items.indexOf(pick(items, random))]!++;
  for (const [i, { weight }] of items.entries()) assertAlmostEquals(counts[i]!, 1000 * weight, 150);
});
