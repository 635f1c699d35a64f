/**
 * From expressions to WebAssembly: one loop that reads every value once.
 * @module
 */
import { FunctionBody, I32, V128, type Vector } from "lib/backend/fusion/encoder.ts";
import {
  type Expression,
  type Leaf,
  type Scalar,
  writtenOut,
} from "lib/backend/fusion/expression.ts";

/** How a reduction combines values. */
export type Join = "sum" | "max" | "min" | "product";

/**
 * How the loop runs. All forms iterate over rows of `n` adjacent values:
 * - `flat`: a single row, cut into pieces; a reduction leaves one value per piece.
 * - `rows`: a piece is some rows; a reduction leaves one value per row.
 * - `groups`: a piece is some groups of rows; a reduction leaves one row per group.
 */
export type Loop = "flat" | "rows" | "groups";

/** What one pass computes: values as they are, or reduced. */
export interface Output {
  readonly expression: Expression;
  readonly join?: Join | undefined;
}

const JOINS: Readonly<Record<Join, { vector: Vector; scalar: `f32_${string}`; start: number }>> = {
  sum: { vector: "f32x4_add", scalar: "f32_add", start: 0 },
  product: { vector: "f32x4_mul", scalar: "f32_mul", start: 0x3f800000 },
  max: { vector: "f32x4_max", scalar: "f32_max", start: 0xff800000 | 0 },
  min: { vector: "f32x4_min", scalar: "f32_min", start: 0x7f800000 },
};

/** The words at the start of a job's arguments; those that {@linkcode Layout} counts follow. */
export const WORD = {
  /** The program's number, and where its code is: lib/backend/thread_pool.ts reads these. */
  number: 0,
  code: 1,
  codeBytes: 2,
  n: 3,
  rows: 4,
  perPiece: 5,
  rowsPerGroup: 6,
  rest: 7,
} as const;

/** How often a value changes: never, with each row, with each vector. */
type Level = 0 | 1 | 2;

interface Value {
  readonly expression: Expression;
  readonly args: readonly number[];
  readonly level: Level;
}

/** What begins a value's line, four characters at most, in a program's key: its kind, or which operation it is. */
const LEAF = 0, LITERAL = 1, SCALAR = 2, FIRST_OPERATION = 3;
const codes = new Map<string, number>();

function codeOf(op: string): number {
  let code = codes.get(op);
  if (code === undefined) codes.set(op, code = FIRST_OPERATION + codes.size);
  return code;
}

/** Expressions with every value numbered once, and the key that identifies them. */
export class Program {
  readonly scalars: Scalar[] = [];
  readonly values: Value[] = [];
  readonly results: readonly number[];
  readonly key: string;
  readonly #numbers = new Map<Expression, number>();
  readonly #lines = new Map<string, number>();
  #text = "";

  /**
   * @param outerDimensions How many dimensions the rows have.
   * @param leaves What is read, with strides along the rows' dimensions and along the row.
   */
  constructor(
    readonly loop: Loop,
    readonly outerDimensions: number,
    readonly outputs: readonly Output[],
    readonly leaves: readonly {
      readonly of: readonly Leaf[];
      readonly strides: readonly number[];
    }[],
    scalars: readonly Scalar[] = [],
  ) {
    leaves.forEach(({ of, strides }, i) => {
      const inner = strides.at(-1)!;
      const line = String.fromCharCode(LEAF, i, inner === 1 || inner === 0 ? inner : 2);
      const level = inner === 0 ? loop === "flat" ? 0 : 1 : 2;
      for (const leaf of of) this.#add(leaf, { line, args: [i, inner], level });
    });
    for (const scalar of scalars) this.#number(scalar);
    this.results = outputs.map(({ expression }) => this.#number(expression));
    this.key = [
      loop,
      outerDimensions,
      ...outputs.map(({ join = "" }, i) => `${join}${this.results[i]}`),
      "",
    ].join(" ") + this.#text;
  }

  /** The same, with every composite operation expanded into instructions. */
  writtenOut(): Program {
    const known = new Map<Expression, Expression>();
    const outputs = this.outputs.map(({ expression, join }) => ({
      expression: writtenOut(expression, known),
      join,
    }));
    return new Program(this.loop, this.outerDimensions, outputs, this.leaves, this.scalars);
  }

  #number(expression: Expression): number {
    return this.#numbers.get(expression) ?? this.#add(expression, this.#describe(expression));
  }

