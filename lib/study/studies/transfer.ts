import type { Study, Trial } from "lib/study/study.ts";
import type { Transfer } from "lib/study/transfer_training.ts";

const SEEDS = 4;

/** Numbers of real digits, with as many epochs as make 200 steps at least. */
const SIZES = [
  { rows: 100, epochs: 100 },
  { rows: 300, epochs: 40 },
  { rows: 1_000, epochs: 15 },
  { rows: 3_000, epochs: 8 },
  { rows: 10_000, epochs: 5 },
  { rows: 33_600, epochs: 3 },
];

function trialsOf(seed: number): Trial<Transfer>[] {
  return [
    { name: "synthetic digits alone", settings: { start: "synthetic", rows: 0, epochs: 0 }, seed },
    ...SIZES.flatMap((size): Trial<Transfer>[] => [
      { name: "after synthetic digits", settings: { start: "synthetic", ...size }, seed },
      { name: "from scratch", settings: { start: "scratch", ...size }, seed },
    ]),
  ];
}

export default {
  description: "What do synthetic digits teach a network that then gets few or many real ones?",
  trainer: new URL("../transfer_training.ts", import.meta.url),
  trials: Array.from({ length: SEEDS }, (_, i) => trialsOf(i + 1)).flat(),
} satisfies Study<Transfer>;
