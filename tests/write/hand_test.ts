import { assertEquals, assertThrows } from "lib/assert.ts";
import { PIXELS } from "lib/digits.ts";
import { InputError } from "lib/errors.ts";
import { exportExamples, importExamples } from "lib/write/browser/hand.ts";

const EXAMPLES = [7, 0].map((digit) => ({
  digit,
  image: Uint8Array.from({ length: PIXELS }, (_, i) => (i * digit) % 256),
}));

Deno.test("examples survive a file", () => {
  assertEquals(importExamples(exportExamples(EXAMPLES)), EXAMPLES);
});

Deno.test("a file that is no hand is refused, with what is wrong", () => {
  const { format } = JSON.parse(exportExamples([]));
  const image = "AAAA";
  for (
    const [text, message] of [
      ["", "it is no JSON"],
      ["null", "its format is not"],
      ['{"format": "other", "examples": []}', "its format is not"],
      [JSON.stringify({ format }), "its format is not"],
      [JSON.stringify({ format, examples: [null] }), "example 1 is damaged"],
      [JSON.stringify({ format, examples: [{ digit: 7, image }] }), "example 1 is damaged"],
      [exportExamples(EXAMPLES).replace('"digit": 0', '"digit": 10'), "example 2 is damaged"],
      [exportExamples(EXAMPLES).replace('"digit": 0', '"digit": "0"'), "example 2 is damaged"],
      [exportExamples(Array(1001).fill(EXAMPLES[0])), "at most 1000"],
    ] as const
  ) assertThrows(() => importExamples(text), InputError, message);
});
