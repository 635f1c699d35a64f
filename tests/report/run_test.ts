import { join, relative } from "node:path";
import { assert, assertEquals, assertRejects } from "lib/assert.ts";
import { pinDigits, type PinnedDigits } from "lib/dataset/mod.ts";
import { InputError } from "lib/errors.ts";
import { projectPath } from "lib/project.ts";
import { readNotebook } from "lib/report/notebook.ts";
import { readResults, recordResults } from "lib/report/results.ts";
import { makeReport } from "lib/report/report.ts";
import { type Progress, runNotebooks, type RunOptions } from "lib/report/run.ts";
import { subsetsRead } from "lib/report/select.ts";
import { failureText } from "lib/report/terminal.ts";
import { readSettings, type Settings } from "lib/settings.ts";
import { csvOf, sampleDigits } from "../dataset/samples.ts";
import { withFolder } from "../folder.ts";

const FIXTURES = projectPath("tests/report/fixtures/notebooks");

function settingsFor(folder: string, changes: Partial<Settings> = {}): Settings {
  return { ...readSettings(), outputs: join(folder, "outputs"), threads: 1, ...changes };
}

/** Digits by their SHA-256, which these notebooks do not load. */
function digitsOf(sha256: string): PinnedDigits {
  return {
    location: "synthetic",
    sources: { train: { kind: "synthetic", description: "none", sha256 } },
  };
}

const DIGITS = digitsOf("0");

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
      healing: (text) => heard.push(text),
      done: (name, _seconds, reused) => heard.push(`${name} ${reused ? "reused" : "ran"}`),
    },
  };
}

/** Which notebooks ran, which were reused. */
async function outcome(
  options: Omit<RunOptions, "digits"> & Partial<RunOptions>,
): Promise<string[]> {
  const { progress, heard } = listener();
  const { failure } = await runNotebooks({ digits: DIGITS, ...options, progress });
  assertEquals(failure, undefined);
  return heard.filter((line) => / (ran|reused)$/.test(line));
}

Deno.test("notebooks run in order, show their progress, and leave outputs and figures", async () => {
  await withFolder(async (folder) => {
    const settings = settingsFor(folder, { quick: true });
    const { progress, heard } = listener();
    const { executed, failure } = await runNotebooks({
      digits: DIGITS,
      settings,
      folder: FIXTURES,
      progress,
    });
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
    const settings = settingsFor(folder);
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
    const digits = digitsOf("1");
    assertEquals(await run({ digits }), ["01-a ran", "02-b ran", "03-c ran"]);
    const force = { ...settings, force: true };
    assertEquals(await run({ digits, settings: force, only: "02-b" }), ["02-b ran"]);
    assertEquals(await run({ digits, only: "03-c.ipynb" }), ["01-a reused", "03-c reused"]);
    assertEquals(await run({ settings: { ...settings, quick: true } }), [
      "01-a ran",
      "02-b ran",
      "03-c ran",
    ]);
    await assertRejects(() => run({ only: "04-d" }), InputError, "01-a, 02-b, 03-c");
  });
});

Deno.test("the time left is known only from a run that took no shortcut", async () => {
  await withFolder(async (folder) => {
    const settings = settingsFor(folder);
    const isKnown = async (force = false): Promise<boolean> => {
      const { progress, heard } = listener();
      await runNotebooks({ digits: DIGITS, settings: { ...settings, force }, folder, progress });
      return heard.includes("01-a: 1 cells, time known");
    };
    await writeCells(folder, "01-a", ["1"]);
    assertEquals(await isKnown(), false, "the first run");
    assertEquals(await isKnown(true), true, "forced, as the first one did all");
    await writeCells(folder, "01-a", ["2"]);
    assertEquals(await isKnown(), true, "like the last run");
    // That one may have found a trained model.
    assertEquals(await isKnown(true), false, "forced after another");
    assertEquals(await isKnown(true), true, "forced after forced");
  });
});

Deno.test("the digits to be predicted count as read where a notebook that runs asks for them", async () => {
  const names = [
    "01-exploration",
    "02-preprocessing",
    "03-model-1",
    "04-model-2",
    "05-results",
  ];
  for (const only of names) {
    assertEquals(await subsetsRead({ only }), ["train"]);
  }
  assertEquals(await subsetsRead({ only: "06-looking-ahead" }), ["train", "test"]);
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
      await runNotebooks({
        digits: DIGITS,
        settings: force,
        folder,
        progress,
        ...(only && { only }),
      });
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
    const { executed, failure } = await runNotebooks({ digits: DIGITS, settings, folder });
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
    const { failure } = await runNotebooks({
      digits: DIGITS,
      settings: settingsFor(folder),
      folder,
    });
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
      healing: () => {},
      done: () => {},
    };
    const { signal } = controller;
    const options = { digits: DIGITS, settings, folder, progress, signal };
    const reason = await makeReport(options).then(() => "not ended", (error) => error);
    assertEquals(reason, "ended");
    const files = await Array.fromAsync(Deno.readDir(settings.outputs), ({ name }) => name);
    assertEquals(files, []);
  });
});

