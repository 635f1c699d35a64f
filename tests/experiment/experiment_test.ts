import { join } from "node:path";
import { assert, assertEquals, assertRejects } from "lib/assert.ts";
import { REPORT_SUPPORTS } from "lib/dataset/mod.ts";
import { InputError } from "lib/errors.ts";
import {
  accuracyFigures,
  compareWithReported,
  describeProgress,
  describeTestFigures,
  historyTable,
  prepareExamples,
  readKerasReference,
  readSplit,
  recordSplit,
  REPORT_SPLIT,
  reportedBesideReproduced,
  reportedDigitBesideReproduced,
  testFigures,
  writeSubmission,
} from "lib/experiment/mod.ts";
import { classificationReport, type ReportObject } from "lib/metrics/mod.ts";

const history = [{ epoch: 1, loss: 0.2, accuracy: 0.94, valLoss: 0.1, valAccuracy: 0.96875 }];
const labels = Uint8Array.from({ length: 32 }, (_, i) => i % 10);
const predictions = labels.with(5, 9);
const figures = accuracyFigures(labels, predictions);

Deno.test("accuracies carry Wilson's interval", () => {
  assertEquals(figures.correct, 31);
  assertEquals(figures.accuracy, 0.96875);
  // SciPy: binomtest(31, 32).proportion_ci(method="wilson")
  assert(Math.abs(figures.interval[0] - 0.842557) < 1e-6, String(figures.interval));
  assert(Math.abs(figures.interval[1] - 0.994462) < 1e-6, String(figures.interval));
});

Deno.test("words and tables give figures as people read them", () => {
  assertEquals(
    compareWithReported("model-1", figures),
    "Model 1 reads 31 of 32 validation images right: **96.88%**, 95% interval 84.26% to 99.45%. " +
      "The report's 99.12% lies **inside** this interval.",
  );
  const table = reportedBesideReproduced([{
    name: "model-1",
    row: history[0]!,
    figures,
  }])["text/plain"]!;
  const losses = ["0.0092", "0.2000", "+0.1908", "0.0380", "0.1000", "+0.0620"];
  for (const text of ["99.70%", "94.00%", "−5.70", "99.12%", "96.88%", "−2.24", ...losses]) {
    assert(table.includes(text), `${text} in\n${table}`);
  }
  assert(historyTable(history)["text/plain"]!.includes("0.2000"));
});

Deno.test("the digit that the report names stands beside a run's, also where the run has none of it", () => {
  const { object } = classificationReport(labels, predictions);
  const shown = (report: ReportObject): string =>
    reportedDigitBesideReproduced([{ title: "Model 1", report }])["text/plain"]!;
  assert(/Reported.*0\.99.*816/.test(shown(object)), shown(object));
  assert(/Model 1.*1\.0000.*1\.0000.*1\.0000.*4/.test(shown(object)), shown(object));
  assert(/Model 1.*–.*0/.test(shown({ ...object, perClass: [] })));
});

Deno.test("the split stands in one place, and makes sense", async () => {
  const outputs = await Deno.makeTempDir();
  try {
    assertEquals(await readSplit({ outputs }), REPORT_SPLIT);
    await recordSplit({ testSize: 0.1, randomState: 7 }, { outputs });
    assertEquals(await readSplit({ outputs }), { testSize: 0.1, randomState: 7 });
    for (const testSize of [0, 1, 2, -0.1, NaN]) {
      await assertRejects(
        () => recordSplit({ testSize, randomState: 42 }, { outputs }),
        InputError,
        `TEST_SIZE is ${testSize}; expected`,
      );
    }
    for (const randomState of [-1, 0.5, 2 ** 32]) {
      await assertRejects(
        () => recordSplit({ testSize: 0.2, randomState }, { outputs }),
        InputError,
        `RANDOM_STATE is ${randomState}; expected`,
      );
    }
    await Deno.writeTextFile(join(outputs, "split.json"), "{");
    await assertRejects(() => readSplit({ outputs }), InputError, "split.json");
  } finally {
    await Deno.remove(outputs, { recursive: true });
  }
});

Deno.test("Keras's figures stand beside figures of the same digits only", async () => {
  assertEquals(await readKerasReference(new Uint8Array(2 * 784), REPORT_SPLIT), undefined);
});

Deno.test("a test set with labels is judged, MNIST's own part apart; one without is not", () => {
  assertEquals(testFigures({}, predictions), undefined);
  assertEquals(describeTestFigures(undefined, "Model 1"), []);
  const test = testFigures({ labels, t10kRows: { start: 5, end: 15 } }, predictions)!;
  assertEquals(test.all, figures);
  assertEquals([test.t10k!.correct, test.t10k!.total], [9, 10]);
  const [, shown] = describeTestFigures(test, "Model 1");
  assert(shown!["text/plain"]!.includes("9 of 10"), shown!["text/plain"]!);
});

Deno.test("progress says how long it will take, and at the end how long it took", () => {
  const progress = {
    epoch: 1,
    epochs: 2,
    batch: 5,
    batchesPerEpoch: 10,
    loss: 0.5,
    accuracy: 0.8,
    secondsElapsed: 10,
    secondsLeft: 30,
    history: [],
  };
  assertEquals(
    describeProgress(progress),
    "epoch 1 of 2, batch 5 of 10, loss 0.5000, accuracy 80.00%, 30 s left",
  );
  assert(describeProgress({ ...progress, epoch: 2, batch: 10 }).endsWith("took 10 s"));
});

Deno.test("a submission is what Kaggle takes", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "new", "submission.csv");
    await writeSubmission(path, Uint8Array.of(2, 0, 9));
    const text = await Deno.readTextFile(path);
    assertEquals(text.replaceAll("\r\n", "\n"), "ImageId,Label\n1,2\n2,0\n3,9\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const noData = Deno.env.get("DIGIT_RECOGNIZER_DATA") === undefined;
Deno.test({
  name: `real rows are prepared as the report has them${
    noData ? " (DIGIT_RECOGNIZER_DATA is not set)" : ""
  }`,
  ignore: noData,
  async fn(): Promise<void> {
    const { train, validation } = await prepareExamples(REPORT_SPLIT, { quick: false });
    assertEquals(train.images.length, 33_600 * 784);
    const supports = Array(10).fill(0);
    for (const label of validation.labels) supports[label]++;
    assertEquals(supports, [...REPORT_SUPPORTS]);
    const quick = await prepareExamples(REPORT_SPLIT, { quick: true });
    assertEquals(quick.train.labels, train.labels.subarray(0, 4200));
    assertEquals(quick.validation.labels, validation.labels);
  },
});
