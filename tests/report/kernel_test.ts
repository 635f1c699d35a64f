import { assert, assertEquals, assertRejects } from "lib/assert.ts";
import { projectPath } from "lib/project.ts";
import {
  type Displays,
  failingLine,
  Kernel,
  KernelError,
  type Output,
  OutputCollector,
} from "lib/report/kernel/mod.ts";

const cwd = projectPath("tests");

async function outputsOf(kernel: Kernel, code: string, displays?: Displays): Promise<Output[]> {
  const collector = new OutputCollector(displays);
  await kernel.execute(code, collector);
  return collector.outputs;
}

async function errorOf(kernel: Kernel, code: string): Promise<Extract<Output, { ename: string }>> {
  const collector = new OutputCollector();
  await kernel.execute(code, collector);
  assert(collector.error, "The cell was to fail.");
  return collector.error;
}

/** True while a process with this id exists and is not a zombie (Linux and macOS). */
async function isAlive(pid: number): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", `${pid}`] })
    .output();
  const state = new TextDecoder().decode(stdout).trim();
  return state !== "" && !state.startsWith("Z");
}

Deno.test("outputs come whole and in their own cell, cell after cell and in bursts", async () => {
  await using kernel = await Kernel.start({ cwd });
  for (let cell = 0; cell < 30; cell++) {
    const outputs = await outputsOf(
      kernel,
      `for (let i = 0; i < 50; i++) {
         console.log("cell ${cell} line", i);
         await Deno.jupyter.display({ "text/plain": "${cell}: " + i }, { raw: true });
       }
       ${cell} * 2`,
    );
    // The kernel sends text and displays along different ways; within each the order holds.
    const text = outputs.filter((output) => output.output_type === "stream");
    assertEquals(
      text.map((output) => output.text).join(""),
      Array.from({ length: 50 }, (_, i) => `cell ${cell} line ${i}\n`).join(""),
    );
    const shown = outputs.filter((output) => output.output_type === "display_data");
    assertEquals(
      shown.map((output) => output.data["text/plain"]),
      Array.from({ length: 50 }, (_, i) => `${cell}: ${i}`),
    );
    assertEquals(
      outputs.filter((output) => output.output_type === "execute_result"),
      [{
        output_type: "execute_result",
        execution_count: cell + 1,
        data: { "text/plain": `${cell * 2}` },
        metadata: {},
      }],
    );
  }
});

Deno.test("an update replaces a display, also one of an earlier cell", async () => {
  await using kernel = await Kernel.start({ cwd });
  const displays: Displays = new Map();
  const first = await outputsOf(
    kernel,
    `await Deno.jupyter.display({ "text/plain": "old" }, { raw: true, display_id: "bar" })`,
    displays,
  );
  const live: string[] = [];
  const second = new OutputCollector(displays, (text) => live.push(text));
  await kernel.execute(
    `await Deno.jupyter.display({ "text/plain": "new\\nmore" }, { raw: true, display_id: "bar", update: true })`,
    second,
  );
  assertEquals(first, [
    { output_type: "display_data", data: { "text/plain": "new\nmore" }, metadata: {} },
  ]);
  assertEquals(second.outputs, []);
  assertEquals(live, ["new"]);
});

Deno.test("an error names the line of the cell as it was written", async () => {
  await using kernel = await Kernel.start({ cwd });
  const code = `interface Gone {
  x: number;
}

function divide(a: number): number {
  throw new RangeError("a is " + a);
}

divide(
  3,
);`;
  const error = await errorOf(kernel, code);
  assertEquals([error.ename, error.evalue], ["RangeError", "a is 3"]);
  assertEquals(await failingLine(code, error.traceback), 9);
  // The session goes on after an error.
  assertEquals((await outputsOf(kernel, `console.log("still here")`)).length, 1);
});

Deno.test("a cell that is not TypeScript gets the parser's message and line", async () => {
  await using kernel = await Kernel.start({ cwd });
  const code = "const fine = 1;\nconst broken = ;";
  const error = await errorOf(kernel, code);
  assertEquals(error.ename, "SyntaxError");
  assertEquals(error.evalue, "Expression expected");
  assertEquals(await failingLine(code, error.traceback), 2);
});

Deno.test("a package that is not there gets a message that names it", async () => {
  await using kernel = await Kernel.start({ cwd });
  const error = await errorOf(kernel, `import x from "npm:@observablehq/plot@999.0.0";`);
  assert(error.evalue.includes("plot"), error.evalue);
});

Deno.test("an unhandled rejection is an error", async () => {
  await using kernel = await Kernel.start({ cwd });
  const error = await errorOf(
    kernel,
    `Promise.reject(new TypeError("forgotten"));
     await new Promise((resolve) => setTimeout(resolve, 10));`,
  );
  assertEquals([error.ename, error.evalue], ["TypeError", "forgotten"]);
});

