/** `assembly/blocks`: products of matrices with a block of the result in registers. */

/** The greatest block: 12 of the 16 vector registers that V8 uses hold sums, the rest one row of the right side and a value of the left. */
export const BLOCK_ROWS = 6;
const VECTORS = 2;
/** Columns of a block. */
export const PANEL = 4 * VECTORS;

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const at = (pointer: string, bytes: number): string => bytes ? `${pointer} + ${bytes}` : pointer;

/** Where the value of row `r` and depth `k` of the left side is. */
type Left = (r: number, k: number) => string;

/** `fn(row, vector)` for each vector of a block. */
function each(rows: number, fn: (sum: string, row: number, vector: number) => string): string[] {
  return upTo(rows).flatMap((r) => upTo(VECTORS).map((v) => fn(`c${r}${v}`, r, v)));
}

/** `depth` rank-one updates: values of the left side times rows of the panel at `p`. */
function updates(rows: number, depth: number, left: Left): string[] {
  return upTo(depth).flatMap((k) => [
    ...upTo(VECTORS).map((v) => `b${v} = v128.load(${at("p", 4 * PANEL * k + 16 * v)});`),
    ...upTo(rows).flatMap((r) => [
      `v = v128.load32_splat(${left(r, k)});`,
      ...upTo(VECTORS).map((v) => `c${r}${v} = madd(v, b${v}, c${r}${v});`),
    ]),
  ]);
}

const declarations = (rows: number): string[] => [
  `let v: v128, ${upTo(VECTORS).map((v) => `b${v}: v128`).join(", ")};`,
  `let ${each(rows, (sum) => `${sum}: v128`).join(", ")};`,
];

/** Where a row of the block goes: offsets from `o` in a table of 32-bit words. */
const rowOfOut = (r: number): string => `o + load<u32>(${at("outs", 4 * r)})`;

/**
 * Sums that start from `bias` or, if that is 0, from what is there already.
 */
const begin = (rows: number): string[] => [
  `if (bias !== 0) {`,
  ...each(rows, (sum, _, v) => `${sum} = v128.load(${at("bias", 16 * v)});`),
  `} else {`,
  ...upTo(rows).flatMap((r) => [
    `q = ${rowOfOut(r)};`,
    ...upTo(VECTORS).map((v) => `c${r}${v} = v128.load(${at("q", 16 * v)});`),
  ]),
  `}`,
];

const end = (rows: number): string[] =>
  upTo(rows).flatMap((r) => [
    `q = ${rowOfOut(r)};`,
    ...upTo(VECTORS).map((v) => `v128.store(q, c${r}${v}${v ? `, ${16 * v}` : ""});`),
  ]);

/** In this order `pmax` keeps NaN. */
const relu = (rows: number): string[] => [
  `if (relu !== 0) {`,
  `v = f32x4.splat(0);`,
  ...each(rows, (sum) => `${sum} = f32x4.pmax(${sum}, v);`),
  `}`,
];

const move = (rows: number, by: string): string =>
  upTo(rows).map((r) => `a${r} += ${by};`).join(" ");

/** Adjacent rows of values: `segments * subsegments` runs of `length` floats each. */
function rowsTimesPanel(rows: number): string {
  const left: Left = (r, k) => at(`a${r}`, 4 * k);
  return `function rows${rows}(a: usize, ins: usize, segments: i32, rest: usize, subsegments: i32, subrest: usize, length: i32, p: usize, o: usize, outs: usize, bias: usize, relu: i32): void {
  ${declarations(rows).join("\n  ")}
  let q: usize;
  ${upTo(rows).map((r) => `let a${r} = a + load<u32>(${at("ins", 4 * r)});`).join("\n  ")}
  ${begin(rows).join("\n  ")}
  const fours = length >> 2, ones = length & 3;
  for (let s = segments; s > 0; s--) {
    for (let t = subsegments; t > 0; t--) {
      for (let k = fours; k > 0; k--) {
        ${updates(rows, 4, left).join("\n        ")}
        p += ${4 * 4 * PANEL};
        ${move(rows, "16")}
      }
      for (let k = ones; k > 0; k--) {
        ${updates(rows, 1, left).join("\n        ")}
        p += ${4 * PANEL};
        ${move(rows, "4")}
      }
      ${move(rows, "subrest")}
    }
    ${move(rows, "rest")}
  }
  ${relu(rows).join("\n  ")}
  ${end(rows).join("\n  ")}
}`;
}

