import { assertAlmostEquals, assertEquals } from "lib/assert.ts";
import { compose, fromRectangle, mapPoint, rotation, warpImage } from "lib/read/homography.ts";

const QUAD = [{ x: 10, y: 20 }, { x: 210, y: 5 }, { x: 190, y: 160 }, { x: 30, y: 120 }] as const;

Deno.test("fromRectangle takes the rectangle's corners to the four points", () => {
  const map = fromRectangle(100, 50, QUAD);
  const corners = [{ x: 0, y: 0 }, { x: 100, y: 0 }, { x: 100, y: 50 }, { x: 0, y: 50 }];
  corners.forEach((corner, i) => {
    const { x, y } = mapPoint(map, corner);
    assertAlmostEquals(x, QUAD[i]!.x, 1e-9);
    assertAlmostEquals(y, QUAD[i]!.y, 1e-9);
  });
});

Deno.test("compose does the second map first", () => {
  const map = fromRectangle(100, 50, QUAD), turn = rotation(0.3, { x: 40, y: 30 });
  const point = { x: 12, y: 34 };
  const once = mapPoint(compose(map, turn), point), twice = mapPoint(map, mapPoint(turn, point));
  assertAlmostEquals(once.x, twice.x, 1e-9);
  assertAlmostEquals(once.y, twice.y, 1e-9);
});

Deno.test("warpImage takes values from where the map says, white from beyond the rim", () => {
  const image = { width: 3, height: 2, values: Uint8Array.of(0, 100, 200, 50, 150, 250) };
  const shift = [1, 0, 0.5, 0, 1, 0, 0, 0, 1];
  assertEquals([...warpImage(image, shift, 4, 2).values], [50, 150, 200, 255, 100, 200, 250, 255]);
});
