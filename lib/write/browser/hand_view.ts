import { percent } from "lib/format.ts";
import { minMaxScale } from "lib/preprocessing/scale.ts";
import type { Example, Lesson } from "../types.ts";
import { byId, create } from "./dom.ts";
import { paintImage } from "./tile.ts";

/** What the network has learned, and how to keep, move and forget it. */
export class HandView {
  /** Called when somebody takes an example away, by its place. */
  onForget: (index: number) => void = () => {};
  readonly #section = byId("hand");
  readonly #examples = byId("examples");
  readonly #lesson = byId("lesson");

  /** Shows the examples. */
  show(examples: readonly Example[]): void {
    this.#section.classList.toggle("empty", examples.length === 0);
    this.#examples.replaceChildren(
      ...examples.map((example, i) => create("li", {}, this.#tile(example, i))),
    );
    for (const id of ["export", "reset"]) {
      byId<HTMLButtonElement>(id).disabled = examples.length === 0;
    }
  }

  #tile({ digit, image }: Example, index: number): HTMLButtonElement {
    const canvas = create("canvas", { ariaHidden: "true" });
    paintImage(canvas, minMaxScale(image));
    const button = create(
      "button",
      { type: "button", className: "tile small" },
      canvas,
      create("strong", {}, String(digit)),
    );
    button.ariaLabel = button.title = `Forget this ${digit}`;
    button.addEventListener("click", () => this.onForget(index));
    return button;
  }

  /** Says what came of learning. */
  tell({ accuracy, accuracyBefore, learned, milliseconds }: Lesson, examples: number): void {
    this.say(
      `Learned in ${(milliseconds / 1000).toFixed(1)} s. ${
        outcome(learned, examples)
      } Of 1,000 synthetic digits it reads ${percent(accuracy, 1)}; before it learned, ${
        percent(accuracyBefore, 1)
      }.`,
    );
  }

  /** Says something more, aloud too. */
  add(text: string): void {
    this.#lesson.append(` ${text}`);
  }

  /** Says something, aloud too. */
  say(text: string): void {
    this.#lesson.textContent = text;
  }
}

function outcome(learned: number, examples: number): string {
  if (learned < examples) {
    return `${learned} of ${examples} examples ${
      learned === 1 ? "is" : "are"
    } read as meant: more of the same kind help.`;
  }
  return examples === 1
    ? "Your example is read as you meant it."
    : `All ${examples} examples are read as you meant them.`;
}
