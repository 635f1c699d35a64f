import { PIXELS } from "lib/digits.ts";
import { percent } from "lib/format.ts";
import { classificationReport, confusionMatrix } from "lib/metrics/mod.ts";
import {
  accuracyPlot,
  augmentationPlot,
  type Chart,
  classificationReportPlot,
  confusionMatrixPlot,
  imageSizesPlot,
  labelDistributionPlot,
  learningCurvesComparisonPlot,
  learningCurvesPlot,
  mistakesPlot,
  networkPlot,
  pixelIntensityPlot,
  reliabilityPlot,
  saliencyPlot,
  sampleDigitsPlot,
  seedsPlot,
  trainingSizesPlot,
} from "lib/plots/mod.ts";
import { RandomState } from "lib/random.ts";
import { cyclingLabels, exampleHistory, segmentDigits } from "./_data.ts";

const labels = cyclingLabels(120);
const images = segmentDigits(labels, 1);
const image = (i: number): Uint8Array => images.subarray(i * PIXELS, (i + 1) * PIXELS);

/** The same digit in other drawings. */
const versions = (digit: number): Uint8Array[] =>
  Array.from({ length: 6 }, (_, i) => segmentDigits([digit], 100 + i));

/** 97 of 100 right; half of the others are read as the digit five further on. */
function predictions(seed = 2): { yTrue: number[]; yPred: number[] } {
  const random = new RandomState(seed);
  const yTrue = Array.from({ length: 4000 }, (_, i) => i % 10);
  const yPred = yTrue.map((digit) => {
    const chance = random.uniform(0, 1);
    if (chance < 0.97) return digit;
    return chance < 0.985 ? (digit + 5) % 10 : random.randint(0, 10);
  });
  return { yTrue, yPred };
}

/** Heat in a spot of the image where there is ink. */
function spot(of: Uint8Array, x: number, y: number): Float32Array {
  return Float32Array.from(of, (ink, i) => {
    const distance = Math.hypot(i % 28 - x, Math.floor(i / 28) - y);
    return (ink / 255) * Math.max(0, 1 - distance / 8);
  });
}

const { yTrue, yPred } = predictions();

const bins = Array.from({ length: 10 }, (_, i) => ({
  low: i / 10,
  high: (i + 1) / 10,
  count: i < 3 ? 0 : 3 ** (i - 2),
  confidence: i < 3 ? NaN : i / 10 + 0.06,
  accuracy: i < 3 ? NaN : Math.round((i / 10) * 3 ** (i - 2)) / 3 ** (i - 2),
}));

const layer = (type: string, outputShape: number[], parameters: number, activation?: string) => ({
  name: type.toLowerCase(),
  type,
  outputShape,
  parameters,
  ...(activation !== undefined && { activation }),
});

const reported = { accuracy: 0.997, valAccuracy: 0.9912 };

