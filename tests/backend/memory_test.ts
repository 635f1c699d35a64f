import * as tf from "@tensorflow/tfjs";
import { assert, assertEquals, assertThrows } from "lib/assert.ts";
import { Arena } from "lib/backend/memory.ts";
import { moduleBytes, registerAs } from "lib/backend/register.ts";
import { tensor, VARIANTS } from "./variants.ts";

Deno.test("Arena: blocks are aligned, do not overlap and are used again", () => {
  const arena = new Arena();
  const sizes = [1, 64, 65, 100, 5000, 8192, 8193, 100_000, 1_000_000, 12, 300_000];
  const blocks = sizes.map((size) => ({ size, at: arena.allocate(size)! }));
  for (const { at } of blocks) assertEquals(at % 64, 0);
  const ordered = blocks.toSorted((p, q) => p.at - q.at);
  ordered.slice(1).forEach((block, i) => {
    assert(ordered[i]!.at + ordered[i]!.size <= block.at, `blocks ${i} and ${i + 1} overlap`);
  });
  assert(arena.used >= sizes.reduce((sum, size) => sum + size));
  for (const { at } of blocks) arena.free(at);
  assertEquals(arena.used, 0);
  const reserved = arena.reserved;
  for (let round = 0; round < 100; round++) {
    const again = sizes.map((size) => arena.allocate(size)!);
    for (const at of round % 2 ? again : again.toReversed()) arena.free(at);
  }
  assertEquals(arena.reserved, reserved);
  // Neighbours are joined again: all that is free makes one large block.
  arena.free(arena.allocate(4_000_000)!);
  assertEquals(arena.reserved, reserved);
});

Deno.test("Arena: a block is given back once", () => {
  const arena = new Arena();
  const at = arena.allocate(10)!;
  arena.free(at);
  assertThrows(() => arena.free(at), Error, "no block in use");
});

const { name, backend } = VARIANTS[1]!;

Deno.test("backend: disposed tensors give their memory back", async () => {
  await tf.setBackend(name);
  const before = backend.arena.used;
  const tensors = tf.memory().numTensors;
  for (let i = 0; i < 3; i++) {
    tf.tidy(() => {
      const x = tensor([4, 9, 9, 3]) as tf.Tensor4D;
      const filter = tensor([3, 3, 3, 8], 2) as tf.Tensor4D;
      tf.grads((x, filter) =>
        tf.maxPool(tf.relu(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "same")), 2, 2, 0)
          .mean()
      )([x, filter]);
    });
    assertEquals(backend.arena.used, before);
    assertEquals(tf.memory().numTensors, tensors);
    assertEquals(tf.memory().unreliable, false);
  }
});

Deno.test("backend: reshaped and cloned tensors share memory until the last is disposed", async () => {
  await tf.setBackend(name);
  const before = backend.arena.used;
  const x = tf.tidy(() => tf.relu(tensor([4, 100])));
  const used = backend.arena.used - before;
  const y = x.reshape([400]);
  const z = y.clone();
  assertEquals(backend.arena.used - before, used);
  const values = x.dataSync();
  x.dispose();
  y.dispose();
  assertEquals(z.dataSync(), values);
  z.dispose();
  assertEquals(used, 2048);
  assertEquals(backend.arena.used, before);
});

Deno.test("backend: values that were read stay as they were", async () => {
  await tf.setBackend(name);
  const x = tf.relu(tensor([64]));
  const values = x.dataSync();
  const copy = values.slice();
  x.dispose();
  tf.tidy(() => void tf.neg(tensor([64], 2)));
  assertEquals(values, copy);
});

Deno.test("backend: values that are computed when they are read may need more memory", async () => {
  const module = await WebAssembly.compile(await moduleBytes("simd.wasm"));
  const { arena } = await registerAs("growing", module, 1);
  await tf.setBackend("growing");
  tf.tidy(() => {
    const x = tf.ones([4, 128, 128, 1]) as tf.Tensor4D;
    const conv = tf.conv2d(x, tf.ones([1, 1, 1, 80]), 1, "same");
    const { reserved } = arena;
    const values = conv.dataSync();
    assert(arena.reserved > reserved);
    assertEquals(values.length, 4 * 128 * 128 * 80);
    assert(values.every((value) => value === 1));
  });
});

Deno.test("backend: out of memory is an error that names the shape", async () => {
  await tf.setBackend(name);
  const before = backend.arena.used;
  const x = tensor([1, 70_000]);
  const y = tensor([70_000, 1]);
  const tensors = tf.memory().numTensors;
  assertThrows(
    () => tf.tidy(() => void tf.matMul(y, x).dataSync()),
    Error,
    "a tensor of shape [70000, 70000] needs 18692.0 MB",
  );
  assertEquals(tf.memory().numTensors, tensors);
  x.dispose();
  y.dispose();
  assertEquals(backend.arena.used, before);
});

Deno.test("Arena: where addresses are scarce it reserves fewer", () => {
  const { Memory } = WebAssembly;
  const refused: number[] = [];
  let most = 8192;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      if (descriptor.maximum! > most) {
        refused.push(descriptor.maximum!);
        throw new RangeError("could not allocate memory");
      }
      super(descriptor);
    }
  };
  try {
    const arena = new Arena();
    assertEquals(refused, [65536, 32768, 16384]);
    assert(arena.allocate(100e6) !== undefined);
    assertEquals(arena.allocate(500e6), undefined);
    most = 1024;
    assertThrows(() => new Arena(), RangeError, "could not allocate memory");
  } finally {
    WebAssembly.Memory = Memory;
  }
});
