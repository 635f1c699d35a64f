import { assertEquals } from "lib/assert.ts";
import { scorePage } from "./score.ts";

Deno.test("scorePage counts digits in order, whole lines, and what is wrong", () => {
  const score = { digits: 7, digitsRight: 7, lines: 2, linesRight: 2, wrong: 0 };
  assertEquals(scorePage(["123", "4567"], ["1 23", "4567"]), score);
  assertEquals(
    scorePage(["123", "4567"], ["1?3", "9", "45677"]),
    { ...score, digitsRight: 6, linesRight: 0, wrong: 2 },
  );
  assertEquals(
    scorePage(["123", "4567"], ["4567"]),
    { ...score, digitsRight: 4, linesRight: 1 },
  );
});
