/** `assembly/blocks`: products of matrices with a block of the result in registers. */
import { offset, upTo } from "lib/backend/codegen/text.ts";

/** Rows of the greatest block. Two vectors of six rows are 12 of the 16 registers that V8 uses. */
export const BLOCK_ROWS = 6;
/** Columns of a panel. */
export const PANEL = 8;
/** Vectors in a panel's row. */
const VECTORS = PANEL / 4;

const at = (pointer: string, bytes: number): string => bytes ? `${pointer} + ${bytes}` : pointer;

/** Where the value of row `r` and depth `k` of the left side is. */
type Left = (r: number, k: number) => string;

/** A block of the result: its rows, and one panel or two side by side. */
interface Block {
  readonly rows: number;
  readonly panels: 1 | 2;
}

const name = (kind: string, { rows, panels }: Block): string =>
  `${kind}${rows}${panels === 2 ? "x2" : ""}`;
/** A parameter for the distance of the second panel from the first. */
const next = ({ panels }: Block): string => panels === 2 ? "next: usize, " : "";

const vectors = ({ panels }: Block): number[] => upTo(VECTORS * panels);
/** The pointer of a vector's panel, and where in the panel's row it is. */
const panelOf = (vector: number): string => vector < VECTORS ? "p" : "p2";
const inPanel = (vector: number): number => 16 * (vector % VECTORS);

/** `fn(row, vector)` for each vector of a block. */
function each(
  block: Block,
  fn: (sum: string, row: number, vector: number) => string,
): string[] {
  return upTo(block.rows).flatMap((r) => vectors(block).map((v) => fn(`c${r}${v}`, r, v)));
}

/** `depth` rank-one updates: values of the left side times rows of the panels. */
function updates(block: Block, depth: number, left: Left): string[] {
  return upTo(depth).flatMap((k) => [
    ...vectors(block).map((v) =>
      `b${v} = v128.load(${offset(panelOf(v), 4 * PANEL * k + inPanel(v))});`
    ),
    ...upTo(block.rows).flatMap((r) => [
      `v = v128.load32_splat(${left(r, k)});`,
      ...vectors(block).map((v) => `c${r}${v} = madd(v, b${v}, c${r}${v});`),
    ]),
  ]);
}

const declarations = (block: Block): string[] => [
  `let v: v128, ${vectors(block).map((v) => `b${v}: v128`).join(", ")};`,
  `let ${each(block, (sum) => `${sum}: v128`).join(", ")};`,
  ...block.panels === 2 ? ["let p2 = p + next;"] : [],
];

/** To the panels' rows that are `depth` further down. */
const movePanels = ({ panels }: Block, depth: number): string =>
  ["p", "p2"].slice(0, panels).map((p) => `${p} += ${4 * PANEL * depth};`).join(" ");

/** Where a row of the block goes: offsets from `o` in a table of 32-bit words. */
const rowOfOut = (r: number): string => `o + load<u32>(${at("outs", 4 * r)})`;

/**
 * Sums that start from `bias` or, if that is 0, from what is there already.
 */
const begin = (block: Block): string[] => [
  `if (bias !== 0) {`,
  ...each(block, (sum, _, v) => `${sum} = v128.load(${offset("bias", 16 * v)});`),
  `} else {`,
  ...upTo(block.rows).flatMap((r) => [
    `q = ${rowOfOut(r)};`,
    ...vectors(block).map((v) => `c${r}${v} = v128.load(${offset("q", 16 * v)});`),
  ]),
  `}`,
];

const store = (pointer: string, sum: string, v: number): string =>
  `v128.store(${pointer}, ${sum}${v ? `, ${16 * v}` : ""});`;

const end = (block: Block): string[] =>
  upTo(block.rows).flatMap((r) => [
    `q = ${rowOfOut(r)};`,
    ...vectors(block).map((v) => store("q", `c${r}${v}`, v)),
  ]);

/** In this order `pmax` keeps NaN. */
const relu = (block: Block): string[] => [
  `if (relu !== 0) {`,
  `v = f32x4.splat(0);`,
  ...each(block, (sum) => `${sum} = f32x4.pmax(${sum}, v);`),
  `}`,
];