async function lossOf(code: string, env = {}, silenceLimit = 20_000): Promise<KernelError> {
  await using kernel = await Kernel.start({ cwd, env });
  const pid = await kernel.evaluate("Deno.pid") as number;
  const collector = new OutputCollector();
  const error = await assertRejects(
    () => kernel.execute(`console.log("before");\n${code}`, collector, silenceLimit),
    KernelError,
  );
  assertEquals(collector.outputs, [
    { output_type: "stream", name: "stdout", text: "before\n" },
  ]);
  if (Deno.build.os !== "windows") assert(!await isAlive(pid));
  return error;
}

const pause = `await new Promise((resolve) => setTimeout(resolve, 50));`;

Deno.test("a kernel that exits is told apart, with its code", async () => {
  const error = await lossOf(`${pause} Deno.exit(3);`);
  assertEquals(error.loss, "exited");
  assert(error.message.includes("code 3"), error.message);
});

Deno.test({
  name: "a kernel that is killed is told apart",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    assertEquals((await lossOf(`${pause} Deno.kill(Deno.pid, "SIGKILL");`)).loss, "killed");
  },
});

Deno.test("a kernel that runs out of memory is told apart", async () => {
  const error = await lossOf(
    `${pause} const all: unknown[] = []; while (true) all.push(new Array(1e4).fill(all.length));`,
    { DENO_V8_FLAGS: "--max-old-space-size=200" },
  );
  assertEquals(error.loss, "out of memory");
});

Deno.test("a cell that hangs costs its kernel, while computing and while waiting", async () => {
  for (const code of [`${pause} while (true);`, "await new Promise(() => {});"]) {
    assertEquals((await lossOf(code, {}, 2_000)).loss, "hung");
  }
});

Deno.test({
  name: "a kernel ends with a client that was killed, also while a cell computes",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const client = new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `import { Kernel, OutputCollector } from "lib/report/kernel/mod.ts";
         const kernel = await Kernel.start({ cwd: "." });
         console.log(await kernel.evaluate("Deno.pid"));
         await kernel.execute("while (true);", new OutputCollector());`,
      ],
      cwd: projectPath(),
      stdout: "piped",
    }).spawn();
    const { value } = await client.stdout.getReader().read();
    const kernelPid = Number(new TextDecoder().decode(value));
    assert(await isAlive(kernelPid));
    client.kill("SIGKILL");
    await client.status;
    for (let attempt = 0; attempt < 100 && await isAlive(kernelPid); attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert(!await isAlive(kernelPid), "The kernel outlived its client.");
  },
});

/** Arguments of the running processes that name a folder. */
async function processesOf(folder: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "args"] }).output();
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line.includes(folder));
}

Deno.test({
  name: "a client that is killed while its kernel starts leaves neither kernel nor key",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    for (const delay of [0, 30, 60, 90, 120, 180, 240, 300]) {
      const folder = await Deno.makeTempDir();
      const client = new Deno.Command(Deno.execPath(), {
        args: [
          "eval",
          `import { Kernel } from "lib/report/kernel/mod.ts";
           console.log("starting");
           await Kernel.start({ cwd: "." });
           setInterval(() => {}, 1000);`,
        ],
        cwd: projectPath(),
        // The kernel's arguments name its connection file, which goes to TMPDIR.
        env: { TMPDIR: folder },
        stdout: "piped",
      }).spawn();
      await client.stdout.getReader().read();
      await new Promise((resolve) => setTimeout(resolve, delay));
      client.kill("SIGKILL");
      await client.status;
      const leftovers = async (): Promise<string[]> => [
        ...await processesOf(folder),
        ...await Array.fromAsync(Deno.readDir(folder), ({ name }) => name),
      ];
      // A supervisor that had not started yet takes a moment to find out.
      for (let attempt = 0; attempt < 100; attempt++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        if (attempt > 10 && (await leftovers()).length === 0) break;
      }
      assertEquals(await leftovers(), [], `killed after ${delay} ms`);
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("a signal ends a kernel that is starting", async () => {
  const signal = AbortSignal.timeout(30);
  const reason = await Kernel.start({ cwd, signal }).then(() => "started", (error) => error);
  assertEquals(reason, signal.reason);
});

Deno.test("an expression's value comes from the kernel, or its error", async () => {
  await using kernel = await Kernel.start({ cwd });
  await outputsOf(kernel, "const squares = [1, 4, 9];");
  assertEquals(await kernel.evaluate("squares"), [1, 4, 9]);
  await assertRejects(() => kernel.evaluate("circles"), Error, "circles is not defined");
});
