import { assert, assertAlmostEquals, assertEquals } from "lib/assert.ts";
import {
  describeTransfer,
  errorWithoutRealDigits,
  transferSeries,
  type TransferStudy,
  transferTable,
} from "lib/experiment/mod.ts";
import study from "lib/study/studies/transfer.ts";

/**
 * Errors from scratch fall as the number of digits to the power -1/2, from 20% with 100; after
 * synthetic digits they are half of that with 100, equal with 1,000 but for chance, and above it with
 * 10,000.
 */
function studyOf(seeds: number): TransferStudy {
  const factors: Readonly<Record<number, number>> = { 100: 0.5, 1_000: 1, 10_000: 1.2 };
  const trials = study.trials.flatMap(({ name, settings, seed }) => {
    const { rows, start } = settings;
    if (seed > seeds || (rows > 0 && !(rows in factors))) return [];
    const chance = rows === 1_000 && start === "scratch" ? [0.001, -0.001][seed % 2]! : 0;
    const scratch = 0.2 / Math.sqrt(rows / 100);
    const error = rows === 0 ? 0.1 : start === "scratch" ? scratch : factors[rows]! * scratch;
    return [{ name, settings, seed, figures: { valLoss: 1, valAccuracy: 1 - error + chance } }];
  });
  return {
    trials,
    missing: study.trials.length - trials.length,
    command: "deno task study transfer",
    cpus: ["A processor"],
    seconds: 300,
  };
}

const textOf = (bundle: ReturnType<typeof describeTransfer>): string =>
  String(bundle["text/markdown"] ?? bundle["text/plain"]);

Deno.test("the worth of synthetic digits is told in real ones, on the curve from scratch", () => {
  const text = textOf(describeTransfer(studyOf(4)));
  // 10% of errors are at 100 x (20 / 10)^2 digits from scratch.
  assert(text.includes("reads 90.00% of the validation digits right"), text);
  assert(text.includes("from scratch that takes about 400 real ones"), text);
  assert(
    text.includes("it is 90.00%, as with about 400 from scratch, where 100 give 80.00%"),
    text,
  );
});

Deno.test("what is clear is named, by the sign of the paired differences", () => {
  const text = textOf(describeTransfer(studyOf(4)));
  assert(/\*\*Clearly better\*\*[^*]*: 100 \(\+10\.00\)\./.test(text), text);
  assert(text.includes("**Clearly worse**: 10,000 (−0.40)."), text);
  assert(/\*\*Within chance\*\*: 1,000 \([+−]0\.00\)\./.test(text), text);
  assert(text.includes("clearly add to what the synthetic ones taught from 1,000 on"), text);
  assert(text.includes("28 trainings are done and 24 are missing"), text);
  const table = textOf(transferTable(studyOf(4))).replaceAll("\n", " ");
  assert(/100.*90\.00% ± 0\.00%.*80\.00% ± 0\.00%.*\+10\.00 ± 0\.00.*4 of 4/.test(table), table);
});

Deno.test("with few seeds nothing is called clear, and nothing is beyond the study", () => {
  const text = textOf(describeTransfer(studyOf(1)));
  assert(text.includes("Too few seeds") && !text.includes("Clearly"), text);
  assert(!/NaN|undefined/.test(text + textOf(transferTable(studyOf(1)))), text);
  const known = studyOf(4);
  const better = {
    ...known,
    trials: known.trials.map((trial) =>
      trial.settings.start === "synthetic"
        ? { ...trial, figures: { valLoss: 1, valAccuracy: 0.999 } }
        : trial
    ),
  };
  assert(textOf(describeTransfer(better)).includes("takes more than 10,000 real ones"));
});

Deno.test("the chart has all seeds' errors, from few digits to many", () => {
  const [synthetic, scratch] = transferSeries(studyOf(3));
  assertEquals(scratch!.sizes.map(({ examples }) => examples), [100, 1_000, 10_000]);
  assertEquals(synthetic!.sizes[0]!.errors.length, 3);
  assertAlmostEquals(synthetic!.sizes[0]!.errors[0]!, 0.1, 1e-12);
  assertAlmostEquals(scratch!.sizes[2]!.errors[0]!, 0.02, 1e-12);
  assertAlmostEquals(errorWithoutRealDigits(studyOf(3)), 0.1, 1e-12);
});
