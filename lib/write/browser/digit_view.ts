import { CLASSES, PIXELS } from "lib/digits.ts";
import { percent } from "lib/format.ts";
import type { ReadDigit } from "lib/read/mod.ts";
import type { Explanation } from "../types.ts";
import { byId, create } from "./dom.ts";
import { candidates } from "./reading_view.ts";
import { paintImage, paintSaliency } from "./tile.ts";

const BLANK = new Float32Array(PIXELS);

interface Row {
  readonly row: HTMLElement;
  readonly bar: HTMLElement;
  readonly value: HTMLElement;
}

/** One digit in detail, and the buttons that say what it was meant to be. */
export class DigitView {
  /** Called when somebody says what the digit was meant to be. */
  onTeach: (digit: number) => void = () => {};
  readonly #section = byId("digit");
  readonly #seen = byId<HTMLCanvasElement>("seen");
  readonly #decided = byId<HTMLCanvasElement>("decided");
  readonly #rows: readonly Row[];
  readonly #buttons: readonly HTMLButtonElement[];

  constructor() {
    const digits = Array.from({ length: CLASSES }, (_, digit) => digit);
    this.#rows = [...digits, "none"].map((name) => {
      const [bar, value] = [create("span", { className: "bar" }), create("td")];
      const row = create(
        "tr",
        {},
        Object.assign(create("th", {}, String(name)), { scope: "row" }),
        create("td", {}, bar),
        value,
      );
      return { row, bar, value };
    });
    byId("probabilities").append(...this.#rows.map(({ row }) => row));
    this.#buttons = digits.map((digit) => {
      const button = create("button", { type: "button" }, String(digit));
      button.ariaLabel = `I meant ${digit}`;
      button.addEventListener("click", () => this.onTeach(digit));
      return button;
    });
    byId("meant").append(...this.#buttons);
  }

  /** Shows a digit; nothing where there is none. */
  show(digit: ReadDigit | undefined): void {
    this.#section.classList.toggle("empty", digit === undefined);
    byId("verdict").textContent = digit ? verdict(digit) : "Write something, and choose a digit.";
    for (const button of this.#buttons) button.disabled = digit === undefined;
    const image = digit?.image ?? BLANK;
    paintImage(this.#seen, image);
    paintSaliency(this.#decided, image, BLANK);
    const probabilities = new Float32Array(this.#rows.length);
    if (digit) {
      const known = [...digit.alternatives];
      if (digit.digit !== null) known.push({ ...digit, digit: digit.digit });
      for (const { digit, probability } of known) probabilities[digit] = probability;
    }
    this.#showProbabilities(probabilities);
  }

  /** Shows what decided, and all probabilities. */
  explain({ image }: ReadDigit, { probabilities, saliency }: Explanation): void {
    paintSaliency(this.#decided, image, saliency);
    this.#showProbabilities(probabilities);
  }

  #showProbabilities(probabilities: Float32Array): void {
    const best = Math.max(...probabilities);
    for (const [i, { row, bar, value }] of this.#rows.entries()) {
      const probability = probabilities[i] ?? 0;
      row.classList.toggle("best", probability === best && best > 0);
      bar.style.width = `${100 * probability}%`;
      value.textContent = best > 0 ? percent(probability, 1) : "";
    }
  }
}

function verdict({ digit, probability, alternatives }: ReadDigit): string {
  if (digit !== null) return `This is ${named(digit)}: ${percent(probability, 1)} sure.`;
  const guesses = candidates(alternatives)
    .map(({ digit, probability }) => `perhaps ${named(digit)} (${percent(probability, 0)})`);
  return guesses.length > 0 ? `Not sure: ${guesses.join(", ")}.` : "This is no digit.";
}

function named(digit: number): string {
  return digit === 8 ? "an 8" : `a ${digit}`;
}