  #add(
    expression: Expression,
    { line, args, level }: { line: string; args: readonly number[]; level: Level },
  ): number {
    let number = this.#lines.get(line);
    if (number === undefined) {
      number = this.values.push({ expression, args, level }) - 1;
      this.#lines.set(line, number);
      this.#text += line;
    }
    this.#numbers.set(expression, number);
    return number;
  }

  #describe(
    expression: Expression,
  ): { line: string; args: readonly number[]; level: Level } {
    switch (expression.kind) {
      case "literal":
        return {
          line: String.fromCharCode(LITERAL, expression.bits & 0xffff, expression.bits >>> 16),
          args: [],
          level: 0,
        };
      case "scalar": {
        const i = this.scalars.push(expression) - 1;
        return { line: String.fromCharCode(SCALAR, i), args: [i], level: 0 };
      }
      case "node": {
        const args = expression.args.map((arg) => this.#number(arg));
        let level: Level = 0;
        for (const arg of args) {
          const one = this.values[arg]!.level;
          if (one > level) level = one;
        }
        return { line: String.fromCharCode(codeOf(expression.op), ...args), args, level };
      }
      case "leaf":
        throw new Error("a leaf that was not given");
    }
  }
}

/** Offsets of a program's arguments, in words. */
export class Layout {
  readonly extents = WORD.rest;
  readonly leaves: number;
  readonly innerStrides: number;
  readonly leafStrides: number;
  readonly outputs: number;
  readonly outputStrides: number;
  readonly scalars: number;
  readonly words: number;

  constructor({ leaves, scalars, outputs, outerDimensions: k }: Program) {
    this.leaves = this.extents + Math.max(0, k - 1);
    this.innerStrides = this.leaves + leaves.length;
    this.leafStrides = this.innerStrides + leaves.length;
    this.outputs = this.leafStrides + k * leaves.length;
    this.outputStrides = this.outputs + outputs.length;
    this.scalars = this.outputStrides + k * outputs.length;
    this.words = this.scalars + scalars.length;
  }
}

/** Compiles a program to a module with one function that processes a piece. */
export function compileProgram(program: Program, maxPages: number): Uint8Array<ArrayBuffer> {
  return new Compiler(program.writtenOut()).module(maxPages);
}

const ARGS = 0, PIECE = 1;

/** Vectors that the loop processes at a time: V8 can be told to join two to one of 256 bits. */
const VECTORS = 2;

/** Vectors that are processed together, at `at` and behind it; of a last partial one, how many bytes are left. */
interface Group {
  readonly vectors: number;
  /** A local variable. */
  readonly rest?: number;
}

class Compiler {
  readonly #body = new FunctionBody();
  readonly #layout: Layout;
  /**
   * Local variables: the program's values for each vector, addresses of leaves and outputs in the row, the same at
   * `at`, sums.
   */
  readonly #values: readonly (readonly number[])[];
  readonly #pointers: readonly number[];
  readonly #targets: readonly number[];
  readonly #pointersAt: readonly number[];
  readonly #targetsAt: readonly number[];
  readonly #sums: readonly (readonly number[])[];
  readonly #first = this.#body.local(I32);
  readonly #last = this.#body.local(I32);
  /** Offset in the row, and its end, in bytes. */
  readonly #at = this.#body.local(I32);
  readonly #end = this.#body.local(I32);
  readonly #row = this.#body.local(I32);
  readonly #rest = this.#body.local(I32);