Deno.test("an outputs folder that cannot be is said before anything runs", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "outputs"), "a file");
    await writeCells(folder, "01-a", ["1"]);
    const { progress, heard } = listener();
    const run = (): Promise<unknown> =>
      makeReport({ digits: DIGITS, settings: settingsFor(folder), folder, progress });
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
    await assertRejects(
      () => makeReport({ digits: DIGITS, settings, folder }),
      InputError,
      "report.html",
    );
    await Deno.remove(page, { recursive: true });
    const { progress, heard } = listener();
    await makeReport({ digits: DIGITS, settings, folder, progress });
    assertEquals(heard, ["01-a reused"]);
    assert((await Deno.readTextFile(page)).startsWith("<!doctype html>"));
  });
});

/** As {@linkcode withFolder}, inside the project: there cells find `lib/`. */
async function withFolderInside(use: (folder: string) => Promise<void>): Promise<void> {
  const dir = projectPath("outputs");
  await Deno.mkdir(dir, { recursive: true });
  await withFolder(use, { dir });
}

/** Changes one bit in the middle of a file. */
async function flipBit(path: string): Promise<void> {
  const bytes = await Deno.readFile(path);
  bytes[bytes.length >> 1]! ^= 1;
  await Deno.writeFile(path, bytes);
}

Deno.test("whatever of a run was damaged, lost or replaced is made again, with a line that says so", async (t) => {
  await withFolderInside(async (folder) => {
    const settings = settingsFor(folder);
    const at = (name: string): string => join(settings.outputs, name);
    await writeCells(folder, "01-train", [
      `await Deno.mkdir(${JSON.stringify(at("models/a"))}, { recursive: true });
       await Deno.writeTextFile(${JSON.stringify(at("models/a/weights.bin"))}, "0123456789");`,
    ], { needs: [] });
    await writeCells(folder, "02-judge", [
      `const { recordResults } = await import("lib/report/results.ts");
       const weights = await Deno.readTextFile(${JSON.stringify(at("models/a/weights.bin"))});
       await recordResults({ accuracy: weights.length / 20 });
       await Deno.writeTextFile(${JSON.stringify(at("submission.csv"))}, weights + weights);`,
    ], { needs: ["01-train"] });
    await writeCells(folder, "03-other", ["3"], { needs: [] });
    const run = async (): Promise<string[]> => {
      const { progress, heard } = listener();
      await makeReport({ digits: DIGITS, settings, folder, progress });
      return heard.filter((line) => !/ cells|^cell /.test(line))
        .map((line) => line.replace(settings.outputs, "OUT"));
    };
    const contents = async (): Promise<unknown> => ({
      results: (await readResults(settings.outputs)).accuracy,
      weights: await Deno.readTextFile(at("models/a/weights.bin")),
      submission: await Deno.readTextFile(at("submission.csv")),
    });
    await run();
    const whole = await contents();
    assertEquals(await run(), ["01-train reused", "02-judge reused", "03-other reused"]);

    const weights = at("models/a/weights.bin");
    const faults: [name: string, fault: () => Promise<unknown>, heard: string[]][] = [
      ["a bit of a model", () => flipBit(weights), [
        "01-train: OUT/models/a/weights.bin has changed",
        "01-train ran",
        "02-judge reused",
        "03-other reused",
      ]],
      ["a model is missing", () => Deno.remove(weights), [
        "01-train: OUT/models/a/weights.bin is missing",
        "01-train ran",
        "02-judge reused",
        "03-other reused",
      ]],
      ["a bit of the submission", () => flipBit(at("submission.csv")), [
        "01-train reused",
        "02-judge: OUT/submission.csv has changed",
        "02-judge ran",
        "03-other reused",
      ]],
      ["a bit of the figures", () => flipBit(at("results.json")), [
        "OUT/results.json did not have the executed notebooks' figures",
        "01-train reused",
        "02-judge reused",
        "03-other reused",
      ]],
      ["figures cut short", () => Deno.truncate(at("results.json"), 9), [
        "OUT/results.json did not have the executed notebooks' figures",
        "01-train reused",
        "02-judge reused",
        "03-other reused",
      ]],
      ["a figure in an executed notebook", async () => {
        const path = at("notebooks/02-judge.ipynb");
        const text = await Deno.readTextFile(path);
        await Deno.writeTextFile(path, text.replace('"accuracy": 0.5', '"accuracy": 0.7'));
      }, [
        "02-judge: the executed notebook was changed",
        "OUT/results.json did not have the executed notebooks' figures",
        "01-train reused",
        "02-judge ran",
        "03-other reused",
      ]],
      ["an executed notebook cut short", () => Deno.truncate(at("notebooks/03-other.ipynb"), 99), [
        "03-other: the executed notebook was changed",
        "01-train reused",
        "02-judge reused",
        "03-other ran",
      ]],
      ["another model in its place, and its notebook's", async () => {
        await writeCells(folder, "01-train", [
          `await Deno.writeTextFile(${JSON.stringify(weights)}, "another!!!");`,
        ], { needs: [] });
      }, ["01-train ran", "02-judge ran", "03-other reused"]],
    ];
    for (const [name, fault, heard] of faults) {
      await fault();
      const found = await run();
      await t.step(name, () => assertEquals(found, heard));
      if (!name.startsWith("another")) assertEquals(await contents(), whole);
      assertEquals((await run()).filter((line) => !line.endsWith(" reused")), []);
    }
  });
});

