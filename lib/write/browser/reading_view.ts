import { percent } from "lib/format.ts";
import type { Alternative, ReadDigit } from "lib/read/mod.ts";
import type { TimedReading } from "../types.ts";
import { byId, create } from "./dom.ts";
import { paintImage } from "./tile.ts";

/** How a digit is written: a question mark where the network is not sure. */
export function written({ digit }: ReadDigit): string {
  return String(digit ?? "?");
}

/** What a digit is, or could be, in a few words. */
function shortVerdict({ digit, probability, alternatives }: ReadDigit): string {
  if (digit !== null) return percent(probability, 0);
  const [first, second] = candidates(alternatives);
  if (!first) return "no digit";
  return second ? `${first.digit} or ${second.digit}` : `${first.digit}, perhaps`;
}

/** What an unsure digit could be: the most probable one or two, where they are worth a mention. */
export function candidates(alternatives: readonly Alternative[]): readonly Alternative[] {
  return alternatives.filter(({ probability }) => probability >= 0.05).slice(0, 2);
}

/** After this long without a change, what was read is said aloud, in milliseconds. */
const QUIET = 800;

/** The numbers that were read, and their digits to choose from. */
export class ReadingView {
  /** Called when somebody chooses a digit, by its place in the reading. */
  onSelect: (index: number) => void = () => {};
  readonly #lines = byId("lines");
  readonly #timing = byId("timing");
  readonly #announcement = byId("announcement");
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Shows a reading. */
  show(reading: TimedReading, selected: number): void {
    const hadFocus = this.#lines.contains(document.activeElement);
    let index = 0;
    this.#lines.replaceChildren(...reading.lines.map(({ digits }) =>
      create(
        "ol",
        { className: "line" },
        ...digits.map((digit) => create("li", {}, this.#tile(digit, index++, selected))),
      )
    ));
    if (hadFocus) this.#lines.querySelector<HTMLElement>("[aria-pressed='true']")?.focus();
    this.#timing.textContent = `Read in ${reading.milliseconds.toFixed(1)} ms` +
      (reading.turned === 0 ? "" : `, turned by ${reading.turned}°`);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#announce(reading), QUIET);
  }

  #tile(digit: ReadDigit, index: number, selected: number): HTMLButtonElement {
    const canvas = create("canvas", { ariaHidden: "true" });
    paintImage(canvas, digit.image);
    const isSure = digit.digit !== null;
    const verdict = shortVerdict(digit);
    const tile = create(
      "button",
      { type: "button", className: isSure ? "tile" : "tile unsure" },
      canvas,
      create("strong", {}, written(digit)),
      " ",
      create("small", {}, verdict),
    );
    tile.ariaPressed = String(index === selected);
    tile.addEventListener("click", () => this.onSelect(index));
    return tile;
  }

  #announce({ lines }: TimedReading): void {
    const unsure = lines.flatMap(({ digits }) => digits).filter(({ digit }) => digit === null)
      .length;
    const text = lines.map(({ digits }) => digits.map(written).join(" ")).join(", next line ");
    this.#announcement.textContent = text === ""
      ? ""
      : `Read: ${text}.${unsure > 0 ? ` ${unsure} unsure.` : ""}`;
  }
}