/** Where row `r` of a block is whose rows are `outRow` bytes apart. */
const strided = (rows: number): string[] =>
  upTo(rows).map((r) => `const o${r} = o${r ? ` + ${r} * outRow` : ""};`);

const store = (rows: number): string[] =>
  each(rows, (sum, r, v) => `v128.store(${at(`o${r}`, 16 * v)}, ${sum});`);

/** Rows `row` bytes apart times a panel, `depth` a multiple of four. */
function product(rows: number): string {
  return `function product${rows}(a: usize, row: usize, depth: i32, p: usize, o: usize, outRow: usize): void {
  ${declarations(rows).join("\n  ")}
  ${upTo(rows).map((r) => `let a${r} = a${r ? ` + ${r} * row` : ""};`).join("\n  ")}
  ${each(rows, (sum) => `${sum} = f32x4.splat(0);`).join("\n  ")}
  for (let k = depth; k > 0; k -= 4) {
    ${updates(rows, 4, (r, k) => at(`a${r}`, 4 * k)).join("\n    ")}
    p += ${4 * 4 * PANEL};
    ${move(rows, "16")}
  }
  ${strided(rows).join("\n  ")}
  ${store(rows).join("\n  ")}
}`;
}

/** Transposed rows `row` bytes apart times a panel: `o[r] (+)= sum over pixels of a[pixel, r] * p[pixel]`. */
function sums(rows: number): string {
  const pixel = [
    ...updates(rows, 1, (r) => at("a", 4 * r)),
    "a += row;",
    `p += ${4 * PANEL};`,
  ].join("\n    ");
  return `export function sums${rows}(a: usize, row: usize, pixels: i32, p: usize, o: usize, outRow: usize, add: bool): void {
  ${declarations(rows).join("\n  ")}
  ${strided(rows).join("\n  ")}
  if (add) {
    ${each(rows, (sum, r, v) => `${sum} = v128.load(${at(`o${r}`, 16 * v)});`).join("\n    ")}
  } else {
    ${each(rows, (sum) => `${sum} = f32x4.splat(0);`).join("\n    ")}
  }
  for (let i = pixels >> 2; i > 0; i--) {
    ${upTo(4).map(() => pixel).join("\n    ")}
  }
  for (let i = pixels & 3; i > 0; i--) {
    ${pixel}
  }
  ${store(rows).join("\n  ")}
}`;
}

export function blocksModule(): string {
  const counts = upTo(BLOCK_ROWS).map((r) => r + 1);
  return `import { madd } from "./simd";

export const BLOCK_ROWS: i32 = ${BLOCK_ROWS};
export const PANEL: i32 = ${PANEL};

${counts.map(rowsTimesPanel).join("\n\n")}

/**
 * One to ${BLOCK_ROWS} rows of the left side times a panel of ${PANEL} columns. Rows are at offsets from \`a\` that the
 * table \`ins\` has, and go to offsets from \`o\` that the table \`outs\` has. Sums begin with \`bias\` or, where that
 * is 0, with the values that are there.
 */
export function rowsTimesPanel(rows: i32, a: usize, ins: usize, segments: i32, rest: usize, subsegments: i32, subrest: usize, length: i32, p: usize, o: usize, outs: usize, bias: usize, relu: i32): void {
  switch (rows) {
${
    counts.map((r) =>
      `    case ${r}: return rows${r}(a, ins, segments, rest, subsegments, subrest, length, p, o, outs, bias, relu);`
    ).join("\n")
  }
    default: unreachable();
  }
}

${counts.map(product).join("\n\n")}

/** Any number of rows, \`row\` bytes apart, times a panel; \`depth\` is a multiple of four. */
export function rowsTimesWhole(rows: i32, a: usize, row: usize, depth: i32, p: usize, o: usize, outRow: usize): void {
  for (; rows >= ${BLOCK_ROWS}; rows -= ${BLOCK_ROWS}) {
    product${BLOCK_ROWS}(a, row, depth, p, o, outRow);
    a += ${BLOCK_ROWS} * row;
    o += ${BLOCK_ROWS} * outRow;
  }
  switch (rows) {
${
    counts.slice(0, -1).map((r) =>
      `    case ${r}: return product${r}(a, row, depth, p, o, outRow);`
    )
      .join("\n")
  }
  }
}

${[6, 4].map(sums).join("\n\n")}
`;
}
