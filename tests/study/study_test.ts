import { assert, assertEquals, assertRejects } from "lib/assert.ts";
import { InputError } from "lib/errors.ts";
import { projectPath } from "lib/project.ts";
import { findStudy, summarizeStudy } from "lib/study/mod.ts";
import { sleep, StudyFolder } from "./_folder.ts";

Deno.test("a study runs each trial once, and only the missing ones again", async () => {
  await using study = await StudyFolder.make();
  const first = await study.run();
  assertEquals(first.code, 0, first.messages);
  assert(first.messages.includes("6 trials, 0 of them done before; 2 at a time."), first.messages);
  const results = await study.results();
  assertEquals(results.map(({ seed }) => seed), [1, 2, 3, 4, 5, 6]);
  assertEquals(
    results.map(({ figures }) => figures),
    [1, 4, 9, 16, 25, 36].map((square) => ({ square })),
  );

  await Deno.remove(results[2]!.path);
  const { name, study: definition } = await findStudy(projectPath("tests", "study", "_study.ts"));
  const options = { folder: study.folder, backend: "simd" };
  const partial = await summarizeStudy(name, definition, options);
  assertEquals([partial.trials.length, partial.missing], [5, 1]);
  const second = await study.run();
  assert(
    second.messages.includes("6 trials, 5 of them done before; 1 at a time."),
    second.messages,
  );
  assertEquals((await study.begun()).slice(6).map(({ seed }) => seed), [3]);

  const summary = await summarizeStudy(name, definition, options);
  assertEquals(summary.missing, 0);
  assertEquals(summary.trials.map(({ seed }) => seed), [1, 2, 3, 4, 5, 6]);
  assertEquals(summary.trials[2]!.figures, { square: 9 });
  assertEquals(
    summary.machines.length,
    1 + 1,
    "on one thread, and on two where one trial was left",
  );
});

Deno.test("a study that is killed leaves no worker, and goes on where it was", async () => {
  await using study = await StudyFolder.make();
  const process = study.command("_study.ts", [], { DIGIT_RECOGNIZER_TEST_WAIT: "1500" }).spawn();
  const messages = new Response(process.stderr).text();
  const output = new Response(process.stdout).text();
  while ((await study.results()).length < 2) await sleep(20);
  while ((await study.begun()).length < 4) await sleep(20);
  process.kill("SIGKILL");
  await Promise.all([process.status, messages, output]);
  const workers = new Set((await study.begun()).map(({ pid }) => pid));
  for (const pid of workers) while (isAlive(pid)) await sleep(20);

  const before = (await study.results()).map(({ path }) => path);
  const { code, messages: later } = await study.run("_study.ts", [], {
    DIGIT_RECOGNIZER_TEST_WAIT: "1500",
  });
  assertEquals(code, 0, later);
  assert(later.includes(`6 trials, ${before.length} of them done before`), later);
  assertEquals((await study.results()).map(({ seed }) => seed), [1, 2, 3, 4, 5, 6]);
  assertEquals((await study.begun()).length, 4 + 6 - before.length, "two were begun twice");
});

Deno.test("a trial that fails is named, and stops no other", async () => {
  await using study = await StudyFolder.make();
  const { code, messages } = await study.run("_failing_study.ts");
  assertEquals(code, 1);
  assert(messages.includes("error: waiting, seed 2 failed: it was told to.\n"), messages);
  assertEquals((await study.results()).map(({ seed }) => seed), [1, 3]);
});

Deno.test("tasks of a job array do a share each", async () => {
  await using study = await StudyFolder.make();
  const task = (index: number): Promise<{ code: number; messages: string }> =>
    study.run("_study.ts", [], { JOB_COMPLETION_INDEX: `${index}`, JOB_COMPLETIONS: "2" });
  const outcomes = await Promise.all([task(0), task(1)]);
  for (const { code, messages } of outcomes) {
    assertEquals(code, 0, messages);
    assert(messages.includes("3 trials, 0 of them done before"), messages);
  }
  assertEquals((await study.begun()).length, 6);
  assertEquals((await study.results()).length, 6);
});

Deno.test("a training gives the same figures in another process, bit for bit", async () => {
  const figures = await Promise.all(["1", "2"].map(async (threads) => {
    await using study = await StudyFolder.make();
    const { code, messages } = await study.run("_small_study.ts", [`--threads=${threads}`]);
    assertEquals(code, 0, messages);
    const [result] = await study.results();
    return result!.figures;
  }));
  assertEquals(figures[0], figures[1]);
});

Deno.test("a study that was never run has no summary", async () => {
  await using study = await StudyFolder.make();
  const { code, messages } = await study.run("_study.ts", ["--summary"]);
  assertEquals(code, 1);
  assert(
    messages.includes("has no trial of this study by this code and with these digits"),
    messages,
  );
});

Deno.test("an unknown study, and a module that is none, are refused", async () => {
  await assertRejects(
    () => findStudy("nonsense"),
    InputError,
    '"nonsense" is no study; there are ',
  );
  await assertRejects(() => findStudy("nowhere.ts"), InputError, "no such file");
  const path = projectPath("tests", "study", "_trainer.ts");
  await assertRejects(() => findStudy(path), InputError, "its default export is no study");
});

function isAlive(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}