  constructor(readonly program: Program) {
    this.#layout = new Layout(program);
    const locals = (things: readonly unknown[], type: number): number[] =>
      things.map(() => this.#body.local(type));
    const perVector = Array.from({ length: VECTORS });
    this.#values = program.values.map(({ level }) => {
      const own = locals(perVector, V128);
      return level === 2 ? own : perVector.map(() => own[0]!);
    });
    this.#pointers = locals(program.leaves, I32);
    this.#targets = locals(program.outputs, I32);
    this.#pointersAt = locals(program.leaves, I32);
    this.#targetsAt = locals(program.outputs, I32);
    this.#sums = program.outputs.map(() => locals(perVector, V128));
  }

  module(maxPages: number): Uint8Array<ArrayBuffer> {
    const { loop } = this.program;
    if (loop === "flat") this.#flat();
    else if (loop === "rows") this.#rows();
    else this.#groups();
    return this.#body.module(maxPages);
  }

  #arg(word: number): FunctionBody {
    return this.#body.get(ARGS).load(4 * word);
  }

  /** Sets `first` and `last` of the piece, out of a total that a word holds. */
  #bounds(all: () => void): void {
    const b = this.#body;
    b.get(PIECE);
    this.#arg(WORD.perPiece).op("i32_mul").set(this.#first);
    b.get(this.#first);
    this.#arg(WORD.perPiece).op("i32_add").set(this.#last);
    all();
    b.set(this.#rest);
    // The lesser of the two.
    b.get(this.#last).get(this.#rest).get(this.#last).get(this.#rest).op("i32_lt_u", "select");
    b.set(this.#last);
  }

  #flat(): void {
    const b = this.#body;
    this.#bounds(() => this.#arg(WORD.n));
    this.#compute(0);
    this.program.leaves.forEach((_, i) =>
      this.#arg(this.#layout.leaves + i).set(this.#pointers[i]!)
    );
    this.program.outputs.forEach((_, i) =>
      this.#arg(this.#layout.outputs + i).set(this.#targets[i]!)
    );
    b.get(this.#first).int(2).op("i32_shl").set(this.#at);
    b.get(this.#last).int(2).op("i32_shl").set(this.#end);
    this.#startSums();
    this.#row_();
    b.get(PIECE).set(this.#row);
    this.#storeSums();
  }

  #rows(): void {
    const b = this.#body;
    this.#bounds(() => this.#arg(WORD.rows));
    this.#compute(0);
    b.get(this.#first).set(this.#row);
    this.#eachRow(() => {
      this.#startSums();
      b.int(0).set(this.#at);
      this.#row_();
      this.#storeSums();
    });
  }

  /** Emits a loop over the rows from `row` to `last`. */
  #eachRow(body: () => void): void {
    const b = this.#body;
    this.#arg(WORD.n).int(2).op("i32_shl").set(this.#end);
    b.while(
      () => b.get(this.#row).get(this.#last).op("i32_lt_u"),
      () => {
        this.#setPointers();
        this.#compute(1);
        body();
        b.get(this.#row).int(1).op("i32_add").set(this.#row);
      },
    );
  }

  /** Reduces rows into rows of results, which are accumulated in place. */
  #groups(): void {
    const b = this.#body;
    const group = b.local(I32), lastGroup = b.local(I32);
    this.#bounds(() => {
      this.#arg(WORD.rows);
      this.#arg(WORD.rowsPerGroup).op("i32_add").int(1).op("i32_sub");
      this.#arg(WORD.rowsPerGroup).op("i32_div_u");
    });
    this.#compute(0);
    b.get(this.#first).set(group).get(this.#last).set(lastGroup);
    this.#arg(WORD.n).int(2).op("i32_shl").set(this.#end);
    b.while(
      () => b.get(group).get(lastGroup).op("i32_lt_u"),
      () => {
        this.program.outputs.forEach((_, i) => {
          this.#arg(this.#layout.outputs + i).get(group).get(this.#end).op("i32_mul", "i32_add");
          b.set(this.#targets[i]!);
        });
        this.#startSums();
        b.int(0).set(this.#at);
        const starts = this.#sums.map(([start]) => [start!, start!]);
        this.#vectors((group) => this.#store(starts, group));
        b.get(group);
        this.#arg(WORD.rowsPerGroup).op("i32_mul").set(this.#row);
        b.get(this.#row);
        this.#arg(WORD.rowsPerGroup).op("i32_add").set(this.#last);
        this.#arg(WORD.rows).set(this.#rest);
        b.get(this.#last).get(this.#rest).get(this.#last).get(this.#rest).op("i32_lt_u", "select");
        b.set(this.#last);
        this.#eachRow(() => {
          b.int(0).set(this.#at);
          this.#row_();
        });
        b.get(group).int(1).op("i32_add").set(group);
      },
    );
  }

  /** Sets the addresses of the row's values. */
  #setPointers(): void {
    const { leaves, outputs, outerDimensions: k, loop } = this.program;
    const b = this.#body, layout = this.#layout;
    const indices = Array.from({ length: k }, () => b.local(I32));
    b.get(this.#row).set(indices[0]!);
    for (let d = k - 1; d > 0; d--) {
      b.get(indices[0]!);
      this.#arg(layout.extents + d - 1).op("i32_rem_u").set(indices[d]!);
      b.get(indices[0]!);
      this.#arg(layout.extents + d - 1).op("i32_div_u").set(indices[0]!);
    }
    const address = (base: number, strides: number): void => {
      this.#arg(base);
      for (let d = 0; d < k; d++) {
        b.get(indices[d]!);
        this.#arg(strides + d).op("i32_mul", "i32_add");
      }
    };
    leaves.forEach((_, i) => {
      address(layout.leaves + i, layout.leafStrides + k * i);
      b.set(this.#pointers[i]!);
    });
    if (loop === "groups") return;
    outputs.forEach(({ join }, i) => {
      if (join) return;
      address(layout.outputs + i, layout.outputStrides + k * i);
      b.set(this.#targets[i]!);
    });
  }

  /** Emits a loop over the vectors from `at` to `end`. */
  #vectors(body: (group: Group) => void): void {
    const b = this.#body;
    const isThere = (vectors: number): FunctionBody =>
      b.get(this.#at).int(16 * vectors).op("i32_add").get(this.#end).op("i32_le_u");
    const step = (vectors: number): void => {
      body({ vectors });
      b.get(this.#at).int(16 * vectors).op("i32_add").set(this.#at);
    };
    b.while(() => isThere(VECTORS), () => step(VECTORS));
    isThere(1).if(() => step(1));
    b.get(this.#at).get(this.#end).op("i32_lt_u").if(() => {
      b.get(this.#end).get(this.#at).op("i32_sub").set(this.#rest);
      body({ vectors: 1, rest: this.#rest });
    });
  }

  /** Emits the loop over a row, or a part of one. */
  #row_(): void {
    const { leaves, outputs, results } = this.program;
    this.#vectors((group) => {
      leaves.forEach(({ strides }, i) => {
        if (strides.at(-1) === 1) this.#addressAt(this.#pointers[i]!, this.#pointersAt[i]!);
      });
      for (let v = 0; v < group.vectors; v++) this.#compute(2, v);
      this.#join(group);
      const values = results.map((number, i) =>
        outputs[i]!.join ? undefined : this.#values[number]
      );
      this.#store(values, group);
    });
  }

  /** Sets a variable to an address in the row at `at`. */
  #addressAt(pointer: number, variable: number): void {
    this.#body.get(pointer).get(this.#at).op("i32_add").set(variable);
  }

  /** Computes the values of a level, for a vector of those that are processed together. */
  #compute(level: Level, vector = 0): void {
    this.program.values.forEach((value, i) => {
      if (value.level !== level) return;
      this.#value(value, vector);
      this.#body.set(this.#values[i]![vector]!);
    });
  }

  #value({ expression, args }: Value, vector: number): void {
    const b = this.#body;
    switch (expression.kind) {
      case "literal":
        b.lanes(expression.bits);
        return;
      case "scalar":
        b.get(ARGS).loadSplat(4 * (this.#layout.scalars + args[0]!));
        return;
      case "leaf":
        this.#load(args[0]!, args[1]!, vector);
        return;
      case "node": {
        const isShift = expression.op.startsWith("i32x4_sh");
        args.forEach((arg, i) => {
          const { expression: operand } = this.program.values[arg]!;
          if (isShift && i === 1 && operand.kind === "literal") b.int(operand.bits);
          else b.get(this.#values[arg]![vector]!);
        });
        b.vector(expression.op as Vector);
      }
    }
  }

  #load(leaf: number, inner: number, v: number): void {
    const b = this.#body, pointer = this.#pointers[leaf]!;
    if (inner === 0) {
      // A flat loop reads it before the addresses are set.
      if (this.program.loop === "flat") this.#arg(this.#layout.leaves + leaf).loadSplat();
      else b.get(pointer).loadSplat();
    } else if (inner === 1) b.get(this.#pointersAt[leaf]!).loadVector(16 * v);
    else {
      const address = b.local(I32), vector = b.local(V128);
      const stride = (): FunctionBody => this.#arg(this.#layout.innerStrides + leaf);
      b.get(this.#at).int(16 * v).op("i32_add").int(2).op("i32_shr_u");
      stride().op("i32_mul").get(pointer).op("i32_add").set(address);
      b.get(address).loadSplat().set(vector);
      for (let lane = 1; lane < 4; lane++) {
        b.get(address);
        stride().op("i32_add").set(address);
        b.get(address).get(vector).loadLane(lane).set(vector);
      }
      b.get(vector);
    }
  }

  #startSums(): void {
    this.program.outputs.forEach(({ join }, i) => {
      if (join) this.#body.lanes(JOINS[join].start).set(this.#sums[i]![0]!);
    });
  }

  /** Combines vectors of each output with its running sum. */
  #join(group: Group): void {
    const { vectors, rest } = group;
    const b = this.#body, { outputs, results, loop } = this.program;
    outputs.forEach(({ join }, i) => {
      if (!join) return;
      const { vector, start } = JOINS[join], values = this.#values[results[i]!]!;
      if (loop === "groups") {
        this.#addressAt(this.#targets[i]!, this.#targetsAt[i]!);
        for (let v = 0; v < vectors; v++) {
          b.get(this.#targetsAt[i]!).loadVector(16 * v).get(values[v]!).vector(vector);
          b.set(this.#sums[i]![v]!);
        }
        return;
      }
      const [sum] = this.#sums[i]!;
      for (let v = 0; v < vectors; v++) {
        b.get(sum!).get(values[v]!);
        if (rest !== undefined) {
          b.lanes(start).lanes(0, 4, 8, 12).get(rest).vector("i32x4_splat").vector("i32x4_lt_s");
          b.vector("v128_bitselect");
        }
        b.vector(vector).set(sum!);
      }
    });
    if (loop !== "groups") return;
    this.#store(outputs.map(({ join }, i) => join && this.#sums[i]), group);
  }

  /** Stores vectors in the row at `at`; of a last partial one only the bytes left. */
  #store(
    outputs: readonly (readonly number[] | undefined)[],
    { vectors, rest }: Group,
  ): void {
    const b = this.#body;
    outputs.forEach((values, i) => {
      if (values === undefined) return;
      const address = this.#targetsAt[i]!;
      this.#addressAt(this.#targets[i]!, address);
      // Blocks are padded to whole vectors, so a flat loop may write past its end.
      if (rest === undefined || this.program.loop === "flat") {
        for (let v = 0; v < vectors; v++) b.get(address).get(values[v]!).storeVector(16 * v);
        return;
      }
      b.get(address).get(values[0]!).storeLane(0);
      for (const lane of [1, 2]) {
        b.get(rest).int(4 * lane).op("i32_gt_u").if(() => {
          b.get(address).get(values[0]!).storeLane(lane);
        });
      }
    });
  }

  /** Combines the lanes of each sum and stores it for the row or the piece. */
  #storeSums(): void {
    const b = this.#body;
    this.program.outputs.forEach(({ join }, i) => {
      if (!join) return;
      const { scalar } = JOINS[join], sum = this.#sums[i]![0]!;
      this.#arg(this.#layout.outputs + i).get(this.#row).int(2).op("i32_shl", "i32_add");
      const pair = (p: number, q: number): FunctionBody =>
        b.get(sum).extractLane(p).get(sum).extractLane(q).op(scalar as "f32_add");
      pair(0, 2);
      pair(1, 3);
      b.op(scalar as "f32_add").storeFloat();
    });
  }
}