/** Each chart on small synthetic data, by the name of its snapshot. */
export const EXAMPLES: Readonly<Record<string, () => Chart>> = {
  "accuracy": () =>
    accuracyPlot([
      { name: "Model 1", accuracy: 0.986, interval: [0.9832, 0.9883], reported: 0.9912 },
      { name: "Model 2", accuracy: 0.9854, interval: [0.9826, 0.9877], reported: 0.987 },
    ]),
  "augmentation": () => augmentationPlot([2, 5, 7].map(image), [2, 5, 7].map(versions)),
  "classification-report": () =>
    classificationReportPlot([
      { name: "Model 1", report: classificationReport(yTrue, yPred).object },
      { name: "Model 2", report: classificationReport(yTrue, predictions(5).yPred).object },
    ]),
  "classification-report-without-mistakes": () =>
    classificationReportPlot([
      { name: "Model 1", report: classificationReport(yTrue, yTrue).object },
    ]),
  "confusion-matrix": () =>
    confusionMatrixPlot(confusionMatrix(yTrue, yPred), { title: "Model 1" }),
  "confusion-matrix-without-mistakes": () => confusionMatrixPlot(confusionMatrix(yTrue, yTrue)),
  "image-sizes": () => imageSizesPlot(images),
  "label-distribution": () =>
    labelDistributionPlot([413, 468, 418, 435, 407, 380, 414, 440, 406, 419]),
  "learning-curves": () => learningCurvesPlot(exampleHistory(5), { title: "Model 1", reported }),
  "learning-curves-before-the-first-epoch": () => learningCurvesPlot([], { epochs: 5 }),
  "learning-curves-comparison": () =>
    learningCurvesComparisonPlot([
      { name: "Model 1", history: exampleHistory(5), reported },
      { name: "Model 2", history: exampleHistory(10), reported },
    ]),
  "learning-curves-growing": () => learningCurvesPlot(exampleHistory(2), { epochs: 5 }),
  "learning-curves-one-epoch": () => learningCurvesPlot(exampleHistory(1)),
  "learning-curves-diverged": () =>
    learningCurvesPlot([
      ...exampleHistory(2),
      { epoch: 3, loss: NaN, accuracy: 0.1, valLoss: NaN, valAccuracy: 0.1 },
    ]),
  "mistakes": () =>
    mistakesPlot(Array.from({ length: 8 }, (_, i) => ({
      image: image(i),
      actual: i,
      predicted: (i + 5) % 10,
      confidence: 0.9999 - i * i * 0.008,
    }))),
  "mistakes-none": () => mistakesPlot([]),
  "network": () =>
    networkPlot([
      layer("Conv2D", [26, 26, 32], 320, "relu"),
      layer("MaxPooling2D", [13, 13, 32], 0),
      layer("Conv2D", [11, 11, 64], 18496, "relu"),
      layer("MaxPooling2D", [5, 5, 64], 0),
      layer("Flatten", [1600], 0),
      layer("Dense", [128], 204928, "relu"),
      layer("Dense", [10], 1290, "softmax"),
    ]),
  "pixel-intensity": () => pixelIntensityPlot(images, labels),
  "reliability": () =>
    reliabilityPlot([
      { name: "Model 1", bins },
      { name: "Model 2", bins: bins.map((bin) => ({ ...bin, accuracy: bin.accuracy ** 2 })) },
    ]),
  "saliency": () =>
    saliencyPlot([3, 6, 8, 9].map((digit, i) => ({
      image: image(digit),
      heat: spot(image(digit), 16, 8 + 4 * i),
      actual: digit,
      predicted: i < 2 ? digit : 5,
    }))),
  "sample-digits": () => sampleDigitsPlot(images, labels, { columns: 8 }),
  "seeds": () => {
    const random = new RandomState(4);
    const seeds = (count: number) => ({
      values: [0.992, 0.03].map((centre) =>
        Array.from({ length: count }, () => random.normal(centre, 0.002))
      ),
    });
    return seedsPlot([{
      title: "Model 1",
      figures: [
        { name: "training accuracy", reported: 0.997, format: (x) => percent(x) },
        { name: "training loss", reported: 0.0092, format: (x) => x.toFixed(4) },
      ],
      groups: [
        [{ name: "as in the notebooks", ...seeds(20) }],
        [{ name: "kernels of 5 × 5", ...seeds(3) }, { name: "one seed", ...seeds(1) }],
      ],
    }]);
  },
  "training-sizes": () => {
    const random = new RandomState(6);
    const sizes = (errors: readonly number[]) =>
      errors.map((error, i) => ({
        examples: [100, 1_000, 10_000, 33_600][i]!,
        errors: Array.from({ length: 3 }, () => error * random.uniform(0.9, 1.1)),
      }));
    return trainingSizesPlot([
      { name: "after synthetic digits", sizes: sizes([0.03, 0.026, 0.018, 0.015]) },
      { name: "from scratch", sizes: sizes([0.22, 0.08, 0.025, 0.014]) },
    ], {
      examplesLabel: "Real digits to train with",
      without: { name: "none", error: 0.034 },
    });
  },
};