const move = ({ rows }: Block, by: string): string =>
  upTo(rows).map((r) => `a${r} += ${by};`).join(" ");

/** Adjacent rows of values: `segments * subsegments` runs of `length` floats each. */
function rowsTimesPanel(block: Block): string {
  const left: Left = (r, k) => at(`a${r}`, 4 * k);
  return `function ${
    name("rows", block)
  }(a: usize, ins: usize, segments: i32, rest: usize, subsegments: i32, subrest: usize, length: i32, p: usize, ${
    next(block)
  }o: usize, outs: usize, bias: usize, relu: i32): void {
  ${declarations(block).join("\n  ")}
  let q: usize;
  ${upTo(block.rows).map((r) => `let a${r} = a + load<u32>(${at("ins", 4 * r)});`).join("\n  ")}
  ${begin(block).join("\n  ")}
  const fours = length >> 2, ones = length & 3;
  for (let s = segments; s > 0; s--) {
    for (let t = subsegments; t > 0; t--) {
      for (let k = fours; k > 0; k--) {
        ${updates(block, 4, left).join("\n        ")}
        ${movePanels(block, 4)}
        ${move(block, "16")}
      }
      for (let k = ones; k > 0; k--) {
        ${updates(block, 1, left).join("\n        ")}
        ${movePanels(block, 1)}
        ${move(block, "4")}
      }
      ${move(block, "subrest")}
    }
    ${move(block, "rest")}
  }
  ${relu(block).join("\n  ")}
  ${end(block).join("\n  ")}
}`;
}

/** Where row `r` of a block is whose rows are `outRow` bytes apart. */
const strided = ({ rows }: Block): string[] =>
  upTo(rows).map((r) => `const o${r} = o${r ? ` + ${r} * outRow` : ""};`);

const storeAll = (block: Block): string[] => each(block, (sum, r, v) => store(`o${r}`, sum, v));

/** Rows `row` bytes apart times a panel, `depth` a multiple of four. */
function product(block: Block): string {
  return `function ${name("product", block)}(a: usize, row: usize, depth: i32, p: usize, ${
    next(block)
  }o: usize, outRow: usize): void {
  ${declarations(block).join("\n  ")}
  ${upTo(block.rows).map((r) => `let a${r} = a${r ? ` + ${r} * row` : ""};`).join("\n  ")}
  ${each(block, (sum) => `${sum} = f32x4.splat(0);`).join("\n  ")}
  for (let k = depth; k > 0; k -= 4) {
    ${updates(block, 4, (r, k) => at(`a${r}`, 4 * k)).join("\n    ")}
    ${movePanels(block, 4)}
    ${move(block, "16")}
  }
  ${strided(block).join("\n  ")}
  ${storeAll(block).join("\n  ")}
}`;
}

/** Transposed rows `row` bytes apart times a panel: `o[r] (+)= sum over pixels of a[pixel, r] * p[pixel]`. */
function sums(block: Block): string {
  const pixel = [
    ...updates(block, 1, (r) => at("a", 4 * r)),
    "a += row;",
    movePanels(block, 1),
  ].join("\n    ");
  return `function ${name("sums", block)}(a: usize, row: usize, pixels: i32, p: usize, ${
    next(block)
  }o: usize, outRow: usize, add: bool): void {
  ${declarations(block).join("\n  ")}
  ${strided(block).join("\n  ")}
  if (add) {
    ${each(block, (sum, r, v) => `${sum} = v128.load(${offset(`o${r}`, 16 * v)});`).join("\n    ")}
  } else {
    ${each(block, (sum) => `${sum} = f32x4.splat(0);`).join("\n    ")}
  }
  for (let i = pixels >> 2; i > 0; i--) {
    ${upTo(4).map(() => pixel).join("\n    ")}
  }
  for (let i = pixels & 3; i > 0; i--) {
    ${pixel}
  }
  ${storeAll(block).join("\n  ")}
}`;
}