Deno.test("a notebook runs again where a file that it read has changed, whoever wrote it", async () => {
  await withFolder(async (folder) => {
    const settings = settingsFor(folder);
    const model = join(settings.outputs, "models", "mine.bin");
    await Deno.mkdir(join(settings.outputs, "models"), { recursive: true });
    await Deno.writeTextFile(model, "1");
    await writeCells(folder, "01-a", [`await Deno.readTextFile(${JSON.stringify(model)})`]);
    assertEquals(await outcome({ settings, folder }), ["01-a ran"]);
    await Deno.writeTextFile(join(settings.outputs, "models", "other.bin"), "1");
    assertEquals(await outcome({ settings, folder }), ["01-a reused"]);
    await Deno.writeTextFile(model, "2");
    assertEquals(await outcome({ settings, folder }), ["01-a ran"]);
  });
});

Deno.test("code that was edited while a notebook ran is not taken for what it ran", async () => {
  await withFolder(async (folder) => {
    const settings = settingsFor(folder);
    const module = join(folder, "part.ts");
    await Deno.writeTextFile(module, "export const x = 1;");
    const url = `"${relative(projectPath("notebooks"), module)}"`;
    await writeCells(folder, "01-a", [
      `// import ${url}
       await Deno.writeTextFile(${JSON.stringify(module)}, "export const x = " + Math.random());`,
    ]);
    assertEquals(await outcome({ settings, folder }), ["01-a ran"]);
    assertEquals(await outcome({ settings, folder }), ["01-a ran"]);
  });
});

Deno.test("one run at a time writes to a folder; the other is told who does", async () => {
  await withFolder(async (folder) => {
    const settings = settingsFor(folder);
    await writeCells(folder, "01-a", ["await new Promise((done) => setTimeout(done, 3000))"]);
    const options = { digits: DIGITS, settings, folder };
    const started = Promise.withResolvers<void>();
    const progress = { ...listener().progress, notebook: () => started.resolve() };
    const first = makeReport({ ...options, progress });
    await started.promise;
    const { message } = await assertRejects(() => makeReport(options), InputError);
    assertEquals(
      message,
      `${settings.outputs} is being written by deno task report, process ${Deno.pid}; wait until ` +
        "it is done, or choose another folder (--out, DIGIT_RECOGNIZER_OUTPUTS).",
    );
    let isRecorded = false;
    const recording = recordResults({ a: 1 }, settings.outputs).then(() => isRecorded = true);
    assertEquals((await first).failure, undefined);
    assertEquals(isRecorded, false);
    await recording;
    assertEquals((await readResults(settings.outputs)).a, 1);
  });
});

Deno.test("digits that change during a run are refused", async () => {
  await withFolderInside(async (folder) => {
    const settings = settingsFor(folder);
    const cache = join(folder, "cache");
    const write = (n: number): Promise<void> =>
      Deno.writeTextFile(join(folder, "train.csv"), csvOf(sampleDigits(n)));
    await write(3);
    const digits = await pinDigits(["train"], { data: folder, cache });
    await writeCells(folder, "01-a", [
      `const { loadDigits } = await import("lib/dataset/mod.ts");
       const { labels } = await loadDigits({ cache: ${JSON.stringify(cache)} });
       if (labels.length !== 3) throw new Error("other digits");`,
    ]);
    assertEquals(await outcome({ digits, settings, folder }), ["01-a ran"]);
    await write(4);
    const force = { ...settings, force: true };
    const { failure } = await runNotebooks({ digits, settings: force, folder });
    assert(failure?.error.evalue.includes("not those that this run began with"));
    // Files that take precedence over those that were chosen change nothing.
    await write(3);
    await Deno.mkdir(join(folder, "named"));
    await Deno.rename(join(folder, "train.csv"), join(folder, "named", "train.csv.gz"));
    const named = await pinDigits(["train"], { data: join(folder, "named"), cache });
    await Deno.writeTextFile(join(folder, "named", "train.csv"), "label,pixel0\n");
    assertEquals(await outcome({ digits: named, settings: force, folder }), ["01-a ran"]);
  });
});
