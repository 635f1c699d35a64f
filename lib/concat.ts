/** Values one after the other, in an array of a type: `concat(Uint8Array, [[1, 2], bytes])`. */
export function concat<T extends Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>>(
  type: new (length: number) => T,
  parts: readonly ArrayLike<number>[],
): T {
  const all = new type(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