const PANELS = [1, 2] as const;
const COUNTS = upTo(BLOCK_ROWS).map((r) => r + 1);
/** Rows of the sums over pixels. */
const SUM_ROWS = [4, 6];

/** Calls the function for a block of `rows` and `panels`, of those that there are. */
function choice(kind: string, counts: readonly number[], args: (next: string) => string): string {
  const [one, two] = PANELS.map((panels) =>
    `switch (rows) {
${
      counts.map((rows) =>
        `    case ${rows}: return ${name(kind, { rows, panels })}(${
          args(panels === 2 ? "next, " : "")
        });`
      ).join("\n")
    }
    default: unreachable();
  }`
  );
  return `if (PAIRS && panels === 2) {
    ${two}
  }
  ${one}`;
}

const all = (make: (block: Block) => string, counts: readonly number[]): string =>
  PANELS.flatMap((panels) => counts.map((rows) => make({ rows, panels }))).join("\n\n");

/** @param pairs Whether two panels are done at a time, in sums of 256 bits. */
export function blocksModule(pairs: boolean): string {
  return `import { madd } from "./simd";

export const BLOCK_ROWS: i32 = ${BLOCK_ROWS};
export const PANEL: i32 = ${PANEL};
const PAIRS: bool = ${pairs};

/** How many things are done at a time of those that are left: two where vectors are used in pairs, else one. */
// @ts-ignore: decorator
@inline
export function inPairs(left: i32): i32 {
  return PAIRS && left >= 2 ? 2 : 1;
}

${all(rowsTimesPanel, COUNTS)}

/**
 * One to ${BLOCK_ROWS} rows of the left side times one or two panels of ${PANEL} columns, \`next\` bytes apart. Rows are at
 * offsets from \`a\` that the table \`ins\` has, and go to offsets from \`o\` that the table \`outs\` has. Sums begin
 * with \`bias\` or, where that is 0, with the values that are there.
 */
export function rowsTimesPanels(rows: i32, panels: i32, a: usize, ins: usize, segments: i32, rest: usize, subsegments: i32, subrest: usize, length: i32, p: usize, next: usize, o: usize, outs: usize, bias: usize, relu: i32): void {
  ${
    choice(
      "rows",
      COUNTS,
      (next) =>
        `a, ins, segments, rest, subsegments, subrest, length, p, ${next}o, outs, bias, relu`,
    )
  }
}

${all(product, COUNTS)}

function productOf(rows: i32, panels: i32, a: usize, row: usize, depth: i32, p: usize, next: usize, o: usize, outRow: usize): void {
  ${choice("product", COUNTS, (next) => `a, row, depth, p, ${next}o, outRow`)}
}

/** Any number of rows, \`row\` bytes apart, times a matrix of whole panels; \`depth\` is a multiple of four. */
export function rowsTimesMatrix(rows: i32, a: usize, row: usize, depth: i32, p: usize, columns: i32, o: usize, outRow: usize): void {
  const panelBytes = <usize> (depth * ${PANEL}) << 2;
  for (let column = 0, panels = 1; column < columns; column += panels * ${PANEL}) {
    panels = inPairs((columns - column) / ${PANEL});
    for (let r = 0; r < rows; r += ${BLOCK_ROWS}) {
      productOf(min(${BLOCK_ROWS}, rows - r), panels, a + <usize> r * row, row, depth, p, panelBytes, o + <usize> r * outRow, outRow);
    }
    p += <usize> panels * panelBytes;
    o += <usize> panels * ${4 * PANEL};
  }
}

${all(sums, SUM_ROWS)}

/**
 * ${
    SUM_ROWS.join(" or ")
  } rows of a product whose left side is transposed: the sums over pixels \`row\` bytes apart
 * times one or two panels \`next\` bytes apart.
 */
export function sumsOverPixels(rows: i32, panels: i32, a: usize, row: usize, pixels: i32, p: usize, next: usize, o: usize, outRow: usize, add: bool): void {
  ${choice("sums", SUM_ROWS, (next) => `a, row, pixels, p, ${next}o, outRow, add`)}
}
`;
}
