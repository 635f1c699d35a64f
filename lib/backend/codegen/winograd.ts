/**
 * `assembly/transforms`: Winograd's transformations of tiles, from the points of evaluation (Toom-Cook; Lavin
 * and Gray, 2016).
 */
import { offset, upTo } from "lib/backend/codegen/text.ts";

type Matrix = readonly (readonly number[])[];

const FILTER = 3;
/** Finite points of evaluation by the size of a tile of the result; infinity is one more. */
const POINTS: Readonly<Record<number, readonly number[]>> = {
  4: [0, 1, -1, 2, -2],
  5: [0, 1, -1, 2, -2, 0.5],
};

const transpose = (matrix: Matrix): Matrix =>
  matrix[0]!.map((_, j) => matrix.map((row) => row[j]!));

/** Coefficients of the polynomial with these roots, from the lowest power on. */
const polynomial = (roots: readonly number[]): number[] =>
  roots.reduce((c, root) => [0, ...c].map((x, i) => x - root * (c[i] ?? 0)), [1]);

/** The matrices of `y = A' [(G g) * (B' d)]` for a tile of `m` results of a filter of three. */
export function matrices(m: number): { at: Matrix; g: Matrix; bt: Matrix } {
  const points = POINTS[m]!;
  const n = points.length + 1;
  const scales = points.map((p, i) =>
    points.reduce((product, q, j) => j === i ? product : product * (p - q), 1)
  );
  const powers = (length: number, p: number): number[] => upTo(length).map((k) => p ** k);
  const last = (length: number): number[] => upTo(length).map((k) => k === length - 1 ? 1 : 0);
  const padded = (row: number[]): number[] => upTo(n).map((i) => row[i] ?? 0);
  return {
    at: transpose([...points.map((p) => powers(m, p)), last(m)]),
    g: [...points.map((p, i) => powers(FILTER, p).map((x) => x / scales[i]!)), last(FILTER)],
    bt: [
      ...points.map((_, i) => padded(polynomial(points.filter((_, j) => j !== i)))),
      padded(polynomial(points)),
    ],
  };
}

/** Constants are read from memory: V8 takes three instructions to make one. */
class Constants {
  readonly #values: number[] = [];

  /** A variable that {@linkcode load} declares. */
  use(value: number): string {
    if (!this.#values.includes(value)) this.#values.push(value);
    return `k${this.#values.indexOf(value)}`;
  }

  /** Declares those constants that some statements use. */
  load(lines: readonly string[]): string[] {
    const text = lines.join();
    return this.#values.flatMap((_, i) =>
      new RegExp(`\\bk${i}\\b`).test(text)
        ? [`const k${i} = v128.load32_splat(CONSTANTS${i === 0 ? "" : ` + ${4 * i}`});`]
        : []
    );
  }

  get declaration(): string {
    const floats = this.#values.map((x) => Number.isInteger(x) ? `${x}.0` : `${x}`);
    return `const CONSTANTS: usize = memory.data<f32>([${floats.join(", ")}]);`;
  }
}

interface Term {
  readonly factor: number;
  readonly of: string;
}

/** A sum of products as one expression. */
function sumOf(terms: readonly Term[], constants: Constants): string {
  const live = terms.filter(({ factor }) => factor !== 0);
  const ones = live.filter(({ factor }) => factor === 1).map(({ of }) => of);
  let sum = ones.length === 0 ? undefined : ones.reduce((a, b) => `f32x4.add(${a}, ${b})`);
  for (const { factor, of } of live) {
    if (factor === 1) continue;
    if (sum === undefined) sum = `f32x4.mul(${constants.use(factor)}, ${of})`;
    else if (factor === -1) sum = `f32x4.sub(${sum}, ${of})`;
    else sum = `madd(${constants.use(factor)}, ${of}, ${sum})`;
  }
  return sum ?? "f32x4.splat(0)";
}

/** How each value of a row is that of another: 1 the same, -1 its opposite; undefined if some are neither. */
function signs(a: readonly number[], b: readonly number[]): number[] | undefined {
  const found = a.map((x, i) =>
    x === 0 && b[i] === 0 ? 0 : x === b[i] ? 1 : x === -b[i]! ? -1 : NaN
  );
  return found.includes(1) && found.includes(-1) && !found.some(Number.isNaN) ? found : undefined;
}

