import { join } from "node:path";
import { assert, assertEquals } from "lib/assert.ts";
import { lockHolder, tryLock, waitForLock } from "lib/lock.ts";
import { projectPath } from "lib/project.ts";
import { withFolder } from "./folder.ts";

Deno.test("a lock has one holder, who is named, and goes with its file", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "deep", ".lock");
    {
      using lock = await tryLock(path, "the first");
      assert(lock);
      assertEquals(await tryLock(path, "the second"), undefined);
      assertEquals(await lockHolder(path), `the first, process ${Deno.pid}`);
    }
    assertEquals(await Array.fromAsync(Deno.readDir(join(folder, "deep"))), []);
    using lock = await tryLock(path, "the second");
    assert(lock);
  });
});

Deno.test("a lock is free when its holder was killed", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, ".lock");
    const holder = new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `import { tryLock } from "lib/lock.ts";
         await tryLock(${JSON.stringify(path)}, "a victim");
         console.log("locked");
         setInterval(() => {}, 1000);`,
      ],
      cwd: projectPath(),
      stdout: "piped",
    }).spawn();
    await holder.stdout.getReader().read();
    assertEquals(await tryLock(path, "me"), undefined);
    assertEquals(await lockHolder(path), `a victim, process ${holder.pid}`);
    holder.kill("SIGKILL");
    await holder.status;
    using lock = await tryLock(path, "me");
    assert(lock);
  });
});

Deno.test("those who wait for a lock have it one after the other", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, ".lock");
    let holders = 0;
    let most = 0;
    const waits: string[] = [];
    await Promise.all(Array.from({ length: 4 }, async (_, i) => {
      using _lock = await waitForLock(path, `holder ${i}`, (who) => waits.push(who));
      most = Math.max(most, ++holders);
      await new Promise((done) => setTimeout(done, 20));
      holders--;
    }));
    assertEquals([most, waits.length], [1, 3]);
  });
});
