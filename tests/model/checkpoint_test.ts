import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { assert, assertEquals, assertRejects } from "lib/assert.ts";
import { InputError } from "lib/errors.ts";
import { train, useBackend } from "lib/model/mod.ts";
import { projectPath } from "lib/project.ts";
import { rowExamples, smallModel, weightsOf } from "./_examples.ts";

/** How often the training is killed: `KILLS=10 deno task test tests/model/checkpoint_test.ts`. */
const KILLS = Number(Deno.env.get("KILLS") ?? 2);

function start(outputs: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--quiet",
      `--config=${projectPath("deno.json")}`,
      "--allow-all",
      projectPath("tests", "model", "interrupted_training.ts"),
      outputs,
    ],
    stdout: "piped",
  }).spawn();
}

interface Outcome {
  readonly digest: string;
  readonly notes: readonly string[];
}

/** What a training prints when it is done, or `undefined` if it was killed. */
async function outcomeOf(process: Deno.ChildProcess): Promise<Outcome | undefined> {
  const { code, signal, stdout } = await process.output();
  if (signal === "SIGKILL") return undefined;
  assertEquals(code, 0);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Kills a training at a moment, unless it ends before. */
async function killAt(moment: Promise<void>, process: Deno.ChildProcess): Promise<void> {
  await Promise.race([moment, process.status]);
  try {
    process.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

const checkpointOf = (outputs: string): string =>
  join(outputs, "models", "interrupted", "checkpoint.bin");

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Waits for a file, half a minute at most. */
async function appearance(path: string): Promise<void> {
  for (let i = 0; i < 1_500 && !await isThere(path); i++) await delay(20);
}

Deno.test(`a training that is killed ${KILLS} times ends as one that is not, bit by bit`, async () => {
  const folder = await Deno.makeTempDir();
  try {
    const whole = await outcomeOf(start(join(folder, "whole")));
    assertEquals(whole?.notes, []);
    assert(!await isThere(checkpointOf(join(folder, "whole"))), "removed at the end");

    const outputs = join(folder, "killed");
    // A kill may come when the training has just ended and its checkpoint is gone.
    let goesOn = false;
    const startAgain = async (): Promise<Deno.ChildProcess> => {
      goesOn = await isThere(checkpointOf(outputs));
      return start(outputs);
    };
    let outcome: Outcome | undefined;
    for (let kill = 0; kill < KILLS && !outcome; kill++) {
      const process = await startAgain();
      // The first one is killed when there is something to go on from, the others in any epoch.
      const moment = kill === 0 ? appearance(checkpointOf(outputs)) : delay(5_000 * Math.random());
      await killAt(moment, process);
      outcome = await outcomeOf(process);
    }
    outcome ??= await outcomeOf(await startAgain());
    assertEquals(outcome?.digest, whole?.digest);
    assertEquals(/went on after its epoch \d/.test(outcome!.notes.join()), goesOn);
    assert(!await isThere(checkpointOf(outputs)), "removed at the end");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const data = { train: rowExamples(120, 1), validation: rowExamples(30, 2) };
const plan = { name: "interrupted", epochs: 3, batchSize: 20, seed: 1 };

/** Ends a training of the plan after two epochs; gives the checkpoint's path. */
async function interrupt(outputs: string): Promise<string> {
  const onProgress = ({ epoch, batch }: { epoch: number; batch: number }): void => {
    if (epoch === 3 || (epoch === 2 && batch === 6)) throw new Error("interrupted");
  };
  await train(await smallModel(), data, { ...plan, onProgress }, { outputs, force: false })
    .catch(() => {});
  const path = checkpointOf(outputs);
  assert(await isThere(path));
  return path;
}

Deno.test("a checkpoint is of one training, whole, and in nobody's way", async (t) => {
  await useBackend({ backend: "simd", threads: 2 });
  const outputs = await Deno.makeTempDir();
  const settings = { outputs, force: false };
  try {
    await t.step("another training does not go on from it", async () => {
      await interrupt(outputs);
      const other = await train(await smallModel(), data, { ...plan, seed: 2 }, settings);
      assertEquals([other.notes, other.history.length], [[], 3]);
    });
    await t.step("the same one does, also when told to train again", async () => {
      await interrupt(outputs);
      const { notes } = await train(await smallModel(), data, plan, { outputs, force: true });
      assert(notes[0]!.includes("went on after its epoch 2"), notes[0]!);
    });
    await t.step("where a byte changed it is not used", async () => {
      const path = await interrupt(outputs + "/again");
      const bytes = await Deno.readFile(path);
      const whole = await train(await smallModel(), data, plan, { outputs, force: true });
      for (const at of [3, bytes.length - 5]) {
        await Deno.writeFile(path, bytes.with(at, bytes[at]! ^ 1));
        const { notes, history } = await train(await smallModel(), data, plan, {
          outputs: outputs + "/again",
          force: true,
        });
        assert(notes[0]!.includes("is damaged") && notes.length === 1, notes.join());
        assertEquals(history, whole.history);
      }
    });
    await t.step("a full disk: training goes on, and one line says so", async () => {
      await withFullDisk(/checkpoint/, async () => {
        const { notes, history } = await train(await smallModel(), data, plan, {
          outputs,
          force: true,
        });
        assertEquals(history.length, 3);
        assert(notes.length === 1 && notes[0]!.includes("No space left"), notes.join("\n"));
      });
    });
    await t.step("a disk that is full at the end: one line, and the model is trained", async () => {
      const model = await smallModel();
      const before = weightsOf(model);
      await withFullDisk(/./, async () => {
        await assertRejects(
          () => train(model, data, plan, { outputs, force: true }),
          InputError,
          "The model is trained, but",
        );
      });
      assert(weightsOf(model)[0] !== before[0]);
    });
  } finally {
    await Deno.remove(outputs, { recursive: true });
  }
});

/** Lets no file of such a name be written. */
async function withFullDisk(name: RegExp, fn: () => Promise<void>): Promise<void> {
  const { rename } = Deno;
  Deno.rename = async (from, to): Promise<void> => {
    if (!name.test(String(to))) return await rename(from, to);
    throw Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
  };
  try {
    await fn();
  } finally {
    Deno.rename = rename;
  }
}
