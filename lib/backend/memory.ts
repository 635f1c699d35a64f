/**
 * The memory that all tensors, workers and kernels share, and its allocator.
 * @module
 */

/** Most pages of 64 KiB: all that 32-bit addresses reach. */
export const MAX_PAGES = 65536;

const PAGE = 65536;
/**
 * Below this are the words by which threads synchronise (assembly/control.ts), then, at the offset in build.ts,
 * the kernels' constants.
 */
const HEAP_START = 122880;
const FIRST_PAGES = 2;
const ALIGNMENT = 64;
/** Blocks up to this size are powers of two from shared slabs; larger ones come from the free list. */
const SMALL_LIMIT = 8192;
const SLAB = 262144;
/** Kernels read whole vectors, so the last block must not end where the memory does. */
const MARGIN = 64;
/** Memory grows by at least this much, because each growth is a system call. */
const GROWTH = 16 * 1024 * 1024;

/** Where addresses are scarce (phones, 32-bit systems): as much as the browser grants. */
const LEAST_PAGES = 4096;

/** Browsers reserve addresses for a shared memory's maximum size. */
function reserve(): WebAssembly.Memory {
  for (let maximum = MAX_PAGES;; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: FIRST_PAGES, maximum, shared: true });
    } catch (error) {
      if (maximum <= LEAST_PAGES) throw error;
    }
  }
}

/** Hands out blocks of the shared memory, aligned to 64 bytes, and takes them back. */
export class Arena {
  readonly memory: WebAssembly.Memory;
  #end: number;
  /** Free blocks by address; adjacent ones are merged. */
  #free: { at: number; size: number }[] = [];
  readonly #small: number[][] = [];
  readonly #sizes = new Map<number, number>();
  #used = 0;

  constructor() {
    this.memory = reserve();
    this.#end = FIRST_PAGES * PAGE - MARGIN;
    this.#free.push({ at: HEAP_START, size: this.#end - HEAP_START });
  }

  /** Bytes in blocks that are in use. */
  get used(): number {
    return this.#used;
  }

  /** Bytes taken from the system. */
  get reserved(): number {
    return this.#end;
  }

  /** The memory's bytes at its present size; views stay valid when it grows, but do not grow with it. */
  get buffer(): SharedArrayBuffer {
    return this.memory.buffer as unknown as SharedArrayBuffer;
  }

  /** The address of a block of at least `bytes` bytes; undefined if no memory is left. */
  allocate(bytes: number): number | undefined {
    let at: number | undefined;
    let size: number;
    if (bytes <= SMALL_LIMIT) {
      const order = bytes <= ALIGNMENT ? 6 : 32 - Math.clz32(bytes - 1);
      size = 2 ** order;
      const blocks = this.#small[order] ??= [];
      if (blocks.length === 0) {
        const slab = this.#takeLarge(SLAB);
        if (slab === undefined) return undefined;
        for (let p = slab + SLAB - size; p >= slab; p -= size) blocks.push(p);
      }
      at = blocks.pop();
    } else {
      size = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
      at = this.#takeLarge(size);
    }
    if (at === undefined) return undefined;
    this.#sizes.set(at, size);
    this.#used += size;
    return at;
  }

  /** Stops counting a permanent block as in use. */
  exempt(at: number): void {
    this.#used -= this.#sizes.get(at)!;
  }

  /** Frees a block. Throws if the address is not in use. */
  free(at: number): void {
    const size = this.#sizes.get(at);
    if (size === undefined) throw new Error(`Arena: no block in use at ${at}.`);
    this.#sizes.delete(at);
    this.#used -= size;
    if (size <= SMALL_LIMIT) this.#small[31 - Math.clz32(size)]!.push(at);
    else this.#giveLarge(at, size);
  }

  #takeLarge(size: number): number | undefined {
    let best = -1;
    for (let i = 0; i < this.#free.length; i++) {
      const block = this.#free[i]!;
      if (block.size >= size && (best < 0 || block.size < this.#free[best]!.size)) best = i;
    }
    if (best < 0) {
      if (!this.#grow(size)) return undefined;
      best = this.#free.length - 1;
    }
    const block = this.#free[best]!;
    const at = block.at;
    if (block.size === size) this.#free.splice(best, 1);
    else this.#free[best] = { at: at + size, size: block.size - size };
    return at;
  }

  #giveLarge(at: number, size: number): void {
    let low = 0;
    let high = this.#free.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#free[middle]!.at < at) low = middle + 1;
      else high = middle;
    }
    const next = this.#free[low];
    if (next && next.at === at + size) {
      size += next.size;
      this.#free.splice(low, 1);
    }
    const previous = this.#free[low - 1];
    if (previous && previous.at + previous.size === at) previous.size += size;
    else this.#free.splice(low, 0, { at, size });
  }

  #grow(size: number): boolean {
    const last = this.#free.at(-1);
    const missing = size - (last && last.at + last.size === this.#end ? last.size : 0);
    for (const bytes of [Math.max(missing, GROWTH), missing]) {
      const pages = Math.ceil(bytes / PAGE);
      try {
        this.memory.grow(pages);
      } catch {
        continue;
      }
      this.#giveLarge(this.#end, pages * PAGE);
      this.#end += pages * PAGE;
      return true;
    }
    return false;
  }
}
