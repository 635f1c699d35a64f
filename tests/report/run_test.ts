import { join } from "node:path";
import { assert, assertEquals, assertRejects } from "lib/assert.ts";
import { InputError } from "lib/errors.ts";
import { projectPath } from "lib/project.ts";
import { readNotebook } from "lib/report/notebook.ts";
import { readResults } from "lib/report/results.ts";
import { makeReport } from "lib/report/report.ts";
import { type Progress, runNotebooks, type RunOptions, subsetsRead } from "lib/report/run.ts";
import { failureText } from "lib/report/terminal.ts";
import { readSettings, type Settings } from "lib/settings.ts";

const FIXTURES = projectPath("tests/report/fixtures/notebooks");

/** Runs `use` with an empty folder that is removed afterwards. */
async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function settingsFor(folder: string, changes: Partial<Settings> = {}): Settings {
  return { ...readSettings(), outputs: join(folder, "outputs"), threads: 1, ...changes };
}

/** Writes a notebook of code cells. */
async function writeCells(
  folder: string,
  name: string,
  cells: readonly string[],
  metadata = {},
): Promise<void> {
  const file = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata,
    cells: cells.map((source, i) => ({
      cell_type: "code",
      id: `c${i}`,
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    })),
  };
  await Deno.writeTextFile(join(folder, `${name}.ipynb`), JSON.stringify(file));
}

/** A progress that notes what it hears, and the names of the notebooks that ran or were reused. */
function listener(): { progress: Progress; heard: string[] } {
  const heard: string[] = [];
  return {
    heard,
    progress: {
      notebook: (name, cells, secondsLeft) =>
        heard.push(`${name}: ${cells} cells${secondsLeft === undefined ? "" : ", time known"}`),
      cell: (n, heading) => heard.push(`cell ${n} ${heading ?? "-"}`),
      live: (text) => heard.push(text),
      done: (name, _seconds, reused) => heard.push(`${name} ${reused ? "reused" : "ran"}`),
    },
  };
}

/** Which notebooks ran, which were reused. */
async function outcome(options: RunOptions): Promise<string[]> {
  const { progress, heard } = listener();
  const { failure } = await runNotebooks({ ...options, progress });
  assertEquals(failure, undefined);
  return heard.filter((line) => / (ran|reused)$/.test(line));
}

Deno.test("notebooks run in order, show their progress, and leave outputs and figures", async () => {
  await withFolder(async (folder) => {
    const settings = settingsFor(folder, { quick: true });
    const { progress, heard } = listener();
    const { executed, failure } = await runNotebooks({ settings, folder: FIXTURES, progress });
    assertEquals(failure, undefined);
    assertEquals(heard.filter((line) => !line.startsWith("step")), [
      "01-shapes: 5 cells",
      "cell 1 Settings",
      "cell 2 Settings",
      "cell 3 A chart & its table",
      "cell 4 Text",
      "cell 5 Text",
      "01-shapes ran",
      "02-progress: 3 cells",
      "cell 1 Progress",
      "cell 2 A live output",
      "cell 3 A live output",
      "02-progress ran",
    ]);
    assert(heard.includes("step 4 of 4"));

    const onDisk = await readNotebook(join(settings.outputs, "notebooks/01-shapes.ipynb"));
    assertEquals(onDisk, executed[0]);
    const types = onDisk.cells.map((cell) =>
      cell.cell_type === "code" ? cell.outputs.map(({ output_type }) => output_type) : []
    );
    assertEquals(types.flat(), [
      ...["display_data", "display_data", "stream", "execute_result", "display_data"],
      "display_data",
    ]);
    // The settings reached the kernel.
    const last = executed[1]!.cells.at(-1)!;
    assert(last.cell_type === "code");
    assertEquals(last.outputs, [{
      output_type: "display_data",
      data: { "text/plain": "quick: true, threads: 1" },
      metadata: {},
    }]);
    const { squares } = await readResults(settings.outputs);
    assertEquals(squares, { sides: [1, 2, 30] });
  });
});

Deno.test("a notebook runs again only when something that it depends on changed", async () => {
  await withFolder(async (folder) => {
    const settings = settingsFor(folder, { data: join(folder, "data.zip") });
    const outputs = JSON.stringify(settings.outputs);
    await writeCells(folder, "01-a", [
      `await Deno.mkdir(${outputs}, { recursive: true });
       await Deno.writeTextFile(${outputs} + "/made.txt", "1")`,
    ]);
    await writeCells(folder, "02-b", ["2"], { needs: [] });
    await writeCells(folder, "03-c", ["3"], { needs: ["01-a"] });
    const run = (changes: Partial<RunOptions> = {}): Promise<string[]> =>
      outcome({ settings, folder, ...changes });

    assertEquals(await run(), ["01-a ran", "02-b ran", "03-c ran"]);
    assertEquals(await run(), ["01-a reused", "02-b reused", "03-c reused"]);
    await writeCells(folder, "02-b", ["2 + 0"], { needs: [] });
    assertEquals(await run(), ["01-a reused", "02-b ran", "03-c reused"]);
    await Deno.remove(join(settings.outputs, "made.txt"));
    assertEquals(await run(), ["01-a ran", "02-b reused", "03-c reused"]);
    await Deno.writeTextFile(settings.data, "other digits");
    assertEquals(await run(), ["01-a ran", "02-b ran", "03-c ran"]);
    assertEquals(await run({ settings: { ...settings, force: true }, only: "02-b" }), ["02-b ran"]);
    assertEquals(await run({ only: "03-c.ipynb" }), ["01-a reused", "03-c reused"]);
    assertEquals(await run({ settings: { ...settings, quick: true } }), [
      "01-a ran",
      "02-b ran",
      "03-c ran",
    ]);
    await assertRejects(() => run({ only: "04-d" }), InputError, "01-a, 02-b, 03-c");
  });
});

