import { EXAMPLES } from "./_examples.ts";
import { assertSnapshot } from "./_snapshot.ts";

for (const [name, draw] of Object.entries(EXAMPLES)) {
  Deno.test(`the ${name} chart is as its snapshots`, () => {
    const { wide, narrow } = draw();
    assertSnapshot(name, wide);
    assertSnapshot(`${name}-narrow`, narrow);
  });
}
