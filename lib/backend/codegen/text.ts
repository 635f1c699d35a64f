/** What the generators of assembly/ share. */

/** 0 to n - 1. */
export const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/**
 * The arguments of a load or store with a constant offset. Where V8 joins neighbouring vectors to one of 256
 * bits, it knows them by such offsets.
 */
export const offset = (pointer: string, bytes: number): string =>
  bytes ? `${pointer}, ${bytes}` : pointer;
