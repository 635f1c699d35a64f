import { join } from "node:path";
import { assert, assertEquals } from "lib/assert.ts";
import { projectPath } from "lib/project.ts";
import { sleep, StudyFolder } from "./_folder.ts";

/** Why this machine can't run a Slurm cluster of its own, if it can't. */
async function obstacle(): Promise<string | undefined> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "needs root on Linux";
  for (const program of ["slurmctld", "slurmd", "sbatch", "munged", "runuser"]) {
    const found = await new Deno.Command("sh", { args: ["-c", `command -v ${program}`] }).output();
    if (!found.success) {
      return `no ${program}: apt-get install slurmctld slurmd slurm-client munge`;
    }
  }
  return undefined;
}

const reason = await obstacle();

Deno.test({
  name: "a Slurm array that loses a node is queued again and goes on" +
    (reason === undefined ? "" : ` (skipped: ${reason})`),
  ignore: reason !== undefined,
  fn: async () => {
    await using study = await StudyFolder.make();
    const cluster = await Deno.makeTempDir();
    const environment = {
      ...study.environment,
      DIGIT_RECOGNIZER_TEST_WAIT: "2500",
      SLURM_CONF: join(cluster, "slurm.conf"),
      DENO: Deno.execPath(),
    };
    const call = async (command: string, ...args: string[]): Promise<string> => {
      const { success, stdout, stderr } = await new Deno.Command(command, {
        args,
        cwd: projectPath(),
        env: environment,
      }).output();
      const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
      assert(success, `${command}: ${decode(stderr)}${decode(stdout)}`);
      return decode(stdout).trim();
    };
    const script = projectPath("tests", "study", "slurm_cluster.sh");
    const submit = (): Promise<string> =>
      call(
        "sbatch",
        "--parsable",
        "--array=0-1",
        `--output=${cluster}/task-%A-%a.log`,
        "lib/study/slurm.sh",
        "tests/study/_study.ts",
        `--out=${study.folder}`,
      );
    try {
      await call(script, "start", cluster);
      const first = await submit();
      while ((await study.results()).length < 2) {
        assert(await call("squeue", "--noheader") !== "", "the array ended without results");
        await sleep(50);
      }
      await call(script, "kill_node_2", cluster);
      const results = await study.results();
      await call("scontrol", "update", "nodename=n2", "state=down", "reason=killed");
      await call("scancel", first);
      while (await call("squeue", "--noheader") !== "") await sleep(100);
      assert((await study.results()).length < 6, "the node was lost too late");

      await submit();
      while (await call("squeue", "--noheader") !== "") await sleep(100);
      assertEquals((await study.results()).map(({ seed }) => seed), [1, 2, 3, 4, 5, 6]);
      const begun = (await study.begun()).map(({ seed }) => seed);
      for (const { seed } of results) {
        assertEquals(begun.filter((other) => other === seed).length, 1, `seed ${seed} ran again`);
      }
    } finally {
      await call(script, "stop", cluster);
      await Deno.remove(cluster, { recursive: true });
    }
  },
});
