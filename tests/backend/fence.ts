import type { SimdBackend } from "lib/backend/backend.ts";

/** A quiet NaN: what nobody wrote shows where it is read, too. */
const PATTERN = 0x7fc0fe7c;

interface Block {
  /** The address of the fence before it. */
  readonly start: number;
  readonly words: number;
  /** Words of the fence before it and of that behind. */
  readonly fence: number;
}

/**
 * While `fn` runs, all blocks that a backend takes from its arena are filled with NaN and stand between fences.
 * Throws if a kernel wrote to a fence. What `fn` leaves in use stays so.
 */
export async function fenced<T>(backend: SimdBackend, fn: () => Promise<T>): Promise<T> {
  const { arena, threads } = backend;
  const blocks = new Map<number, Block>();
  // Jobs that are still queued may use them.
  const freed: number[] = [];

  const { allocate, free, exempt } = arena;
  // Jobs queued before may write to blocks that are free by now.
  threads.sync();
  arena.allocate = (bytes): number | undefined => {
    // Blocks are padded to whole vectors, which expressions may write.
    const words = Math.ceil(bytes / 16) * 4;
    // As wide as the block, so that it takes what is meant for another thread's scratch, and aligned like it.
    const fence = Math.ceil(words / 16) * 16;
    const start = allocate.call(arena, 4 * (words + 2 * fence));
    if (start === undefined) return undefined;
    new Int32Array(arena.buffer, start, words + 2 * fence).fill(PATTERN);
    const at = start + 4 * fence;
    blocks.set(at, { start, words, fence });
    return at;
  };
  arena.exempt = (at): void => {
    exempt.call(arena, blocks.get(at)!.start);
    blocks.delete(at);
  };
  arena.free = (at): void => void freed.push(at);
  try {
    const result = await fn();
    threads.sync();
    for (const block of blocks.values()) check(arena.buffer, block);
    return result;
  } finally {
    Object.assign(arena, { allocate, free, exempt });
    for (const at of freed) arena.free(blocks.get(at)!.start);
  }
}

function check(buffer: SharedArrayBuffer, { start, words, fence }: Block): void {
  const broken = (at: number): number =>
    new Int32Array(buffer, at, fence).findIndex((word) => word !== PATTERN);
  const before = broken(start), behind = broken(start + 4 * (fence + words));
  if (before < 0 && behind < 0) return;
  const place = before < 0 ? `${4 * behind} behind` : `${4 * (fence - before)} before`;
  throw new Error(`A kernel wrote bytes ${place} a block of ${4 * words}.`);
}