/** Pairs of rows that differ in some signs, as those of opposite points do. */
function pairs(rows: Matrix): { i: number; j: number; sign: number[] }[] {
  const found: { i: number; j: number; sign: number[] }[] = [];
  const used = new Set<number>();
  for (const [i, row] of rows.entries()) {
    for (const [j, other] of rows.entries()) {
      const sign = j > i && !used.has(i) && !used.has(j) ? signs(row, other) : undefined;
      if (!sign) continue;
      found.push({ i, j, sign });
      used.add(i).add(j);
    }
  }
  return found;
}

/** Statements that multiply a vector of named values by a matrix, and the expressions of the result. */
function multiply(
  matrix: Matrix,
  inputs: readonly string[],
  prefix: string,
  constants: Constants,
): { lines: string[]; outputs: string[] } {
  const lines: string[] = [];
  const columns = transpose(matrix);
  let values = inputs.map((name, j) => ({ name, column: columns[j]! }));
  for (const { i, j, sign } of pairs(columns)) {
    const [x, y] = [inputs[i]!, inputs[j]!];
    lines.push(
      `const ${prefix}s${i} = f32x4.add(${x}, ${y}), ${prefix}d${i} = f32x4.sub(${x}, ${y});`,
    );
    const part = (wanted: number): number[] =>
      columns[i]!.map((c, r) => sign[r] === wanted ? c : 0);
    values = values.filter(({ name }) => name !== x && name !== y);
    values.push({ name: `${prefix}s${i}`, column: part(1) });
    values.push({ name: `${prefix}d${i}`, column: part(-1) });
  }
  const rows = matrix.map((_, r) => values.map(({ column }) => column[r]!));
  const expression = (row: readonly number[], isKept: (k: number) => boolean): string =>
    sumOf(
      row.map((factor, k) => ({ factor: isKept(k) ? factor : 0, of: values[k]!.name })),
      constants,
    );
  const outputs: string[] = [];
  for (const { i, j, sign } of pairs(rows)) {
    lines.push(
      `const ${prefix}e${i} = ${expression(rows[i]!, (k) => sign[k] === 1)};`,
      `const ${prefix}o${i} = ${expression(rows[i]!, (k) => sign[k] === -1)};`,
    );
    outputs[i] = `f32x4.add(${prefix}e${i}, ${prefix}o${i})`;
    outputs[j] = `f32x4.sub(${prefix}e${i}, ${prefix}o${i})`;
  }
  for (const [r, row] of rows.entries()) outputs[r] ??= expression(row, () => true);
  return { lines, outputs };
}

/**
 * A function that transforms four channels of a tile, or eight, in both dimensions, values between in registers
 * and on the stack, which V8 reads without a check of bounds. Values of both tiles are found by the distances of
 * rows and columns; `adds` adds to what is there.
 */
function transformation(
  name: string,
  matrix: Matrix,
  constants: Constants,
  { vectors, adds }: { vectors: 1 | 2; adds: boolean },
): string {
  const lines: string[] = [];
  const [height, width] = [matrix.length, matrix[0]!.length];
  for (const j of upTo(width)) {
    lines.push(`q = p${j === 0 ? "" : ` + ${j} * column`};`);
    for (const i of upTo(width)) {
      if (i > 0) lines.push("q += row;");
      lines.push(
        ...upTo(vectors).map((v) => `const x${i}_${j}_${v} = v128.load(${offset("q", 16 * v)});`),
      );
    }
    for (const v of upTo(vectors)) {
      const inputs = upTo(width).map((i) => `x${i}_${j}_${v}`);
      const { lines: more, outputs } = multiply(matrix, inputs, `c${j}_${v}`, constants);
      lines.push(...more, ...outputs.map((output, i) => `const t${i}_${j}_${v} = ${output};`));
    }
  }
  for (const i of upTo(height)) {
    const rows = upTo(vectors).map((v) => {
      const inputs = upTo(width).map((j) => `t${i}_${j}_${v}`);
      return multiply(matrix, inputs, `r${i}_${v}`, constants);
    });
    lines.push(
      ...rows.flatMap(({ lines }) => lines),
      `q = o${i === 0 ? "" : ` + ${i} * outRow`};`,
    );
    for (const j of upTo(height)) {
      if (j > 0) lines.push("q += outColumn;");
      lines.push(
        ...rows.map(({ outputs }, v) =>
          `const y${i}_${j}_${v} = ${
            adds ? `f32x4.add(v128.load(${offset("q", 16 * v)}), ${outputs[j]})` : outputs[j]
          };`
        ),
      );
      lines.push(
        ...upTo(vectors).map((v) =>
          `v128.store(q, y${i}_${j}_${v}${v === 0 ? "" : `, ${16 * v}`});`
        ),
      );
    }
  }
  return `function ${name}(p: usize, row: usize, column: usize, o: usize, outRow: usize, outColumn: usize): void {
  let q: usize;
  ${[...constants.load(lines), ...lines].join("\n  ")}
}`;
}

