import { concat } from "lib/concat.ts";
import { InputError } from "lib/errors.ts";
import { readFileIfThere, sha256, writeFileAtomically } from "lib/files.ts";
import type { FitState, StoredTensor } from "lib/model/fit_state.ts";

/** The second line of a checkpoint's file, after the SHA-256 (hex) of the rest; values follow it. */
interface Header extends Omit<FitState, "tensors"> {
  /** What is being trained. */
  readonly identity: string;
  /** The shapes of the tensors, in the order of their values. */
  readonly shapes: Readonly<Record<string, readonly (readonly number[])[]>>;
}

/** Writes the state of a training to a file, whole or not at all. */
export async function writeCheckpoint(
  path: string,
  identity: string,
  { tensors, ...rest }: FitState,
): Promise<void> {
  const lists = Object.entries(tensors);
  const values = lists.flatMap(([, list]) => list.map(({ values }) => values));
  const shapes = Object.fromEntries(
    lists.map(([name, list]) => [name, list.map(({ shape }) => shape)]),
  );
  const header: Header = { ...rest, identity, shapes };
  const content = concat(Uint8Array, [
    encode(JSON.stringify(header) + "\n"),
    ...values.map(bytesOf),
  ]);
  await writeFileAtomically(path, [encode(sha256(content) + "\n"), content]);
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
  const bytes = await readFileIfThere(path);
  if (bytes === undefined) return undefined;
  const start = bytes.indexOf(NEWLINE) + 1;
  const content = bytes.subarray(start);
  if (decode(bytes.subarray(0, start - 1)) !== sha256(content)) {
    throw new InputError(`${path} is damaged.`);
  }
  const end = content.indexOf(NEWLINE);
  const { shapes, identity: whose, ...rest }: Header = JSON.parse(decode(content.subarray(0, end)));
  if (whose !== identity) return undefined;
  const values = content.slice(end + 1);
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

const NEWLINE = 0x0a;

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
