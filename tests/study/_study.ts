import type { Study } from "lib/study/mod.ts";
import type { Settings } from "./_trainer.ts";

export default {
  description: "Six trials that only wait.",
  trainer: new URL("_trainer.ts", import.meta.url),
  trials: [1, 2, 3, 4, 5, 6].map((seed) => ({
    name: "waiting",
    settings: { milliseconds: Number(Deno.env.get("DIGIT_RECOGNIZER_TEST_WAIT") ?? 4) },
    seed,
  })),
} satisfies Study<Settings>;
