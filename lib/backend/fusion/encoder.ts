/**
 * The binary format of WebAssembly, as far as fused kernels need it: one function over the shared memory.
 * @module
 */

export const I32 = 0x7f;
export const V128 = 0x7b;

/** Opcodes whose operands are all on the stack. */
const PLAIN = {
  end: 0x0b,
  i32_eqz: 0x45,
  i32_lt_u: 0x49,
  i32_gt_u: 0x4b,
  i32_le_u: 0x4d,
  i32_add: 0x6a,
  i32_sub: 0x6b,
  i32_mul: 0x6c,
  i32_div_u: 0x6e,
  i32_rem_u: 0x70,
  i32_shl: 0x74,
  i32_shr_u: 0x76,
  select: 0x1b,
  f32_add: 0x92,
  f32_mul: 0x94,
  f32_min: 0x96,
  f32_max: 0x97,
} as const;

/** Vector opcodes (prefix 0xfd) whose operands are all on the stack. */
const VECTOR = {
  i32x4_splat: 0x11,
  f32x4_eq: 0x41,
  f32x4_ne: 0x42,
  f32x4_lt: 0x43,
  f32x4_gt: 0x44,
  f32x4_le: 0x45,
  f32x4_ge: 0x46,
  i32x4_lt_s: 0x39,
  v128_and: 0x4e,
  v128_andnot: 0x4f,
  v128_or: 0x50,
  v128_bitselect: 0x52,
  f32x4_ceil: 0x67,
  f32x4_floor: 0x68,
  f32x4_nearest: 0x6a,
  i32x4_shl: 0xab,
  i32x4_shr_s: 0xac,
  i32x4_shr_u: 0xad,
  i32x4_add: 0xae,
  i32x4_sub: 0xb1,
  f32x4_abs: 0xe0,
  f32x4_neg: 0xe1,
  f32x4_sqrt: 0xe3,
  f32x4_add: 0xe4,
  f32x4_sub: 0xe5,
  f32x4_mul: 0xe6,
  f32x4_div: 0xe7,
  f32x4_min: 0xe8,
  f32x4_max: 0xe9,
  f32x4_pmin: 0xea,
  f32x4_pmax: 0xeb,
  f32x4_convert_i32x4_s: 0xfa,
} as const;

export type Vector = keyof typeof VECTOR;
type Plain = keyof typeof PLAIN;

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const rest = value >>> 7;
    bytes.push(value & 0x7f | (rest === 0 ? 0 : 0x80));
    value = rest;
  } while (value !== 0);
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  while (true) {
    const byte = value & 0x7f;
    value >>= 7;
    const isLast = value === 0 && !(byte & 0x40) || value === -1 && Boolean(byte & 0x40);
    bytes.push(isLast ? byte : byte | 0x80);
    if (isLast) return bytes;
  }
}

/** A function `(i32, i32) -> ()`, written instruction by instruction. */
export class FunctionBody {
  readonly #code: number[] = [];
  readonly #locals: number[] = [];

  /** A new local variable of a type. */
  local(type: number): number {
    return 1 + this.#locals.push(type);
  }

  op(...names: Plain[]): this {
    for (const name of names) this.#code.push(PLAIN[name]);
    return this;
  }

  vector(name: Vector): this {
    this.#code.push(0xfd, ...unsigned(VECTOR[name]));
    return this;
  }

  get(local: number): this {
    this.#code.push(0x20, ...unsigned(local));
    return this;
  }

  set(local: number): this {
    this.#code.push(0x21, ...unsigned(local));
    return this;
  }

  int(value: number): this {
    this.#code.push(0x41, ...signed(value));
    return this;
  }

  /** A vector constant: one word in all four lanes, or four words. */
  lanes(...bits: number[]): this {
    const words = bits.length === 1 ? Array(4).fill(bits[0]) : bits;
    this.#code.push(0xfd, 0x0c, ...new Uint8Array(Int32Array.from(words).buffer));
    return this;
  }

  load(offset: number): this {
    this.#code.push(0x28, 2, ...unsigned(offset));
    return this;
  }

  storeFloat(): this {
    this.#code.push(0x38, 2, 0);
    return this;
  }

  loadVector(offset = 0): this {
    this.#code.push(0xfd, 0, 2, ...unsigned(offset));
    return this;
  }

  storeVector(offset = 0): this {
    this.#code.push(0xfd, 0x0b, 2, ...unsigned(offset));
    return this;
  }

  loadSplat(offset = 0): this {
    this.#code.push(0xfd, 0x09, 2, ...unsigned(offset));
    return this;
  }

  loadLane(lane: number): this {
    this.#code.push(0xfd, 0x56, 2, 0, lane);
    return this;
  }

  storeLane(lane: number): this {
    this.#code.push(0xfd, 0x5a, 2, ...unsigned(4 * lane), lane);
    return this;
  }

  extractLane(lane: number): this {
    this.#code.push(0xfd, 0x1f, lane);
    return this;
  }

  /** Repeats `body` while `condition` is not zero. */
  while(condition: () => void, body: () => void): this {
    this.#code.push(0x02, 0x40, 0x03, 0x40);
    condition();
    this.#code.push(PLAIN.i32_eqz, 0x0d, 1);
    body();
    this.#code.push(0x0c, 0);
    return this.op("end", "end");
  }

  /** Executes `body` if the top of the stack is not zero. */
  if(body: () => void): this {
    this.#code.push(0x04, 0x40);
    body();
    return this.op("end");
  }

  /** A module that exports the function as `run` and imports `env.memory`, of at most so many pages. */
  module(maxPages: number): Uint8Array<ArrayBuffer> {
    const section = (id: number, content: number[]): number[] => [
      id,
      ...unsigned(content.length),
      ...content,
    ];
    const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];
    const code = [
      ...unsigned(this.#locals.length),
      ...this.#locals.flatMap((type) => [1, type]),
      ...this.#code,
      PLAIN.end,
    ];
    return Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, [1, 0x60, 2, I32, I32, 0]),
      ...section(2, [1, ...name("env"), ...name("memory"), 2, 3, 1, ...unsigned(maxPages)]),
      ...section(3, [1, 0]),
      ...section(7, [1, ...name("run"), 0, 0]),
      ...section(10, [1, ...unsigned(code.length), ...code]),
    ]);
  }
}
