/** Random networks; `deno task differential` trains a thousand. */
import { assertEquals } from "lib/assert.ts";
import { check } from "./check.ts";
import { checkLevel } from "./level.ts";

for (let seed = 1; seed <= 30; seed++) {
  Deno.test(`differential: network ${seed} trains on simd as on cpu`, async () => {
    assertEquals(await check(seed), undefined);
  });
}

for (let seed = 101; seed <= 105; seed++) {
  Deno.test(`differential: memory stays level in 60 steps of network ${seed}`, async () => {
    assertEquals(await checkLevel(seed, 60), undefined);
  });
}
