import {
  type BackendTimingInfo,
  type BackendValues,
  type DataId,
  type DataType,
  type TensorInfo,
  type TypedArray,
} from "@tensorflow/tfjs-core";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { sizeOf } from "lib/backend/kernels/common.ts";
import { Arena } from "lib/backend/memory.ts";
import type { ThreadPool } from "lib/backend/thread_pool.ts";

/**
 * How to compute values that nobody has asked for yet, and what a kernel that can do without them
 * needs to know: see kernels/deferred.ts.
 */
export interface Deferred {
  readonly shape: readonly number[];
  /** Writes the values to an address. */
  compute(at: number): void;
  /** Releases the values that `compute` would read. */
  release(): void;
}

/** A block that is freed when its scope ends. */
export type Scratch = Disposable & { readonly at: number };

/** What esbuild substitutes where a browser has none. */
const DISPOSE: typeof Symbol.dispose =
  (Symbol.dispose ?? Symbol.for("Symbol.dispose")) as typeof Symbol.dispose;

/** Values in the arena, where kernels find them; computed when first asked for. */
export class ArenaData {
  /** How many tensors share the values, as tfjs counts them. */
  refCount = 1;
  /** Deferred values that will be computed from these. */
  #holders = 0;
  #isDisposed = false;
  #at: number | undefined;
  #values: Float32Array | undefined;
  readonly #prepared = new Map<string, number>();

  constructor(
    readonly backend: SimdBackend,
    readonly size: number,
    /** Values of type `bool` are ones and zeros. */
    readonly dtype: "float32" | "bool",
    readonly shape: readonly number[],
    readonly deferred?: Deferred,
  ) {
    if (!deferred) this.#at = take(backend.arena, size * 4, shape);
  }

  /** The address of the values, for kernels; jobs queued earlier write them. */
  get at(): number {
    if (this.isFreed) throw new Error("The values of a disposed tensor were asked for.");
    if (this.#at === undefined) {
      const at = take(this.backend.arena, this.size * 4, this.shape);
      try {
        this.deferred?.compute(at);
      } catch (error) {
        this.backend.arena.free(at);
        throw error;
      }
      this.#at = at;
    }
    return this.#at;
  }

  /** The values, to be read or written now; waits for the jobs that work on them. */
  get values(): Float32Array {
    if (this.#values === undefined) {
      // Computing the values may grow the memory, which replaces its buffer.
      const at = this.at;
      this.#values = new Float32Array(this.backend.arena.buffer, at, this.size);
    }
    this.backend.threads.sync();
    return this.#values;
  }

  /** The address for values that are written along with others; they are no longer deferred. */
  reserve(): number {
    return this.#at = take(this.backend.arena, this.size * 4, this.shape);
  }

  /**
   * The values in the form that a kernel wants, such as panels of a filter: made once, and kept until the values
   * change or are disposed.
   *
   * @param form Identifies the form.
   */
  prepared(form: string, floats: number, write: (at: number) => void): number {
    const known = this.#prepared.get(form);
    if (known !== undefined) return known;
    const at = take(this.backend.arena, floats * 4, this.shape);
    try {
      write(at);
    } catch (error) {
      this.backend.arena.free(at);
      throw error;
    }
    this.#prepared.set(form, at);
    return at;
  }

  /** Call after the values were overwritten. */
  changed(): void {
    for (const at of this.#prepared.values()) this.backend.arena.free(at);
    this.#prepared.clear();
  }

  /** True if the values have been computed. */
  get isComputed(): boolean {
    return this.#at !== undefined;
  }

  /** True if nobody needs the values any more. */
  get isFreed(): boolean {
    return this.#isDisposed && this.#holders === 0;
  }

  /** True if a single tensor sees the values, so that they may be overwritten. */
  get isUnshared(): boolean {
    return this.refCount === 1 && this.#holders === 0;
  }

  /** Keeps the values after the last tensor is disposed, until `release`. */
  hold(): this {
    this.#holders++;
    return this;
  }

  release(): void {
    this.#holders--;
    this.#freeIfUnused();
  }

  /** Call when the last tensor is disposed. */
  dispose(): void {
    this.#isDisposed = true;
    this.#freeIfUnused();
  }

  #freeIfUnused(): void {
    if (!this.isFreed) return;
    this.changed();
    if (this.#at !== undefined) this.backend.arena.free(this.#at);
    this.deferred?.release();
  }
}

function take(arena: Arena, bytes: number, shape: readonly number[]): number {
  const at = arena.allocate(bytes);
  if (at === undefined) {
    throw new Error(
      `Out of memory: a tensor of shape [${shape.join(", ")}] needs ${megabytes(bytes)} MB, ` +
        `${megabytes(arena.used)} MB of the simd backend's memory are in use. ` +
        "Use a smaller batch, or dispose tensors (tf.tidy).",
    );
  }
  return at;
}

function isShared(values: BackendValues | undefined): values is TypedArray {
  // A page without cross-origin isolation has shared memory, but no global `SharedArrayBuffer`.
  return ArrayBuffer.isView(values) && !(values.buffer instanceof ArrayBuffer);
}

/**
 * The backend `simd`: float32 tensors that a fast kernel makes or reads live in one shared memory,
 * all others in JavaScript arrays, where the inherited kernels of `cpu` work on both alike.
 */
export class SimdBackend extends MathBackendCPU {
  constructor(readonly arena: Arena, readonly threads: ThreadPool) {
    super();
    // MathBackendCPU advises installing tfjs-node at its first tensor.
    (this as unknown as { firstUse: boolean }).firstUse = false;
  }

