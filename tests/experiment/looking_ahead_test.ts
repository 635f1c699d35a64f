import { assert, assertEquals } from "lib/assert.ts";
import {
  afterwardsTable,
  describeIdeas,
  ideasSection,
  ideasTable,
  type LookingAheadFigures,
  type LookingAheadStudy,
} from "lib/experiment/mod.ts";
import { seedsPlot } from "lib/plots/mod.ts";
import study from "lib/study/studies/looking_ahead.ts";

const FIGURES: LookingAheadFigures = {
  loss: 0.01,
  accuracy: 0.99,
  valLoss: 0.1,
  valAccuracy: 0.97,
  keptEpoch: 6,
  viewsAccuracy: 0.972,
  calibrationError: 0.01,
  scaledCalibrationError: 0.004,
  scaledLoss: 0.09,
  temperature: 1.2,
};

/** A study in which a seed moves all ideas alike, augmentation helps, and dropout does nothing. */
function studyOf(seeds: number): LookingAheadStudy {
  const names = ["as in the report", "augmentation", "dropout", "deeper"];
  const trials = study.trials.filter(({ name, seed }) => names.includes(name) && seed <= seeds);
  const gains = { augmentation: 0.004, deeper: -0.003 } as Record<string, number>;
  return {
    trials: trials.map(({ name, settings, seed }) => {
      const chance = name === "dropout" ? [0.001, -0.001][seed % 2]! : 0;
      const valAccuracy = 0.97 + 0.002 * seed + (gains[name] ?? 0) + chance + 1e-5 * seed;
      return { name, settings, seed, figures: { ...FIGURES, valAccuracy } };
    }),
    missing: 55 - trials.length,
    command: "deno task study looking-ahead",
    cpus: ["A processor"],
    seconds: 600,
  };
}

const textOf = (bundle: ReturnType<typeof describeIdeas>): string =>
  String(bundle["text/markdown"] ?? bundle["text/plain"]);

Deno.test("ideas are compared by pairs of seeds: chance that all share does not count", () => {
  const text = textOf(describeIdeas(studyOf(4)));
  assert(
    text.includes("**Clearly better**, in points of validation accuracy: augmentation (+0.40)"),
    text,
  );
  assert(text.includes("**Clearly worse**: deeper (−0.30)"), text);
  assert(/\*\*Within chance\*\*: dropout \([+−]0\.00\)/.test(text), text);
  assert(text.includes("16 trainings are done and 39 are missing"), text);
  const table = textOf(ideasTable(studyOf(4)));
  assert(/augmentation.*\+0\.40 ± 0\.00.*4 of 4/.test(table.replaceAll("\n", " ")), table);
});

Deno.test("a step is compared with what came before it", () => {
  // Augmentation gives 0.4 points, and what follows it is back where it began.
  const text = textOf(ideasTable(studyOf(4), "previous")).replaceAll("\n", " ");
  assert(/step.*as in the report.*augmentation.*\+0\.40 ± 0\.00.*4 of 4/.test(text), text);
  assert(/dropout.*−0\.40 ± 0\.12.*0 of 4/.test(text), text);
  const described = textOf(describeIdeas(studyOf(4), "previous"));
  assert(described.includes("**Clearly worse**: deeper (−0.30), dropout (−0.40)"), described);
});

Deno.test("with few seeds nothing is called clear, and one seed has no deviation", () => {
  for (const seeds of [1, 2]) {
    const text = textOf(describeIdeas(studyOf(seeds)));
    assert(text.includes("Too few seeds") && !text.includes("Clearly"), text);
    for (
      const shown of [
        text,
        textOf(ideasTable(studyOf(seeds))),
        textOf(afterwardsTable(studyOf(seeds))),
      ]
    ) {
      assert(!/NaN|undefined/.test(shown), shown);
    }
  }
});

Deno.test("the chart's lines are the trainings without an idea", () => {
  const section = ideasSection(studyOf(4));
  assertEquals(section.groups.map((group) => group.length), [1, 3]);
  assert(seedsPlot([section]).wide.includes("without"));
});
