import * as tf from "@tensorflow/tfjs";
import { projectPath } from "lib/project.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "lib/assert.ts";
import { registerSimdBackend } from "lib/backend/mod.ts";
import { UNARY } from "lib/backend/kernels/unary.ts";
import { Arena } from "lib/backend/memory.ts";
import { Kernel, type KernelId, serve, ThreadPool } from "lib/backend/pool.ts";
import { moduleBytes, registerAs } from "lib/backend/register.ts";

Deno.test("registerSimdBackend: a process with permission to read alone trains and ends by itself", async () => {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-lock",
      `--config=${projectPath("deno.json")}`,
      "--allow-read",
      projectPath("tests", "backend", "process_main.ts"),
    ],
  }).output();
  const text = new TextDecoder();
  assertEquals(text.decode(stderr).replace(/^.*Download.*\n/gm, ""), "");
  assertEquals(text.decode(stdout), "simd 2,2 3,3,3,3\n");
  assertEquals(success, true);
});

Deno.test("registerSimdBackend: a number of threads that cannot be is refused", async () => {
  await assertRejects(() => registerSimdBackend({ threads: 0 }), RangeError, "threads is 0");
  await assertRejects(() => registerSimdBackend({ threads: 1.5 }), RangeError, "threads is 1.5");
});

Deno.test("registerSimdBackend: without SIMD it says so and computes as cpu does", async () => {
  const script = `
    import * as tf from "@tensorflow/tfjs";
    import { registerSimdBackend } from "lib/backend/mod.ts";
    WebAssembly.validate = () => false;
    await registerSimdBackend();
    console.log(await tf.setBackend("simd"), tf.matMul([[1, 2]], [[3], [4]]).dataSync().join());`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", script],
    cwd: projectPath(),
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  assert(text(stderr).includes("WebAssembly has no SIMD here"), text(stderr));
  assert(text(stdout).endsWith("true 11\n"), text(stdout));
});

Deno.test("backend: TensorFlow.js may dispose it and ask for another", async () => {
  const module = await WebAssembly.compile(await moduleBytes("simd.wasm"));
  const first = await registerAs("reset", module, 2);
  await tf.setBackend("reset");
  assertEquals(tf.backend() === first, true);
  tf.engine().reset();
  await tf.setBackend("reset");
  assertEquals(tf.backend() === first, false);
  const sum = tf.ones([64, 64]).matMul(tf.ones([64, 64])).sum();
  assertEquals(sum.dataSync(), new Float32Array([64 ** 3]));
});

Deno.test("ThreadPool: a worker that crashes becomes a clear error", async () => {
  const module = await WebAssembly.compile(await moduleBytes("simd.wasm"));
  const { memory } = new Arena();
  const pool = await ThreadPool.start({ module, memory }, 2);
  pool.run(99 as KernelId, 100, []);
  const message = "A kernel of the simd backend failed: ";
  assertThrows(() => pool.sync(), Error, message);
  assertThrows(() => pool.run(Kernel.unary, 1, []), Error, message);
  assertThrows(() => pool.sync(), Error, message);
});

Deno.test("ThreadPool: more jobs than there are places for are done in their order", async () => {
  const module = await WebAssembly.compile(await moduleBytes("simd.wasm"));
  const n = 1000;
  /** x = log |x|, a thousand times: a chaotic map, which shows any job out of its turn. */
  const iterate = async (threads: number): Promise<Float32Array> => {
    const arena = new Arena();
    const pool = await ThreadPool.start({ module, memory: arena.memory }, threads);
    const at = arena.allocate(n * 4)!;
    const values = new Float32Array(arena.buffer, at, n);
    for (let i = 0; i < n; i++) values[i] = i + 0.5;
    for (let round = 0; round < 1000; round++) {
      pool.run(Kernel.unary, 10, [at, at, UNARY.Abs, n, n / 10, 0, 0]);
      pool.run(Kernel.unary, 1, [at, at, UNARY.Log, n, n, 0, 0]);
    }
    pool.sync();
    pool.stop();
    return values.slice();
  };
  const expected = await iterate(1);
  assert(expected.every(Number.isFinite) && new Set(expected).size > n / 2);
  assertEquals(await iterate(2), expected);
  assertEquals(await iterate(5), expected);
});

Deno.test("ThreadPool: a worker that cannot start leaves its error in shared memory", async () => {
  const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
  const module = await WebAssembly.compile(bytes);
  const { memory } = new Arena();
  let isReady = false;
  serve({ module, memory, index: 1 }, () => isReady = true);
  assertEquals(isReady, true);
  assertEquals(new Int32Array(memory.buffer)[320 >> 2], 1);
});
