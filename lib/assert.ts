/**
 * Assertions for tests and notebooks: `jsr:@std/assert`, or `node:assert` where JSR is out of reach.
 *
 * A static `jsr:` import would stop every command on a network without JSR; a dynamic one can be
 * caught. @module
 */
import nodeAssert from "node:assert/strict";
import { fromJsr } from "lib/jsr.ts";

type ErrorClass<E extends Error> = new (...args: never[]) => E;

interface Assertions {
  /** Fails unless `condition` is truthy. */
  assert(condition: unknown, message?: string): asserts condition;
  /** Fails unless the two are deeply equal. */
  assertEquals<T>(actual: T, expected: T, message?: string): void;
  /** Fails unless `fn` rejects (or throws) with an error of the class whose message includes the text; returns it. */
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

const nodeAssertions: Assertions = {
  assert(condition: unknown, message = "Assertion failed"): asserts condition {
    nodeAssert.ok(condition, message);
  },
  assertEquals(actual, expected, message): void {
    if (message === undefined) nodeAssert.deepStrictEqual(actual, expected);
    else nodeAssert.deepStrictEqual(actual, expected, message);
  },
  async assertRejects<E extends Error>(
    fn: () => PromiseLike<unknown>,
    errorClass: ErrorClass<E>,
    messageIncludes?: string,
  ): Promise<E> {
    let caught: unknown;
    try {
      await fn();
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
      Math.abs(actual - expected) <= tolerance,
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
