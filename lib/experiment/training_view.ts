import { duration, percent } from "lib/format.ts";
import { markup, trustedMarkup } from "lib/markup.ts";
import type { FitProgress, TrainingResult } from "lib/model/mod.ts";
import { htmlBundle, liveOutput, markdown } from "lib/notebook/mod.ts";
import { learningCurvesPlot } from "lib/plots/mod.ts";

/** Training as a notebook cell shows it. */
export interface TrainingView {
  /** Shows where training is: to be given to `train` as `onProgress`. */
  readonly update: (progress: FitProgress) => void;
  /** Replaces bar and curve by a line that says what was trained, now or by an earlier run. */
  readonly finish: (result: TrainingResult) => Promise<void>;
}

/** A bar with epoch, loss, accuracy and time left, above a learning curve that grows. */
export function trainingView(): TrainingView {
  const live = liveOutput();
  let curves = markup``;
  let epochsDrawn = 0;

  return {
    update(progress): void {
      const { history, epochs } = progress;
      if (history.length !== epochsDrawn) {
        // A chart takes longer than a step, so it is drawn once an epoch.
        curves = markup`<figure style="margin:0">${
          trustedMarkup(learningCurvesPlot(history, { epochs }).wide)
        }</figure>`;
        epochsDrawn = history.length;
      }
      const text = describeProgress(progress);
      const done = progress.epoch - 1 + progress.batch / progress.batchesPerEpoch;
      live.update(htmlBundle(
        markup`<p><progress max="${epochs}" value="${
          done.toFixed(3)
        }" aria-label="Training" style="width:100%"></progress><br>${text}</p>${curves}`,
        text,
      ));
    },
    async finish(
      { fromEarlierRun, settings, history, keptEpoch, trainSeconds, notes }: TrainingResult,
    ): Promise<void> {
      const { epochs } = settings;
      const stopped = history.length < epochs ? ` (of ${epochs}, stopped early)` : "";
      const kept = keptEpoch < history.length ? `, weights of epoch ${keptEpoch} kept` : "";
      const what = `${history.length} ${
        history.length === 1 ? "epoch" : "epochs"
      }${stopped}${kept}`;
      live.update(markdown([
        fromEarlierRun
          ? "Trained by an earlier run: the same examples, network, initial weights, settings and " +
            `code gave this model, in ${duration(trainSeconds)}: ${what}.`
          : `Trained in ${duration(trainSeconds)}: ${what}.`,
        ...notes,
      ].join("\n\n")));
      await live.finish();
    },
  };
}

/** Where training is, in a line: `epoch 2 of 5, batch 120 of 525, loss 0.0512, ...`. */
export function describeProgress(
  { epoch, epochs, batch, batchesPerEpoch, loss, accuracy, secondsElapsed, secondsLeft }:
    FitProgress,
): string {
  const isLast = epoch === epochs && batch === batchesPerEpoch;
  const time = isLast ? `took ${duration(secondsElapsed)}` : `${duration(secondsLeft)} left`;
  return `epoch ${epoch} of ${epochs}, batch ${batch} of ${batchesPerEpoch}, ` +
    `loss ${loss.toFixed(4)}, accuracy ${percent(accuracy)}, ${time}`;
}
