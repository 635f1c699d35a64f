/** `assembly/patches`: 3x3 filters on patches of an image with one channel, four channels of the result at a time. */
import { offset, upTo } from "lib/backend/codegen/text.ts";

/** Names of the sums by row and column of the result. */
const sum = (row: number, column: number): string => `${row ? "b" : "a"}${column}`;

/** Two rows of four results from a patch of 4x6 pixels, pooled, for all channels. */
function pooledPatch(): string {
  const lines = [0, 1].map((row) =>
    `let ${upTo(4).map((column) => `${sum(row, column)} = f32x4.splat(0)`).join(", ")};`
  );
  // Variables are used again: with one for each value, all of the filter would stay in registers, which are too few.
  const weight = (row: number, tap: number): string => `${row ? "l" : "u"}${tap}`;
  lines.push("let x: v128, u0: v128, u1: v128, u2: v128, l0: v128, l1: v128, l2: v128;");
  for (const y of upTo(4)) {
    // Row y of the patch meets row y of the filter for the upper results, the one before for the lower.
    const rows = [0, 1].filter((row) => y - row >= 0 && y - row < 3);
    for (const row of rows) {
      for (const tap of upTo(3)) {
        lines.push(`${weight(row, tap)} = v128.load(w + ${3 * (y - row) + tap} * tap);`);
      }
    }
    for (const x of upTo(6)) {
      lines.push(`x = v128.load32_splat(${offset(`p${y}`, 4 * x)});`);
      for (
        const column of upTo(4).filter((column) => x - column >= 0 && x - column < 3).reverse()
      ) {
        for (const row of rows) {
          const to = sum(row, column);
          lines.push(`${to} = madd(x, ${weight(row, x - column)}, ${to});`);
        }
      }
    }
  }
  return `/**
 * Two pooled pixels, side by side if there are \`both\`: the greatest of 2x2 results each, with bias and ReLU, and
 * the mask of where it was. Pooled pixels are \`tap\` bytes apart, as the filter's taps are.
 */
// @ts-ignore: decorator
@inline
export function pooledPatch(p0: usize, row: usize, filter: usize, tap: usize, bias: usize, relu: i32, both: bool, o: usize, mask: usize): void {
  const p1 = p0 + row, p2 = p1 + row, p3 = p2 + row;
  for (let c: usize = 0; c < tap; c += 16) {
    const w = filter + c;
    ${lines.join("\n    ")}
    const offset = bias === 0 ? f32x4.splat(0) : v128.load(bias + c);
    poolFour(a0, a1, b0, b1, offset, relu, o, mask);
    if (both) poolFour(a2, a3, b2, b3, offset, relu, o + tap, mask + (tap >> 2));
    o += 16;
    mask += 4;
  }
}`;
}

/** The gradient of the filter from the 2x2 results behind each pooled pixel, over patches of 4x4 pixels. */
function patchGradient(): string {
  const lines: string[] = [];
  for (const y of upTo(4)) {
    for (const x of upTo(4)) {
      lines.push(`const x${y}${x} = v128.load32_splat(${offset(`p${y}`, 4 * x)});`);
      for (const place of upTo(4)) {
        const row = y - (place >> 1), column = x - (place & 1);
        if (row < 0 || row > 2 || column < 0 || column > 2) continue;
        const to = `s${3 * row + column}`;
        lines.push(`${to} = madd(x${y}${x}, v${place}, ${to});`);
      }
    }
  }
  const each = (fn: (tap: number) => string): string => upTo(9).map(fn).join("\n  ");
  return `/** Adds an image's share to the gradient of a filter; \`bits\` are those of the mask that count. */
export function patchGradient(x: usize, row: usize, dy: usize, mask: usize, bits: v128, rows: i32, columns: i32, out: usize, tap: usize): void {
  ${each((i) => `let s${i} = v128.load(out + ${i} * tap);`)}
  for (let i = 0; i < rows; i++) {
    let p0 = x;
    for (let j = 0; j < columns; j++) {
      const p1 = p0 + row, p2 = p1 + row, p3 = p2 + row;
      const d = v128.load(dy), which = v128.and(places(mask), bits);
      ${
    upTo(4).map((k) => `const v${k} = v128.and(d, i32x4.eq(which, i32x4.splat(${k})));`).join(
      "\n      ",
    )
  }
      ${lines.join("\n      ")}
      p0 += 8;
      dy += tap;
      mask += tap >> 2;
    }
    x += 2 * row;
  }
  ${each((i) => `v128.store(out + ${i} * tap, s${i});`)}
}`;
}

export function patchesModule(): string {
  return `import { places, poolFour } from "./image";
import { madd } from "./simd";

${pooledPatch()}

${patchGradient()}
`;
}
