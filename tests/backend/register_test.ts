import * as tf from "@tensorflow/tfjs";
import { projectPath } from "lib/project.ts";
import { assert, assertEquals, assertThrows } from "lib/assert.ts";
import { setThreadsCount, setWasmPaths } from "lib/backend/mod.ts";
import { SimdBackend } from "lib/backend/backend.ts";
import * as x from "lib/backend/fusion/expression.ts";
import { launchMap } from "lib/backend/fusion/launch.ts";
import { Arena } from "lib/backend/memory.ts";
import { Kernel, serve, ThreadPool } from "lib/backend/thread_pool.ts";
import { moduleBytes, registerAs } from "lib/backend/register.ts";

/** What a program prints, as standard output and as warnings; it may read alone. */
async function runProgram(script: string): Promise<{ stdout: string; stderr: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", "--quiet", "--allow-read", "-"],
    cwd: projectPath(),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(script));
  await input.close();
  const { stdout, stderr } = await child.output();
  const text = new TextDecoder();
  return { stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

const HEAD = `
  import * as tf from "@tensorflow/tfjs";
  import { getThreadsCount, setThreadsCount, setWasmPaths } from "lib/backend/mod.ts";`;
const MULTIPLY =
  `console.log(tf.matMul([[1, 2]], [[3], [4]]).dataSync().join(), getThreadsCount());`;

Deno.test("backend: a process with permission to read alone computes and ends by itself", async () => {
  const { stdout, stderr } = await runProgram(`${HEAD}
    setThreadsCount(2);
    console.log(await tf.setBackend("simd"));
    ${MULTIPLY}`);
  assertEquals(stderr, "");
  assertEquals(stdout, "true\n11 2\n");
});

Deno.test("setThreadsCount: a number of threads that cannot be is refused", () => {
  assertThrows(() => setThreadsCount(0), RangeError, "threads is 0");
  assertThrows(() => setThreadsCount(1.5), RangeError, "threads is 1.5");
});

Deno.test("backend: without SIMD it says so and computes as cpu does", async () => {
  const { stdout, stderr } = await runProgram(`${HEAD}
    WebAssembly.validate = () => false;
    await tf.setBackend("simd");
    ${MULTIPLY}`);
  assert(stderr.includes("WebAssembly has no SIMD here"), stderr);
  assert(stdout.endsWith("11 1\n"), stdout);
});

Deno.test("backend: where workers can't start it says why and computes on one thread", async () => {
  const { stdout, stderr } = await runProgram(`${HEAD}
    import threads from "node:worker_threads";
    threads.Worker = class { constructor() { throw new Error("no workers today"); } };
    setThreadsCount(3);
    await tf.setBackend("simd");
    ${MULTIPLY}`);
  assert(stderr.includes("one thread, because its workers can't start: Error: no workers today"));
  assertEquals(stdout, "11 1\n");
});

Deno.test("backend: a page that is not isolated has one thread, with a warning if more were asked for", async () => {
  const page = `${HEAD} globalThis.crossOriginIsolated = false;`;
  const quiet = await runProgram(`${page} await tf.setBackend("simd"); ${MULTIPLY}`);
  assertEquals(quiet, { stdout: "11 1\n", stderr: "" });
  const { stdout, stderr } = await runProgram(
    `${page} setThreadsCount(2); await tf.setBackend("simd"); ${MULTIPLY}`,
  );
  assert(stderr.includes("Cross-Origin-Embedder-Policy: require-corp"), stderr);
  assertEquals(stdout, "11 1\n");
});

Deno.test("setWasmPaths: a folder, a map; what is wrong with them is said", async () => {
  const folder = projectPath("lib", "backend");
  const fine = await runProgram(`${HEAD}
    setWasmPaths(${JSON.stringify(folder + "/")});
    await tf.setBackend("simd");
    ${MULTIPLY}
    try { setWasmPaths("/elsewhere/"); } catch ({ message }) { console.log(message); }`);
  assertEquals(fine.stderr, "");
  assert(
    fine.stdout.endsWith(
      'The backend simd runs: call setWasmPaths before `tf.setBackend("simd")`.\n',
    ),
  );

  const missing = await runProgram(`${HEAD}
    setWasmPaths(${JSON.stringify(folder + "/assembly/")});
    console.log(await tf.setBackend("simd"));`);
  assert(missing.stderr.includes("can't load relaxed-simd.wasm: "), missing.stderr);
  assertEquals(missing.stdout, "false\n");

  const file = JSON.stringify(projectPath("README.md"));
  const page = await runProgram(`${HEAD}
    setWasmPaths({ "relaxed-simd.wasm": ${file}, "simd.wasm": ${file} });
    console.log(await tf.setBackend("simd"));`);
  assert(page.stderr.includes("README.md is not WebAssembly"), page.stderr);

  const only = { "simd.wasm": "a.wasm" } as Parameters<typeof setWasmPaths>[0];
  assertThrows(() => setWasmPaths(only), Error, "no address for relaxed-simd.wasm.");
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
  // The sums go beyond the memory.
  pool.run("peak", 100, { sums: -4096, rounds: 1, factor: 1, summand: 1 });
  const message = "A kernel of the simd backend failed: ";
  assertThrows(() => pool.sync(), Error, message);
  assertThrows(() => pool.run(Kernel.fused, 1, []), Error, message);
  assertThrows(() => pool.sync(), Error, message);
});

Deno.test("ThreadPool: more jobs than there are places for are done in their order", async () => {
  const module = await WebAssembly.compile(await moduleBytes("simd.wasm"));
  const n = 32_768;
  /** x = log |x|, 300 times: a chaotic map, which shows any job out of its turn. */
  const iterate = async (threads: number): Promise<Float32Array> => {
    const arena = new Arena();
    const pool = await ThreadPool.start({ module, memory: arena.memory }, threads);
    const backend = new SimdBackend(arena, pool);
    const { at } = backend.output([n]);
    const values = new Float32Array(arena.buffer, at, n);
    for (let i = 0; i < n; i++) values[i] = i + 0.5;
    /** In place, in as many pieces as the size says. */
    const apply = (at: number, n: number, op: (a: x.Expression) => x.Expression): void => {
      const leaf: x.Leaf = { kind: "leaf", data: { at }, offset: 0, strides: [1] };
      launchMap(backend, [n], [leaf], [{ expression: op(leaf), at, strides: [1] }]);
    };
    for (let round = 0; round < 300; round++) {
      apply(at, n, x.abs);
      apply(at, n / 4, x.log);
      apply(at + n, 3 * n / 4, x.log);
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
