import type { Study } from "lib/study/mod.ts";
import type { Settings } from "./_trainer.ts";

export default {
  description: "The second of three trials fails.",
  trainer: new URL("_trainer.ts", import.meta.url),
  trials: [1, 2, 3].map((seed) => ({
    name: "waiting",
    settings: { milliseconds: 4, ...(seed === 2 && { fails: true as const }) },
    seed,
  })),
} satisfies Study<Settings>;