  /** The values of a float32 tensor, copied into the arena at their first use. */
  arenaData(tensor: TensorInfo): ArenaData {
    const data = this.data.get(tensor.dataId);
    if (data instanceof ArenaData) return data;
    const values = data.values as Float32Array;
    // A cast from int32 shares its values, so the tensor's type is what counts.
    const dtype = tensor.dtype as ArenaData["dtype"];
    const moved = new ArenaData(this, values.length, dtype, tensor.shape);
    moved.values.set(values);
    moved.refCount = data.refCount;
    // DataStorage counts every `set`, even of an id that it has.
    this.data.delete(tensor.dataId);
    this.data.set(tensor.dataId, moved);
    return moved;
  }

  /** The address of a float32 tensor's values, valid until the tensor is disposed. */
  address(tensor: TensorInfo): number {
    return this.arenaData(tensor).at;
  }

  /** A float32 tensor in the arena whose values are yet to be written. */
  output(shape: readonly number[]): TensorInfo & { readonly at: number } {
    const data = new ArenaData(this, sizeOf(shape), "float32", shape);
    return { ...this.#tensor(data, shape), at: data.at };
  }

  /** A tensor whose values are computed on demand. */
  deferredOutput(deferred: Deferred, dtype: ArenaData["dtype"] = "float32"): TensorInfo {
    const { shape } = deferred;
    const size = sizeOf(shape);
    return this.#tensor(new ArenaData(this, size, dtype, shape, deferred), shape);
  }

  #tensor(data: ArenaData, shape: readonly number[]): TensorInfo {
    const dataId: DataId = {};
    this.data.set(dataId, data);
    return { dataId, shape: [...shape], dtype: data.dtype };
  }

  /** A permanent copy of bytes in shared memory, not counted as in use. */
  keep(bytes: Uint8Array): number {
    const at = take(this.arena, bytes.length, [bytes.length]);
    this.arena.exempt(at);
    // Jobs queued earlier may still write to a freed block.
    this.threads.sync();
    new Uint8Array(this.arena.buffer, at, bytes.length).set(bytes);
    return at;
  }

  /** Scratch memory for jobs queued before its disposal: later owners write it in later jobs. */
  scratch(floats: number, purpose: readonly number[]): Scratch {
    const at = take(this.arena, floats * 4, purpose);
    return { at, [DISPOSE]: () => this.arena.free(at) };
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    // An inherited kernel may return part of its input's memory (slice does), which is freed with the input.
    return super.write(isShared(values) ? values.slice() as BackendValues : values, shape, dtype);
  }

  override readSync(dataId: DataId): BackendValues {
    const data = this.data.get(dataId);
    if (data instanceof ArenaData && data.dtype === "bool") return Uint8Array.from(data.values);
    const values = super.readSync(dataId);
    return isShared(values) ? values.slice() as BackendValues : values;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const data = this.data.has(dataId) ? this.data.get(dataId) : undefined;
    const released = super.disposeData(dataId, force);
    if (released && data instanceof ArenaData) data.dispose();
    return released;
  }

  override async time(f: () => void): Promise<BackendTimingInfo> {
    this.threads.sync();
    return await super.time(() => {
      f();
      this.threads.sync();
    });
  }

  override memory(): {
    unreliable: boolean;
    reasons: string[];
    numBytesInArena: number;
    numBytesReserved: number;
  } {
    return {
      unreliable: false,
      reasons: [],
      numBytesInArena: this.arena.used,
      numBytesReserved: this.arena.reserved,
    };
  }

  override dispose(): void {
    this.threads.stop();
  }
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
