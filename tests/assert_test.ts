/**
 * What `@std/assert` documents, asked of whichever implementation lib/assert.ts has: where JSR is in
 * reach the package itself, elsewhere what stands in for it.
 */
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertThrows,
} from "lib/assert.ts";

function passes(assertion: () => void): boolean {
  try {
    assertion();
    return true;
  } catch {
    return false;
  }
}

async function resolves(assertion: () => Promise<unknown>): Promise<boolean> {
  return await assertion().then(() => true, () => false);
}

class Point {
  constructor(readonly x: number) {}
}

function withoutPrototype(entries: object): object {
  return Object.assign(Object.create(null), entries);
}

Deno.test("assertEquals compares deeply: types, keys and bits, but for the sign of zero", () => {
  const equal: [unknown, unknown][] = [
    [0, -0],
    [[1, -0], [1, 0]],
    [{ a: { b: -0 } }, { a: { b: 0 } }],
    [new Float32Array([-0, 1]), new Float32Array([0, 1])],
    [NaN, NaN],
    [{ a: NaN }, { a: NaN }],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }],
    [{ a: 1 }, withoutPrototype({ a: 1 })],
    [new Map([["a", [1]]]), new Map([["a", [1]]])],
    [new Set([1, 2]), new Set([2, 1])],
    [new Date(5), new Date(5)],
    [new Point(1), new Point(1)],
    [/a/g, /a/g],
  ];
  const different: [unknown, unknown][] = [
    [1, "1"],
    [null, undefined],
    [1, 1n],
    [[1, 2], [2, 1]],
    [[1], [1, undefined]],
    [{ a: undefined }, {}],
    [{ a: -0 }, { a: 1 }],
    [[1], new Uint8Array([1])],
    [new Uint8Array([1]), new Int8Array([1])],
    [new Float32Array([0.1]), new Float32Array([0.2])],
    [new Map([["a", 1]]), new Map([["a", 2]])],
    [new Set([1]), new Set([2])],
    [new Date(5), new Date(6)],
    [new Point(1), { x: 1 }],
    [/a/g, /a/],
  ];
  for (const [a, b] of equal) assert(passes(() => assertEquals(a, b)), Deno.inspect([a, b]));
  for (const [a, b] of different) assert(!passes(() => assertEquals(a, b)), Deno.inspect([a, b]));
});

Deno.test("assert takes what is truthy", () => {
  for (const value of [1, "0", [], {}]) assert(passes(() => assert(value)));
  for (const value of [0, "", null, undefined, NaN]) assert(!passes(() => assert(value)));
});

Deno.test("assertAlmostEquals allows 1e-7 of the expected value, or the tolerance", () => {
  assert(passes(() => assertAlmostEquals(1 + 0.9e-7, 1)));
  assert(!passes(() => assertAlmostEquals(1 + 1.1e-7, 1)));
  assert(!passes(() => assertAlmostEquals(1e-8, 1e-9)));
  assert(passes(() => assertAlmostEquals(0.01, 0.02, 0.1)));
  assert(passes(() => assertAlmostEquals(0.1 + 0.2, 0.3, 1e-16)));
  assert(!passes(() => assertAlmostEquals(0.1 + 0.2, 0.3, 1e-17)));
  for (const value of [NaN, Infinity]) assert(passes(() => assertAlmostEquals(value, value)));
  assert(!passes(() => assertAlmostEquals(NaN, 1)));
});

Deno.test("assertThrows and assertRejects want the class and a part of the message, and return the error", async () => {
  const fail = (): never => {
    throw new RangeError("out of range");
  };
  assert(assertThrows(fail, RangeError, "of range") instanceof RangeError);
  assert(assertThrows(fail, Error).message === "out of range");
  assert(!passes(() => assertThrows(fail, TypeError)));
  assert(!passes(() => assertThrows(fail, RangeError, "in range")));
  assert(!passes(() => assertThrows(() => 1, Error)));

  // deno-lint-ignore require-await
  const reject = async (): Promise<never> => fail();
  assert((await assertRejects(reject, RangeError, "of range")) instanceof RangeError);
  assert(!await resolves(() => assertRejects(reject, TypeError)));
  assert(!await resolves(() => assertRejects(reject, RangeError, "in range")));
  assert(!await resolves(() => assertRejects(() => Promise.resolve(1), Error)));
  assert(!await resolves(() => assertRejects(fail, RangeError)));
});
