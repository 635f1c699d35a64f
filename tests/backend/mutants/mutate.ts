/**
 * Small changes of a source, each of which should make a test fail.
 * @module
 */
import type { RandomState } from "lib/random.ts";

/** One change: `from` becomes `to` at a place in a file. */
export interface Mutation {
  readonly file: string;
  readonly offset: number;
  readonly from: string;
  readonly to: string;
}

/** What an operator, with a space on either side, may become. */
const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  "+": ["-"],
  "-": ["+"],
  "*": ["+"],
  "/": ["*"],
  "%": ["/"],
  "<<": [">>"],
  ">>": ["<<"],
  ">>>": ["<<"],
  "&": ["|"],
  "|": ["&"],
  "<": ["<=", ">"],
  "<=": ["<"],
  ">": [">=", "<"],
  ">=": [">"],
  "===": ["!=="],
  "!==": ["==="],
  "&&": ["||"],
  "||": ["&&"],
  "+=": ["-="],
  "-=": ["+="],
};

/** What a function may become. */
const FUNCTIONS: Readonly<Record<string, readonly string[]>> = {
  "f32x4.add": ["f32x4.sub"],
  "f32x4.sub": ["f32x4.add"],
  "f32x4.mul": ["f32x4.add"],
  "f32x4.div": ["f32x4.mul"],
  "f32x4.max": ["f32x4.min"],
  "f32x4.min": ["f32x4.max"],
  "f32x4.pmax": ["f32x4.pmin", "f32x4.max"],
  "f32x4.gt": ["f32x4.ge", "f32x4.lt"],
  "f32x4.lt": ["f32x4.le", "f32x4.gt"],
  "f32x4.eq": ["f32x4.ne"],
  "f32x4.ne": ["f32x4.eq"],
  "f32x4.nearest": ["f32x4.floor"],
  "i32x4.max_s": ["i32x4.min_s"],
  "i32x4.add": ["i32x4.sub"],
  "i32x4.sub": ["i32x4.add"],
  "i32x4.shr_u": ["i32x4.shr_s"],
  "v128.and": ["v128.or"],
  "v128.or": ["v128.and"],
  "v128.andnot": ["v128.and"],
  min: ["max"],
  max: ["min"],
};

/** Comments and strings, imports, then what may be changed: numbers, operators, functions, steps, truth. */
const TOKENS = new RegExp(
  [
    String.raw`(?<skip>\/\*[\s\S]*?\*\/|\/\/.*|"[^"]*"|^import[\s\S]*?;|case \d+:)`,
    String.raw`\b(?<number>0x[0-9a-f]+|\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?)\b`,
    String.raw`(?<= )(?<operator>[-+*/%<>&|=!]{1,3})(?= )`,
    String.raw`(?<step>\+\+|--)(?=[;)])`,
    String.raw`\b(?<call>(?:f32x4|i32x4|v128)\.\w+|min|max)(?=\()`,
    String.raw`\b(?<truth>true|false)\b`,
  ].join("|"),
  "gm",
);

function numbersBeside(text: string): string[] {
  if (/^\d[\d_]*$|^0x/.test(text)) {
    const n = Number(text.replaceAll("_", ""));
    return n === 0 ? ["1"] : [String(n + 1), String(n - 1)];
  }
  // A hundredth more: a wrong digit of a coefficient.
  return [Number(text) === 0 ? "1.0" : String(Number(text) * 1.01)];
}

/** All places of a source that may be changed, each with one change that `random` picks. */
export function mutationsOf(file: string, source: string, random: RandomState): Mutation[] {
  const mutations: Mutation[] = [];
  for (const match of source.matchAll(TOKENS)) {
    const { number, operator, step, call, truth } = match.groups!;
    const choices = number !== undefined
      ? numbersBeside(number)
      : operator !== undefined
      ? OPERATORS[operator]
      : step !== undefined
      ? [step === "++" ? " += 2" : " -= 2"]
      : call !== undefined
      ? FUNCTIONS[call]
      : truth !== undefined
      ? [truth === "true" ? "false" : "true"]
      : undefined;
    if (!choices) continue;
    const to = choices[choices.length > 1 ? random.randint(0, choices.length) : 0]!;
    mutations.push({ file, offset: match.index, from: match[0], to });
  }
  return mutations;
}

/** The source with a change. */
export function apply(source: string, { offset, from, to }: Mutation): string {
  return source.slice(0, offset) + to + source.slice(offset + from.length);
}

/** The line of a change, counted from 1, and its text without indentation. */
export function placeOf(source: string, { offset }: Mutation): { line: number; text: string } {
  const line = source.slice(0, offset).split("\n").length;
  return { line, text: source.split("\n")[line - 1]!.trim() };
}
