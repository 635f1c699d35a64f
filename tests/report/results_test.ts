import { join } from "node:path";
import { assertEquals, assertRejects } from "lib/assert.ts";
import { InputError } from "lib/errors.ts";
import { readResults, recordResults } from "lib/report/results.ts";
import { withFolder } from "../folder.ts";

Deno.test("figures are merged by section, arrays replaced, keys in one order", async () => {
  await withFolder(async (outputs) => {
    assertEquals(await readResults(outputs), {});
    await recordResults({ models: { b: { epochs: 2, history: [1, 2, 3] } }, a: 1 }, outputs);
    await recordResults({ models: { a: { epochs: 1 }, b: { history: [4] } }, b: null }, outputs);
    await recordResults({ a: undefined }, outputs);
    assertEquals(
      await Deno.readTextFile(join(outputs, "results.json")),
      JSON.stringify(
        { a: 1, b: null, models: { a: { epochs: 1 }, b: { epochs: 2, history: [4] } } },
        null,
        2,
      ) + "\n",
    );
  });
});

Deno.test("a damaged file of figures is named", async () => {
  await withFolder(async (outputs) => {
    await Deno.writeTextFile(join(outputs, "results.json"), '{"a": ');
    await assertRejects(() => recordResults({ b: 1 }, outputs), InputError, "results.json");
  });
});
