import { join } from "node:path";
import { assert, assertEquals } from "lib/assert.ts";
import { parseSubmission } from "lib/experiment/mod.ts";
import { projectPath } from "lib/project.ts";
import { csvOf, sampleDigits } from "../dataset/samples.ts";
import { withFolder } from "../folder.ts";
import { taskArgs } from "./task.ts";

Deno.test("train --submission writes what to hand in, and needs the test digits at once", () =>
  withFolder(async (folder) => {
    const train = async (): Promise<{ code: number; output: string }> => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          ...taskArgs("train", { write: folder }),
          ...["--data", folder, "--epochs", "1", "--threads", "1"],
          ...["--submission", join(folder, "submission.csv"), "--test-size", "0.1"],
        ],
        cwd: projectPath(),
        env: { DIGIT_RECOGNIZER_OUTPUTS: folder },
      }).output();
      const text = new TextDecoder();
      return { code, output: text.decode(stdout) + text.decode(stderr) };
    };
    await Deno.writeTextFile(join(folder, "train.csv"), csvOf(sampleDigits(100)));
    const without = await train();
    assertEquals(without.code, 1, without.output);
    assert(/test\.csv/.test(without.output) && !/epoch/.test(without.output), without.output);

    const { images } = sampleDigits(7);
    await Deno.writeTextFile(join(folder, "test.csv"), csvOf({ images }));
    const { code, output } = await train();
    assertEquals(code, 0, output);
    const file = join(folder, "submission.csv");
    assertEquals(parseSubmission(await Deno.readTextFile(file), file).length, 7);
    assert(output.includes("submission.csv: 7 test digits."), output);
    assert(output.includes("90 images to train with, 10 to validate with."), output);
    // Beside the model that was trained with the report's split.
    assert((await Deno.stat(join(folder, "models", "report-test-size-0.1-seed-1"))).isDirectory);
  }));
