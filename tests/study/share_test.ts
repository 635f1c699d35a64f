import { assertEquals, assertThrows } from "lib/assert.ts";
import { InputError } from "lib/errors.ts";
import { readShare, takeShare } from "lib/study/share.ts";

function share(variables: Record<string, string>): unknown {
  return readShare({ get: (name) => variables[name] });
}

Deno.test("without a scheduler everything is one process's share", () => {
  assertEquals(share({}), { index: 0, count: 1 });
  assertEquals(share({ JOB_COMPLETIONS: "4" }), { index: 0, count: 1 });
});

Deno.test("a task of a Slurm array counts from its array's first", () => {
  const array = {
    SLURM_ARRAY_TASK_COUNT: "3",
    SLURM_ARRAY_TASK_MIN: "10",
    SLURM_ARRAY_TASK_STEP: "5",
  };
  assertEquals(share({ ...array, SLURM_ARRAY_TASK_ID: "10" }), { index: 0, count: 3 });
  assertEquals(share({ ...array, SLURM_ARRAY_TASK_ID: "20" }), { index: 2, count: 3 });
  const refused = (id: string): void =>
    void assertThrows(
      () => share({ ...array, SLURM_ARRAY_TASK_ID: id }),
      InputError,
      "expected tasks without gaps",
    );
  refused("12");
  refused("25");
});

Deno.test("a pod of an Indexed Job needs the number of pods", () => {
  assertEquals(share({ JOB_COMPLETION_INDEX: "1", JOB_COMPLETIONS: "2" }), { index: 1, count: 2 });
  assertThrows(
    () => share({ JOB_COMPLETION_INDEX: "1" }),
    InputError,
    "JOB_COMPLETIONS is not set; expected a whole number",
  );
  assertThrows(() => share({ JOB_COMPLETION_INDEX: "2", JOB_COMPLETIONS: "2" }), InputError);
});

Deno.test("shares cover everything once", () => {
  const items = Array.from({ length: 11 }, (_, i) => i);
  const shares = [0, 1, 2].map((index) => takeShare(items, { index, count: 3 }));
  assertEquals(shares.map(({ length }) => length), [4, 4, 3]);
  assertEquals(shares.flat().sort((a, b) => a - b), items);
});
