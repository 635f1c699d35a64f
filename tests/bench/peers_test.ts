/** The peers of the benchmark do the same work, and are compared round by round. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "lib/assert.ts";
import { PeerProcess } from "../../bench/peer_process.ts";
import { denoPeers, type Peer } from "../../bench/peers.ts";
import { type Row, speedRatio } from "../../bench/rounds.ts";

async function losses(peer: Peer): Promise<number[]> {
  const process = await PeerProcess.start(peer);
  try {
    return await process.losses(4, 4);
  } finally {
    await process.stop();
  }
}

Deno.test("bench: jax-js takes the steps that the engine takes", async () => {
  const peers = denoPeers([1]);
  const named = (name: string): Peer => peers.find((peer) => peer.name === name)!;
  const engine = await losses(named("tfjs simd"));
  const jax = await losses(named("jax-js wasm"));
  jax.forEach((loss, i) => assertAlmostEquals(loss, engine[i]!, 1e-4));
  assertAlmostEquals(engine[0]!, Math.log(10), 0.1);
  assert(engine[3]! < engine[0]! - 0.05);
});

Deno.test("bench: a peer that can't start says why", async () => {
  const peer: Peer = {
    name: "nobody",
    threads: 1,
    tasks: {},
    epochBatches: 1,
    command: Deno.execPath(),
    args: ["eval", "throw new Error('no such framework'); //"],
  };
  const error = await assertRejects(() => PeerProcess.start(peer), Error, "no such framework");
  assert(error.message.startsWith("nobody: the process ended with 1."));
});

Deno.test("bench: speedRatio compares within the rounds that both have", () => {
  const row = (stepByRound: Readonly<Record<number, number>>): Row => ({
    name: "",
    version: "",
    threads: 1,
    batch: 64,
    epochBatches: 1,
    step: { runs: 1, median: 1, min: 1, quartiles: [1, 1] },
    gflops: 1,
    stepByRound,
  });
  // Always twice as fast, though the machine slows down; the medians of all rounds say 10x.
  const fast = row({ 1: 1, 2: 2, 3: 10, 4: 100, 5: 100 });
  const slow = row({ 1: 2, 3: 20, 5: 200 });
  assertEquals(speedRatio(fast, slow), { median: 2, quartiles: [2, 2] });
});
