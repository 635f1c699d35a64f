import { assertEquals } from "lib/assert.ts";
import { RandomState } from "lib/random.ts";
import { apply, mutationsOf, placeOf } from "./mutate.ts";

const SOURCE = `import { add } from "./a4";
/** 1 + 1 */
for (let i: i32 = 0; i < n; i++) {
  v = f32x4.add(v, <v128> load(p + 16)); // a < b
  x = 0.5 * y;
}`;

Deno.test("mutants: numbers, operators, functions and steps change; comments, imports and types do not", () => {
  const mutations = mutationsOf("a.ts", SOURCE, new RandomState(1));
  assertEquals(
    mutations.map(({ from }) => from),
    ["0", "<", "++", "f32x4.add", "+", "16", "0.5", "*"],
  );
  assertEquals(mutations.at(-2)!.to, "0.505");
  assertEquals(placeOf(SOURCE, mutations.at(-1)!), { line: 5, text: "x = 0.5 * y;" });
  assertEquals(apply(SOURCE, mutations.at(-1)!).split("\n")[4], "  x = 0.5 + y;");
});