Deno.test("the digits to be predicted count as read where a notebook that runs asks for them", async () => {
  for (const only of ["01-exploration", "02-preprocessing", "03-model-1", "04-model-2"]) {
    assertEquals(await subsetsRead({ only }), ["train"]);
  }
  assertEquals(await subsetsRead({ only: "05-results" }), ["train", "test"]);
  assertEquals(await subsetsRead({}), ["train", "test"]);
});

Deno.test("the time of the last run is told, where all that is to run has one", async () => {
  await withFolder(async (folder) => {
    const settings = settingsFor(folder);
    await writeCells(folder, "01-a", ["1"]);
    await writeCells(folder, "02-b", ["2"]);
    const starts = async (only?: string): Promise<string[]> => {
      const { progress, heard } = listener();
      const force = { ...settings, force: true };
      await runNotebooks({ settings: force, folder, progress, ...(only && { only }) });
      return heard.filter((line) => line.includes(" cells"));
    };
    assertEquals(await starts("01-a"), ["01-a: 1 cells"]);
    assertEquals(await starts(), ["01-a: 1 cells", "02-b: 1 cells"]);
    assertEquals(await starts(), ["01-a: 1 cells, time known", "02-b: 1 cells, time known"]);
    await writeCells(folder, "02-b", ["null.x"]);
    await starts();
    assertEquals(await starts("01-a"), ["01-a: 1 cells, time known"]);
    assertEquals(await starts(), ["01-a: 1 cells", "02-b: 1 cells"]);
  });
});

Deno.test("a failing cell ends the run, is described, and leaves what ran", async () => {
  await withFolder(async (folder) => {
    const settings = settingsFor(folder);
    await writeCells(folder, "01-a", [
      `console.log("ran")`,
      `interface Removed {\n  x: number;\n}\n\nnull.x;`,
      `console.log("never")`,
    ]);
    await writeCells(folder, "02-b", ["1"]);
    const { executed, failure } = await runNotebooks({ settings, folder });
    assertEquals([failure?.notebook, failure?.cell, failure?.line], [
      "01-a",
      2,
      { number: 5, text: "null.x;" },
    ]);
    assert(
      failureText(failure!).startsWith(
        "error: 01-a, cell 2 failed in line 5:\n    null.x;\nTypeError: Cannot read",
      ),
    );
    assertEquals(executed.map(({ name }) => name), ["01-a"]);
    const onDisk = await readNotebook(join(settings.outputs, "notebooks/01-a.ipynb"));
    const outputs = onDisk.cells.map((cell) => cell.cell_type === "code" ? cell.outputs : []);
    assertEquals(outputs.map((list) => list.map(({ output_type }) => output_type)), [
      ["stream"],
      ["error"],
      [],
    ]);
    // It is not mistaken for a good one.
    await writeCells(folder, "01-a", ["1"]);
    assertEquals(await outcome({ settings, folder }), ["01-a ran", "02-b ran"]);
  });
});

Deno.test("a kernel that is lost is a failure of its cell", async () => {
  await withFolder(async (folder) => {
    await writeCells(folder, "01-a", ["Deno.exit(7)"]);
    const { failure } = await runNotebooks({ settings: settingsFor(folder), folder });
    assertEquals(failure?.error.ename, "KernelError");
    assert(failure?.error.evalue.includes("code 7"), failure?.error.evalue);
  });
});

Deno.test("a run that is ended leaves no notebook and no half-written file", async () => {
  await withFolder(async (folder) => {
    const settings = settingsFor(folder);
    const outputs = JSON.stringify(settings.outputs);
    await writeCells(folder, "01-a", [
      // What a kernel leaves that is killed while it writes a file.
      `await Deno.mkdir(${outputs}, { recursive: true });
       await Deno.writeTextFile(${outputs} + "/model.bin." + Deno.pid + ".0a1b2c3d.tmp", "half");`,
      "while (true);",
    ]);
    const controller = new AbortController();
    const progress: Progress = {
      notebook: () => {},
      cell: (n) => void (n === 2 && setTimeout(() => controller.abort("ended"), 50)),
      live: () => {},
      done: () => {},
    };
    const reason = await runNotebooks({ settings, folder, progress, signal: controller.signal })
      .then(() => "not ended", (error) => error);
    assertEquals(reason, "ended");
    const files = await Array.fromAsync(Deno.readDir(settings.outputs), ({ name }) => name);
    assertEquals(files, ["results.json"]);
  });
});

Deno.test("an outputs folder that cannot be is said before anything runs", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "outputs"), "a file");
    await writeCells(folder, "01-a", ["1"]);
    const { progress, heard } = listener();
    const run = (): Promise<unknown> =>
      runNotebooks({ settings: settingsFor(folder), folder, progress });
    await assertRejects(run, InputError, "cannot be written");
    assertEquals(heard, []);
  });
});

Deno.test("a page that cannot be replaced is named; the notebooks that ran are kept", async () => {
  await withFolder(async (folder) => {
    const settings = settingsFor(folder);
    const page = join(settings.outputs, "report.html");
    await Deno.mkdir(join(page, "in the way"), { recursive: true });
    await writeCells(folder, "01-a", ["1"]);
    await assertRejects(() => makeReport({ settings, folder }), InputError, "report.html");
    await Deno.remove(page, { recursive: true });
    const { progress, heard } = listener();
    await makeReport({ settings, folder, progress });
    assertEquals(heard, ["01-a reused"]);
    assert((await Deno.readTextFile(page)).startsWith("<!doctype html>"));
  });
});