type Kinds = Readonly<Record<string, (of: ReturnType<typeof matrices>) => Matrix>>;

/** Transformations of images' tiles, all channels of one, by what they make. */
const TILES: Kinds = {
  /** B' d B: the input. */
  inputTile: ({ bt }) => bt,
  /** A' M A: the result. */
  outputTile: ({ at }) => at,
  /** A dy A': the gradient of the result. */
  gradientTile: ({ at }) => transpose(at),
  /** B M B': the gradient of the input, of tiles that overlap. */
  inputGradientTile: ({ bt }) => transpose(bt),
};

/** Transformations of four of a filter's values. */
const FILTERS: Kinds = {
  /** G g G': the filter. */
  filterTile: ({ g }) => g,
  /** G' M G: the gradient of the filter. */
  filterGradientTile: ({ g }) => transpose(g),
};

const SIZES = Object.keys(POINTS).map(Number);

/** Functions for each size of a tile. */
function sized(
  kind: string,
  matrixOf: Kinds[string],
  constants: Constants,
  vectors: 1 | 2,
): { code: string; choice: string } {
  const name = (m: number): string => `${kind}${m}x${vectors}`;
  const adds = kind === "inputGradientTile";
  const code = SIZES.map((m) =>
    transformation(name(m), matrixOf(matrices(m)), constants, { vectors, adds })
  );
  const cases = SIZES.map((m) =>
    `    case ${m}: ${name(m)}(p, row, column, o, outRow, outColumn); break;`
  );
  return {
    code: code.join("\n\n"),
    choice: `switch (m) {
${cases.join("\n")}
    default: unreachable();
  }`,
  };
}

export function transformsModule(): string {
  const constants = new Constants();
  const tiles = Object.entries(TILES).map(([kind, matrixOf]) => {
    const [one, two] = ([1, 2] as const).map((n) => sized(kind, matrixOf, constants, n));
    return `${one!.code}

${two!.code}

/** \`bytes\` of channels; in the result eight channels are \`panel\` bytes from the next. */
export function ${kind}(m: i32, bytes: usize, p: usize, row: usize, column: usize, o: usize, panel: usize, outRow: usize, outColumn: usize): void {
  let c: usize = 0;
  for (; inPairs(<i32> ((bytes - c) >> 4)) === 2; c += 32) {
    ${two!.choice}
    p += 32;
    o += panel;
  }
  for (; c < bytes; c += 16) {
    ${one!.choice}
    p += 16;
    o += c & 16 ? panel - 16 : 16;
  }
}`;
  });
  const filters = Object.entries(FILTERS).map(([kind, matrixOf]) => {
    const { code, choice } = sized(kind, matrixOf, constants, 1);
    return `${code}

export function ${kind}(m: i32, p: usize, row: usize, column: usize, o: usize, outRow: usize, outColumn: usize): void {
  ${choice}
}`;
  });
  return `import { inPairs } from "./blocks";
import { madd } from "./simd";

${constants.declaration}

${[...tiles, ...filters].join("\n\n")}
`;
}
