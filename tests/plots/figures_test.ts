import { parseHTML } from "linkedom";
import { assert, assertEquals, assertThrows } from "lib/assert.ts";
import { InputError } from "lib/errors.ts";
import {
  type Chart,
  classificationReportPlot,
  confusionMatrixPlot,
  imageSizesPlot,
  labelDistributionPlot,
  learningCurvesPlot,
  mistakesPlot,
  networkPlot,
  reliabilityPlot,
} from "lib/plots/mod.ts";
import { exampleHistory, segmentDigits } from "./_data.ts";

Deno.test("the label distribution names counts, shares and the extremes", () => {
  const chart = labelDistributionPlot([4132, 4684, 4177, 4351, 4072, 3795, 4137, 4401, 4063, 4188]);
  const texts = textsOf(chart);
  for (const text of ["4,684", "11.2%", "3,795", "9.0%", "even share 4,200"]) {
    assert(texts.includes(text), text);
  }
  assertEquals(
    descriptionOf(chart),
    "42,000 images. Most are of the digit 1 (4,684), fewest of 5 (3,795).",
  );
  assertThrows(() => labelDistributionPlot([1, 2]), InputError, "2 entries");
});

Deno.test("the confusion matrix says which mistake is the most frequent", () => {
  const matrix = Array.from({ length: 10 }, () => new Array<number>(10).fill(0));
  matrix.forEach((row, digit) => row[digit] = 90);
  matrix[4]![9] = 7;
  const chart = confusionMatrixPlot(matrix);
  assertEquals(
    descriptionOf(chart),
    "Of 907 images 7 were misread. The most frequent mistake: 4 read as 9, 7 times.",
  );
  assert(chart.wide.includes("<title>4 read as 9: 7 of 97 (7.2%)</title>"));
  assertThrows(() => confusionMatrixPlot(matrix.slice(1)), InputError, "10 rows");
});

Deno.test("learning curves end in their last values and mark the lowest validation loss", () => {
  const history = exampleHistory(5);
  const texts = textsOf(
    learningCurvesPlot(history, { reported: { accuracy: 0.997, valAccuracy: 0.9912 } }),
  );
  for (
    const text of [
      "99.56%",
      "98.86%",
      "0.0140",
      "0.0440",
      "◇ report 99.70%",
      "epoch 1: 94.85%",
      "lowest at epoch 3",
    ]
  ) {
    assert(texts.includes(text), `${text} in ${texts}`);
  }
  // Still falling: nothing has turned yet.
  const growing = textsOf(learningCurvesPlot(history.slice(0, 3)));
  assert(!growing.some((text) => text.startsWith("lowest")));
});

Deno.test("the classification report draws the Wilson interval of each recall", () => {
  const scores = { precision: 0.9, recall: 0.95, f1Score: 0.924, support: 400 };
  const perClass = [{ ...scores, label: 0, name: "0" }, {
    ...scores,
    recall: 0.9,
    label: 1,
    name: "1",
  }];
  const report = { perClass, macroAvg: scores, weightedAvg: scores };
  const chart = classificationReportPlot([{ name: "Model 1", report }]);
  // scipy.stats.binomtest(360, 400).proportion_ci(method="wilson"): 0.86669 to 0.92570
  assertEquals(
    descriptionOf(chart),
    "Model 1: the lowest recall is that of 1, 90.00%, 95% interval 86.67% to 92.57%.",
  );
});

Deno.test("the reliability diagram draws no bin of a few images, and counts them all", () => {
  const empty = { count: 0, confidence: NaN, accuracy: NaN };
  const bins = [
    { low: 0, high: 0.5, ...empty },
    { low: 0.5, high: 0.75, count: 1, confidence: 0.7, accuracy: 0 },
    { low: 0.75, high: 1, count: 9000, confidence: 0.9, accuracy: 0.8 },
  ];
  const chart = reliabilityPlot([{ name: "Model 1", bins }]);
  const texts = textsOf(chart);
  assert(texts.includes("Model 1: calibration error 10.01%"), String(texts));
  assert(texts.includes("1") && texts.includes("9,000"), String(texts));
  // One point, and one entry of the legend.
  assertEquals(chart.wide.match(/<circle /g)?.length, 2);
});

Deno.test("both margins of the image sizes have one scale", () => {
  const images = new Uint8Array(4 * 784);
  // All have ink of a height of 20 pixels; widths are 4, 4, 6 and 8.
  for (const [i, width] of [4, 4, 6, 8].entries()) {
    images[i * 784 + 4 * 28 + 4] = images[i * 784 + 23 * 28 + 4 + width - 1] = 255;
  }
  const { document } = parseHTML(`<body>${imageSizesPlot(images).wide}</body>`);
  const longest = (panel: number, side: string): number =>
    Math.max(
      ...[
        ...document.querySelectorAll("svg > g")[panel]!.querySelectorAll(
          "[aria-label=rect] rect, g rect",
        ),
      ]
        .map((rect) => Number(rect.getAttribute(side))),
    );
  // Half as many images have the most frequent width; a bar is inset by half a unit at each end.
  const [up, right] = [longest(0, "height"), longest(1, "width")];
  assertEquals(2 * (up + 1), right + 1);
});

Deno.test("what a learning curve's later epochs do can be seen", () => {
  const history = exampleHistory(10);
  const { document } = parseHTML(`<body>${learningCurvesPlot(history).wide}</body>`);
  const accuracies = [...document.querySelectorAll("svg > g")[0]!.querySelectorAll("circle")]
    .filter((circle) => circle.parentElement!.getAttribute("fill") === "#d55e00")
    .map((circle) => Number(circle.getAttribute("cy")));
  assertEquals(accuracies.length, 10);
  const steps = accuracies.slice(4).map((y, i) => Math.abs(y - accuracies[i + 3]!));
  // Changes of a tenth of a point: a fifth of the field's height with all values on it.
  assert(Math.max(...steps) > 4, String(steps));
});

Deno.test("a confidence is not rounded up to certainty", () => {
  const mistake = { image: segmentDigits([4], 1), actual: 4, predicted: 9 };
  const textOf = (confidence: number): string[] =>
    textsOf(mistakesPlot([{ ...mistake, confidence }]));
  assert(textOf(0.99951).includes("> 99.9% sure"));
  assert(textOf(0.9994).includes("99.9% sure"));
  assert(textOf(1).includes("100.0% sure"));
});

Deno.test("the network's filter sizes come from its parameters", () => {
  const layers = [
    { name: "conv", type: "Conv2D", outputShape: [24, 24, 8], parameters: 208 },
    { name: "conv_1", type: "Conv2D", outputShape: [22, 22, 16], parameters: 1168 },
  ];
  const texts = textsOf(networkPlot(layers));
  assert(texts.includes("8 filters, 5 × 5"), String(texts));
  assert(texts.includes("16 filters, 3 × 3"), String(texts));
  assert(texts.includes("1,376 in all"), String(texts));
});

function textsOf({ wide }: Chart): string[] {
  return [...wide.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) =>
    text!.replaceAll("&gt;", ">")
  );
}

function descriptionOf({ wide }: Chart): string | undefined {
  const { document } = parseHTML(`<!doctype html><html><body>${wide}</body></html>`);
  return document.querySelector("desc")?.textContent;
}
