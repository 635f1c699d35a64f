/**
 * Assertions for tests and notebooks: `jsr:@std/assert`, or `node:assert` where JSR is out of reach.
 *
 * A static `jsr:` import would stop every command on a network without JSR; a dynamic one can be
 * caught. @module
 */
import nodeAssert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { fromJsr } from "lib/jsr.ts";

type ErrorClass<E extends Error> = new (...args: never[]) => E;

interface Assertions {
  /** Fails unless `condition` is truthy. */
  assert(condition: unknown, message?: string): asserts condition;
  /** Fails unless the two are deeply equal. */
  assertEquals<T>(actual: T, expected: T, message?: string): void;
  /** Fails unless `fn` rejects with an error of the class whose message includes the text; returns it. */
  assertRejects<E extends Error>(
    fn: () => PromiseLike<unknown>,
    errorClass: ErrorClass<E>,
    messageIncludes?: string,
  ): Promise<E>;
  /** Fails unless `fn` throws an error of the class whose message includes the text; returns it. */
  assertThrows<E extends Error>(
    fn: () => unknown,
    errorClass: ErrorClass<E>,
    messageIncludes?: string,
  ): E;
  /** Fails unless `|actual - expected| <= tolerance` (default: 1e-7 of `expected`). */
  assertAlmostEquals(actual: number, expected: number, tolerance?: number, message?: string): void;
}

function checkError<E extends Error>(
  error: unknown,
  errorClass: ErrorClass<E>,
  messageIncludes = "",
): E {
  nodeAssert(
    error instanceof errorClass,
    `Expected an error of class ${errorClass.name}, got ${error}`,
  );
  nodeAssert(
    error.message.includes(messageIncludes),
    `Expected the message to include "${messageIncludes}", got "${error.message}"`,
  );
  return error;
}

/**
 * For Node 0 and -0 differ, and objects with and without a prototype; for `@std/assert` they are equal.
 */
function normalized(value: unknown): unknown {
  if (value === 0) return 0;
  if (Array.isArray(value)) return value.map(normalized);
  if (value instanceof Float32Array || value instanceof Float64Array) {
    return value.map((x) => x + 0);
  }
  const isPlain = typeof value === "object" && value !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value));
  if (!isPlain) return value;
  return Object.fromEntries(
    Reflect.ownKeys(value).map((key) => [key, normalized(value[key as never])]),
  );
}

const nodeAssertions: Assertions = {
  assert(condition: unknown, message = "Assertion failed"): asserts condition {
    nodeAssert.ok(condition, message);
  },
  assertEquals(actual, expected, message): void {
    // Compared first as they are: the copies cost time.
    if (isDeepStrictEqual(actual, expected)) return;
    const [a, b] = [normalized(actual), normalized(expected)];
    if (message === undefined) nodeAssert.deepStrictEqual(a, b);
    else nodeAssert.deepStrictEqual(a, b, message);
  },
  async assertRejects<E extends Error>(
    fn: () => PromiseLike<unknown>,
    errorClass: ErrorClass<E>,
    messageIncludes?: string,
  ): Promise<E> {
    // Not in the `try`: what throws at once does not reject.
    const promise = fn();
    let caught: unknown;
    try {
      await promise;
    } catch (error) {
      caught = error;
    }
    return checkError(caught, errorClass, messageIncludes);
  },
  assertThrows<E extends Error>(
    fn: () => unknown,
    errorClass: ErrorClass<E>,
    messageIncludes?: string,
  ): E {
    let caught: unknown;
    try {
      fn();
    } catch (error) {
      caught = error;
    }
    return checkError(caught, errorClass, messageIncludes);
  },
  assertAlmostEquals(actual, expected, tolerance = Math.abs(expected) * 1e-7, message): void {
    nodeAssert.ok(
      Object.is(actual, expected) || Math.abs(actual - expected) <= tolerance,
      message ?? `Expected ${actual} to be within ${tolerance} of ${expected}`,
    );
  },
};

const assertions: Assertions = await fromJsr<Assertions>("@std/assert") ?? nodeAssertions;

export const assert: Assertions["assert"] = assertions.assert;
export const assertEquals: Assertions["assertEquals"] = assertions.assertEquals;
export const assertRejects: Assertions["assertRejects"] = assertions.assertRejects;
export const assertThrows: Assertions["assertThrows"] = assertions.assertThrows;
export const assertAlmostEquals: Assertions["assertAlmostEquals"] = assertions.assertAlmostEquals;
