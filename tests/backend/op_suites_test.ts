/** tfjs-core's own tests of the ops that have fast kernels, with and without relaxed SIMD and threads. */
import { assert, assertEquals } from "lib/assert.ts";
import { runSuites } from "../../bench/op_suites/run.ts";
import { summarize } from "../../bench/op_suites/summary.ts";
import { VARIANTS } from "./variants.ts";

const SUITES = [
  "ops/abs",
  "ops/add",
  "ops/arithmetic",
  "ops/avg_pool",
  "ops/batchnorm",
  "ops/binary_ops",
  "ops/conv1d",
  "ops/conv2d",
  "ops/conv2d_separable",
  "ops/conv2d_transpose",
  "ops/depthwise_conv2d",
  "ops/fused/fused_conv2d",
  "ops/fused/fused_depthwise_conv2d",
  "ops/fused/fused_mat_mul",
  "ops/mat_mul",
  "ops/max_pool",
  "ops/mean",
  "ops/neg",
  "ops/pool",
  "ops/relu",
  "ops/softmax",
  "ops/sqrt",
  "ops/square",
  "ops/step",
  "ops/sub",
  "ops/sum",
  "optimizers/adam_optimizer",
];

Deno.test("op suites: what passes on cpu passes on simd", async () => {
  const names = ["relaxed-simd.wasm, 2 threads", "simd.wasm, 1 thread"];
  assert(names.every((name) => VARIANTS.some((variant) => variant.name === name)));
  const results = await runSuites(SUITES, ["cpu", ...names]);
  const { total, misses } = summarize(results, ["cpu", ...names]);

  // Version 4.22.0 of TensorFlow.js has no test among these that cpu fails.
  assertEquals(
    misses.map((miss) => `${miss.backend}: ${miss.suite}: ${miss.spec}: ${miss.message}`),
    [],
  );
  const { passed } = total.counts["cpu"]!;
  assert(passed > 700, `Only ${passed} tests ran.`);
  for (const name of names) assertEquals(total.counts[name]!.passed, passed);
});
