import { InputError } from "lib/errors.ts";
import { sha256, writeFileAtomically } from "lib/files.ts";
import type { FitState, StoredTensor } from "lib/model/fit_state.ts";

/** The first line of a checkpoint's file; the values of all tensors follow it. */
interface Header extends Omit<FitState, "tensors"> {
  /** What is being trained. */
  readonly identity: string;
  /** The shapes of the tensors, in the order of their values. */
  readonly shapes: Readonly<Record<string, readonly (readonly number[])[]>>;
  /** SHA-256 (hex) of the values. */
  readonly sha256: string;
}

/** Writes the state of a training to a file, whole or not at all. */
export async function writeCheckpoint(
  path: string,
  identity: string,
  { tensors, ...rest }: FitState,
): Promise<void> {
  const lists = Object.entries(tensors);
  const values = joined(lists.flatMap(([, list]) => list.map(({ values }) => values)));
  const shapes = Object.fromEntries(
    lists.map(([name, list]) => [name, list.map(({ shape }) => shape)]),
  );
  const header: Header = { ...rest, identity, shapes, sha256: sha256(values) };
  const line = new TextEncoder().encode(JSON.stringify(header) + "\n");
  await writeFileAtomically(path, [line, values]);
}

/**
 * Reads the state of a training, or gives `undefined` where there is none of this identity.
 *
 * @throws {InputError} If the file is damaged.
 */
export async function readCheckpoint(
  path: string,
  identity: string,
): Promise<FitState | undefined> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const end = bytes.indexOf(0x0a);
  const values = bytes.slice(end + 1);
  const { shapes, sha256: digest, identity: whose, ...rest } = parse(path, bytes.subarray(0, end));
  if (sha256(values) !== digest) throw new InputError(`${path} is damaged.`);
  if (whose !== identity) return undefined;
  let at = 0;
  const take = (shape: readonly number[]): StoredTensor => {
    const size = shape.reduce((product, length) => product * length, 1);
    return { shape, values: new Float32Array(values.buffer, 4 * at, (at += size, size)) };
  };
  const tensors = Object.fromEntries(
    Object.entries(shapes).map(([name, list]) => [name, list.map(take)]),
  );
  return { ...rest, tensors };
}

function parse(path: string, line: Uint8Array): Header {
  try {
    return JSON.parse(new TextDecoder().decode(line));
  } catch {
    throw new InputError(`${path} is damaged.`);
  }
}

/** The bytes of arrays, one after the other. */
function joined(arrays: readonly Float32Array[]): Uint8Array<ArrayBuffer> {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return new Uint8Array(all.buffer);
}
