import { assert, assertAlmostEquals, assertEquals, assertThrows } from "lib/assert.ts";
import { InputError } from "lib/errors.ts";
import { RandomState } from "lib/random.ts";
import { SeedSequence } from "lib/seed_sequence.ts";
import fixture from "./fixtures/random.json" with { type: "json" };

function take<T>(count: number, draw: () => T): T[] {
  return Array.from({ length: count }, draw);
}

/** Equal up to the last bits, which `log` decides. */
function assertNormalsEqual(actual: number[], expected: number[]): void {
  assertEquals(actual.length, expected.length);
  for (const [i, value] of actual.entries()) {
    assertAlmostEquals(value, expected[i]!, Math.abs(expected[i]!) * 1e-14);
  }
}

for (const [seedText, expected] of Object.entries(fixture.seeds)) {
  const seed = Number(seedText);

  Deno.test(`RandomState(${seed}): uniform numbers are NumPy's`, () => {
    const random = new RandomState(seed);
    assertEquals(take(8, () => random.randomSample()), expected.randomSample);
    take(1000 - 8, () => random.randomSample());
    assertEquals(take(4, () => random.randomSample()), expected.lateSample);
    random.seed(seed);
    assertEquals(take(8, () => random.uniform(-20, 20)), expected.uniform);
  });

  Deno.test(`RandomState(${seed}): randint is NumPy's`, () => {
    const random = new RandomState(seed);
    const actual = fixture.ranges.map(([low, high]) => take(4, () => random.randint(low!, high!)));
    assertEquals(actual, expected.randint);
  });

  Deno.test(`RandomState(${seed}): normal numbers are NumPy's`, () => {
    const random = new RandomState(seed);
    assertNormalsEqual(take(9, () => random.standardNormal()), expected.standardNormal);
    random.seed(seed); // an odd number was drawn: the spare one must be dropped
    assertNormalsEqual(take(5, () => random.normal(-3, 2.5)), expected.normal);
  });

  Deno.test(`RandomState(${seed}): permutation and shuffle are NumPy's`, () => {
    assertEquals([...new RandomState(seed).permutation(10)], expected.permutation10);
    const long = new RandomState(seed).permutation(2000);
    assertEquals([...long.subarray(0, 20)], expected.permutation2000Head);
    const array = [3.5, -1.25, 0.5, 8, 2, 2, 7.75];
    new RandomState(seed).shuffle(array);
    assertEquals(array, expected.shuffled);
  });

  Deno.test(`RandomState(${seed}): a mixed sequence of calls is NumPy's`, () => {
    const random = new RandomState(seed);
    assertNormalsEqual([
      random.standardNormal(),
      random.randint(0, 7),
      random.standardNormal(),
      random.uniform(-5, 3),
      random.normal(10, 0.5),
      random.randint(0, 1),
      random.randomSample(),
      random.standardNormal(),
    ], expected.mixed);
  });
}

Deno.test("RandomState: permutation holds every number once", () => {
  const order = new RandomState(7).permutation(42_000);
  assert(order.slice().sort().every((value, i) => value === i));
  assertEquals([...new RandomState(7).permutation(0)], []);
});

Deno.test("RandomState: impossible seeds and ranges are refused", () => {
  for (const seed of [-1, 0.5, 2 ** 32, NaN]) {
    assertThrows(() => new RandomState(seed), InputError, `The seed is ${seed}`);
  }
  const random = new RandomState(0);
  assertThrows(() => random.randint(3, 3), InputError, "randint(3, 3)");
  assertThrows(() => random.randint(0, 2 ** 32 + 1), InputError, "low + 2^32");
  assertThrows(() => random.randint(0.5, 3), InputError, "whole numbers");
});

for (const [seedText, expected] of Object.entries(fixture.sequences)) {
  Deno.test(`SeedSequence(${seedText}) and what it spawns are NumPy's`, () => {
    const root = new SeedSequence(Number(seedText));
    const child = root.spawn(3)[2]!;
    assertEquals([...root.generateState(6)], expected.state);
    assertEquals([...child.generateState(6)], expected.childState);
    assertEquals([...child.spawn(2)[1]!.generateState(6)], expected.grandchildState);
    const random = new RandomState(child);
    const sample = take(700, () => random.randomSample());
    assertEquals([0, 1, 2, 311, 312, 699].map((i) => sample[i]!), expected.childSample);
  });
}

Deno.test("SeedSequence refuses what is no seed", () => {
  for (const seed of [-1, 0.5, 2 ** 32, NaN]) {
    assertThrows(() => new SeedSequence(seed), InputError, "expected a whole number");
  }
});
