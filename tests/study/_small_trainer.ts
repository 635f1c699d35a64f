import type { JsonValue } from "lib/study/study.ts";
import { drawDigits } from "lib/dataset/synthetic/mod.ts";
import { type Digits, type ReportTraining, run as train } from "lib/study/report_training.ts";
import type { Trial, TrialData } from "lib/study/mod.ts";

/** Few synthetic digits, so that a trial takes a second. */
export function fewDigits(): Digits {
  const labels = Uint8Array.from({ length: 400 }, (_, i) => i % 10);
  return { images: drawDigits(labels, 1), labels };
}

export function load(): Promise<TrialData<Digits>> {
  return Promise.resolve({ data: fewDigits(), identity: { digits: "few" } });
}

export async function run(
  trial: Pick<Trial<ReportTraining>, "settings" | "seed">,
  digits: Digits,
  onProgress: (done: number) => void,
): Promise<JsonValue> {
  return { ...await train(trial, digits, onProgress) };
}
