// deno-lint-ignore-file no-console
import { assert, assertEquals } from "lib/assert.ts";
import { liveOutput, show } from "lib/notebook/mod.ts";
import { mistakesPlot } from "lib/plots/mod.ts";
import { projectPath } from "lib/project.ts";
import { Kernel, type Output, OutputCollector } from "lib/report/kernel/mod.ts";

/** Runs `use` and gives what it printed; `use` sees the lines as they come. */
async function printed(use: (lines: readonly string[]) => Promise<void>): Promise<string[]> {
  const { log } = console;
  const lines: string[] = [];
  console.log = (line) => lines.push(String(line));
  try {
    await use(lines);
  } finally {
    console.log = log;
  }
  return lines;
}

/** Runs a cell in a kernel; what it left, and the live texts in the order in which they came. */
async function cell(code: string): Promise<{ outputs: Output[]; live: string[] }> {
  await using kernel = await Kernel.start({ cwd: projectPath("notebooks") });
  const live: string[] = [];
  const collector = new OutputCollector(new Map(), (text) => live.push(text));
  await kernel.execute(
    `import { liveOutput, show } from "lib/notebook/mod.ts";\n${code}`,
    collector,
  );
  return { outputs: collector.outputs, live };
}

Deno.test("outside a notebook, show prints text", async () => {
  const chart = mistakesPlot([]);
  assertEquals(await printed(() => show("one", chart)), [
    "one",
    "[Figure: Misread images. No image was misread.]",
  ]);
});

Deno.test("in a notebook, show displays each item in order", async () => {
  const { outputs } = await cell(
    `await show("one", { "text/html": "<b>2</b>", "text/plain": "2" })`,
  );
  assertEquals(outputs, [
    { output_type: "display_data", data: { "text/plain": "one" }, metadata: {} },
    {
      output_type: "display_data",
      data: { "text/html": "<b>2</b>", "text/plain": "2" },
      metadata: {},
    },
  ]);
});

Deno.test("a live output sends few updates, and always the last", async () => {
  const { outputs, live } = await cell(`
    const live = liveOutput();
    for (let i = 1; i <= 200; i++) {
      live.update("step " + i);
      if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 30));
    }
    await live.finish();`);
  assertEquals(outputs, [
    { output_type: "display_data", data: { "text/plain": "step 200" }, metadata: {} },
  ]);
  assertEquals([live[0], live.at(-1)], ["step 1", "step 200"]);
  // 200 updates in 0.6 s or, on a slow machine, more: one in 0.2 s is far from all.
  assert(live.length > 2 && live.length < 100, `${live.length} updates were sent.`);
});

Deno.test("an update that waits is sent without another call", async () => {
  const lines = await printed(async (soFar) => {
    const live = liveOutput();
    live.update("first");
    live.update("second");
    live.update("third");
    while (soFar.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    await live.finish();
  });
  assertEquals(lines, ["first", "third"]);
});

Deno.test("a name that an earlier cell should have defined is said to be missing", async () => {
  await using kernel = await Kernel.start({ cwd: projectPath("notebooks") });
  const run = async (code: string): Promise<Output | undefined> => {
    const collector = new OutputCollector();
    await kernel.execute(code, collector);
    return collector.error;
  };
  await run(`import { show } from "lib/notebook/mod.ts";`);
  const first = await run(`const { rows } = await Promise.reject(new TypeError("no data"));`);
  assert(first?.output_type === "error" && first.evalue === "no data");
  for (const code of ["rows.length", "await show(rows)", "[1].map(() => rows)"]) {
    const error = await run(code);
    assert(error?.output_type === "error");
    assert(error.evalue.startsWith("rows is not defined: it is misspelled, or the cell"));
    assert(error.traceback.join("\n").includes("    at <anonymous>:"), "the line is known");
  }
  // Errors of other kinds, and of modules, stay as they are.
  const other = await run("null.x");
  assert(other?.output_type === "error" && other.evalue.startsWith("Cannot read properties"));
});
