import { assert } from "lib/assert.ts";
import { modelCard } from "lib/experiment/mod.ts";
import { evaluate, train, useBackend } from "lib/model/mod.ts";
import { rowExamples, smallModel } from "../model/_examples.ts";

Deno.test("a model card says how a model was made and what it reaches", async () => {
  await useBackend({ backend: "simd", threads: 2 });
  const outputs = await Deno.makeTempDir();
  try {
    const data = { train: rowExamples(200, 1), validation: rowExamples(50, 2) };
    const plan = { name: "rows", epochs: 3, batchSize: 20, seed: 1 };
    const trained = await train(await smallModel(), data, plan, { outputs, force: false });
    const source = { kind: "synthetic", description: "rows of light", sha256: "0" } as const;
    const evaluation = evaluate(trained.model, data.validation);
    const card = modelCard("rows", trained, { ...data, source }, evaluation);
    const right = Math.round(50 * evaluation.accuracy);
    for (
      const part of [
        "# rows\n",
        "7,850 parameters",
        `| right | ${right} |`,
        '"epochs": 3',
        "rows of light",
      ]
    ) assert(card.includes(part), card);
  } finally {
    await Deno.remove(outputs, { recursive: true });
  }
});
