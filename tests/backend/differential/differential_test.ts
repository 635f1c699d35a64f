/** Random networks; `deno task differential` trains a thousand. */
import { assertEquals } from "lib/assert.ts";
import { check } from "./check.ts";

for (let seed = 1; seed <= 30; seed++) {
  Deno.test(`differential: network ${seed} trains on simd as on cpu`, async () => {
    assertEquals(await check(seed), undefined);
  });
}
