/** Trains until the page's button is clicked, or for very long if the page does not notice. @module */
import * as tf from "@tensorflow/tfjs";
import "tfjs-backend-simd";
import { buildCnn } from "lib/model/cnn.ts";
import { examples } from "./experiment.ts";

const MOST_EPOCHS = 2000;

export interface Answer {
  /** True if the click was answered before the last epoch. */
  readonly inTime: boolean;
}

let isClicked = false;
document.querySelector("button")!.onclick = () => isClicked = true;

await tf.setBackend("simd");
const { x, y } = examples();
const model = await buildCnn({ seed: 1 });
await model.fit(x, y, {
  epochs: MOST_EPOCHS,
  callbacks: {
    onTrainBegin(): void {
      document.title = "training";
    },
    onEpochEnd(): void {
      model.stopTraining = isClicked;
    },
  },
});
const answer: Answer = { inTime: model.stopTraining };
// deno-lint-ignore no-console
console.log(JSON.stringify(answer));
