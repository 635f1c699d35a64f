import { assertEquals } from "lib/assert.ts";
import type { Failure } from "lib/report/execute.ts";
import { failureText, terminalProgress } from "lib/report/terminal.ts";

function show(columns: number | undefined, secondsLeft?: number): string {
  let written = "";
  const progress = terminalProgress({
    write: (text) => void (written += text),
    columns: () => columns,
  });
  progress.notebook("03-model", 9, secondsLeft);
  progress.cell(6, "Training");
  progress.live("epoch 1 of 5, loss 0.1234, 7 s left");
  progress.live("epoch 2 of 5, loss 0.0567, 5 s left");
  progress.done("03-model", 83, false);
  progress.done("04-model", 5, true);
  return written;
}

Deno.test("a terminal shows one line that changes; where it is narrow, the time left stays", () => {
  assertEquals(
    show(41).replaceAll("\r\x1b[K", "|"),
    "|03-model  starting" +
      "|03-model  cell 6 of 9  Training" +
      "|03-model  cell 6 of…oss 0.1234, 7 s left" +
      "|03-model  cell 6 of…oss 0.0567, 5 s left" +
      "|03-model  done  1 min 23 s\n" +
      "|04-model  done  unchanged, taken from the last run (5 s)\n",
  );
});

Deno.test("where the last run's time is known, the whole run's time left is shown", () => {
  const [starting, cell, live] = show(100, 80.4).split("\r\x1b[K").slice(1);
  assertEquals(
    [starting, cell, live],
    [
      "03-model  starting; in all ~1 min 20 s left",
      "03-model  cell 6 of 9  Training; in all ~1 min 20 s left",
      // One clock at a time.
      "03-model  cell 6 of 9  epoch 1 of 5, loss 0.1234, 7 s left",
    ],
  );
  assertEquals(show(undefined, 80.4).split("\n").slice(0, 2), [
    "03-model  starting; in all ~1 min 20 s left",
    "03-model  cell 6 of 9  Training",
  ]);
  assertEquals(show(100, 0), show(100));
});

Deno.test("a log gets lines, of quick changes only the first", () => {
  assertEquals(
    show(undefined),
    `03-model  starting
03-model  cell 6 of 9  Training
03-model  cell 6 of 9  epoch 1 of 5, loss 0.1234, 7 s left
03-model  done  1 min 23 s
04-model  done  unchanged, taken from the last run (5 s)
`,
  );
});

Deno.test("a failure is told with place, line, error and stack", () => {
  const failure: Failure = {
    notebook: "03-model",
    cell: 2,
    heading: "Training",
    line: { number: 3, text: "  fit(model);" },
    error: { ename: "TypeError", evalue: "no", traceback: ["TypeError: no", "    at fit"] },
  };
  assertEquals(
    failureText(failure),
    `error: 03-model, cell 2 ("Training") failed in line 3:
    fit(model);
TypeError: no
    at fit`,
  );
});
