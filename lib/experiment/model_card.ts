import { accuracyFigures } from "lib/experiment/model_report.ts";
import type { PreparedExamples } from "lib/experiment/prepare.ts";
import { duration, formatCount, percent } from "lib/format.ts";
import type { Evaluation, TrainedModel } from "lib/model/mod.ts";

/**
 * What somebody who takes a model should know of it, as Markdown: what it reads, how it was made,
 * how well it does, and what it can't (a model card; Mitchell et al., 2019).
 *
 * @param evaluation On `data.validation`.
 */
export function modelCard(
  name: string,
  { model, settings, optimizer, history, keptEpoch, trainSeconds }: TrainedModel,
  { source, validation }: Pick<PreparedExamples, "source" | "validation">,
  { predictions, loss }: Evaluation,
): string {
  const { correct, total, accuracy, interval: [low, high] } = accuracyFigures(
    validation.labels,
    predictions,
  );
  const json = (value: unknown): string => "```json\n" + JSON.stringify(value, null, 2) + "\n```";
  return `# ${name}

Reads one handwritten digit: an image of 28 × 28 grey values in 0 (paper) to 1 (ink), with the digit in the
middle as in MNIST, to ten probabilities. ${formatCount(model.countParams())} parameters.

## Files

- \`model.json\`, \`weights.bin\`: TensorFlow.js, \`tf.loadLayersModel\`.
- \`model.onnx\`: ONNX; input \`image\`, float32 \`[n, 28, 28, 1]\`; output \`[n, 10]\`.

## Figures

| on ${formatCount(total)} validation images | |
| --- | ---: |
| right | ${formatCount(correct)} |
| accuracy | ${percent(accuracy)} |
| 95% interval (Wilson) | ${percent(low)} to ${percent(high)} |
| mean cross-entropy | ${loss.toFixed(4)} |

One view of each image. The images are validation rows of ${source.description}; none of them was trained on.

## Training

${history.length} epochs in ${duration(trainSeconds)}, weights of epoch ${keptEpoch}.

${json({ optimizer, settings })}

## Limits

Digits of one data set: other pens, scans and habits of writing are read less well, and an image that is no
digit is read as one all the same. The probabilities are those of the training's end; they are not calibrated.
MNIST is by Y. LeCun, C. Cortes and C. J. C. Burges.
`;
}
