import type { Remote } from "comlink";
import type { Box, ReadDigit } from "lib/read/mod.ts";
import type { Example, TimedReading } from "../types.ts";
import type { PageReader } from "../worker/page_reader.ts";
import { byId } from "./dom.ts";
import { DigitView } from "./digit_view.ts";
import { exportExamples, forget, importExamples, recall, remember } from "./hand.ts";
import { HandView } from "./hand_view.ts";
import { pictureOf, strokesBox } from "./ink.ts";
import { Pad } from "./pad.ts";
import { ReadingView, written } from "./reading_view.ts";

const NOTHING: TimedReading = { turned: 0, lines: [], milliseconds: 0 };
/** What decided is worked out after this long without a change, in milliseconds. */
const QUIET = 150;

/** From a place in what was read to the same place on the pad: `pad = read * scale + origin`. */
interface Frame {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

/** What happens on the page: ink and pictures are read, digits are chosen, hands are learned. */
export class Session {
  readonly #reader: Remote<PageReader>;
  readonly #pad: Pad;
  readonly #readingView = new ReadingView();
  readonly #digitView = new DigitView();
  readonly #handView = new HandView();
  #hasPicture = false;
  #reading = NOTHING;
  #frame: Frame = { scale: 1, left: 0, top: 0 };
  #selected = -1;
  #examples: readonly Example[] = [];
  #isReading = false;
  #isStale = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(reader: Remote<PageReader>, pad: Pad) {
    this.#reader = reader;
    this.#pad = pad;
    pad.onChange = () => void this.#read();
    this.#readingView.onSelect = (index) => this.#select(index);
    this.#digitView.onTeach = (digit) => void this.#teach(digit);
    this.#handView.onForget = (index) =>
      void this.#learn(this.#examples.filter((_, i) => i !== index));
    byId("undo").addEventListener("click", () => pad.undo());
    byId("clear").addEventListener("click", () => this.clear());
    byId("reset").addEventListener("click", () => void this.#learn([]));
    byId("export").addEventListener("click", () => this.#export());
    this.#handView.show([]);
  }

  /** Takes up what was remembered, then reads what is there already. */
  async start(): Promise<void> {
    try {
      const hand = await recall();
      if (hand && hand.network === await this.#reader.network) {
        await this.#reader.restore(hand.weights);
        this.#examples = hand.examples;
        this.#handView.show(hand.examples);
        this.#handView.say(`Your hand is remembered: ${count(hand.examples)}.`);
      } else if (hand) {
        await this.#learn(hand.examples);
      }
    } catch {
      this.#handView.say(NOT_REMEMBERED);
    }
    await this.#read();
    await this.#reader.prepare();
  }

  /** Empties the pad. */
  clear(): void {
    this.#hasPicture = false;
    this.#pad.clear();
  }

  /** Shows a picture and reads it. */
  async open(picture: File): Promise<void> {
    try {
      const bitmap = await this.#reader.openPicture(picture);
      this.#hasPicture = true;
      this.#pad.show(bitmap);
    } catch {
      byId("problem").textContent = `${picture.name} is no picture that this browser can show.`;
    }
  }

  /** Takes examples from a file. */
  async import(file: File): Promise<void> {
    try {
      await this.#learn(importExamples(await file.text()));
    } catch (error) {
      this.#handView.say(`${file.name}: ${(error as Error).message}`);
    }
  }

  /** Reads what is there until nothing has changed meanwhile. */
  async #read(): Promise<void> {
    this.#isStale = true;
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#isStale) {
        this.#isStale = false;
        await this.#readOnce();
      }
      byId("problem").textContent = "";
    } catch (error) {
      byId("problem").textContent = (error as Error).message;
    } finally {
      this.#isReading = false;
    }
  }

  async #readOnce(): Promise<void> {
    const { strokes } = this.#pad;
    if (this.#hasPicture) {
      this.#reading = await this.#reader.readPicture();
      this.#frame = this.#pad.pictureFrame();
    } else if (strokes.length > 0) {
      const { image, scale, left, top } = pictureOf(strokes);
      this.#reading = await this.#reader.read(image);
      this.#frame = { scale: 1 / scale, left, top };
    } else {
      this.#reading = NOTHING;
    }
    document.body.classList.toggle("has-picture", this.#hasPicture);
    document.body.classList.toggle("is-blank", !this.#hasPicture && strokes.length === 0);
    this.#select(this.#newest());
  }

  get #digits(): readonly ReadDigit[] {
    return this.#reading.lines.flatMap(({ digits }) => digits);
  }

  #onPad({ left, top, width, height }: Box): Box {
    const frame = this.#frame;
    return {
      left: left * frame.scale + frame.left,
      top: top * frame.scale + frame.top,
      width: width * frame.scale,
      height: height * frame.scale,
    };
  }

  /** The digit that was written last, by its place; that of a picture is its first. */
  #newest(): number {
    const stroke = this.#pad.strokes.at(-1);
    if (!stroke) return this.#digits.length > 0 ? 0 : -1;
    const { left, top, right, bottom } = strokesBox([stroke]);
    const distances = this.#digits.map(({ box }) => {
      const place = this.#onPad(box);
      return Math.hypot(
        place.left + place.width / 2 - (left + right) / 2,
        place.top + place.height / 2 - (top + bottom) / 2,
      );
    });
    return distances.indexOf(Math.min(...distances));
  }

  #select(index: number): void {
    this.#selected = index;
    const digits = this.#digits;
    this.#pad.mark(digits.map((digit, i) => ({
      box: this.#onPad(digit.box),
      text: written(digit),
      isSure: digit.digit !== null,
      isSelected: i === index,
    })));
    this.#readingView.show(this.#reading, index);
    const digit = digits[index];
    this.#digitView.show(digit);
    clearTimeout(this.#timer);
    if (digit) this.#timer = setTimeout(() => void this.#explain(digit), QUIET);
  }

  async #explain(digit: ReadDigit): Promise<void> {
    const explanation = await this.#reader.explain(digit.image);
    if (this.#digits[this.#selected] === digit) this.#digitView.explain(digit, explanation);
  }

  async #teach(meant: number): Promise<void> {
    const digit = this.#digits[this.#selected];
    if (!digit) return;
    const image = Uint8Array.from(digit.image, (ink) => Math.round(255 * ink));
    await this.#learn([...this.#examples, { digit: meant, image }]);
  }

  /** Learns a hand by its examples, and remembers it. */
  async #learn(examples: readonly Example[]): Promise<void> {
    this.#examples = examples;
    this.#handView.show(examples);
    this.#handView.say(examples.length > 0 ? "Learning…" : "");
    try {
      const lesson = await this.#reader.teach(examples);
      // Somebody may have taught it more meanwhile.
      if (this.#examples !== examples) return;
      if (examples.length > 0) this.#handView.tell(lesson, examples.length);
      else this.#handView.say("What was learned is forgotten.");
      await this.#remember(lesson.weights);
    } catch (error) {
      this.#handView.say(`Nothing was learned: ${(error as Error).message}`);
    }
    await this.#readAgain();
  }

  async #remember(weights: Float32Array): Promise<void> {
    const examples = this.#examples;
    try {
      if (examples.length === 0) await forget();
      else await remember({ examples, weights, network: await this.#reader.network });
    } catch {
      this.#handView.add(NOT_REMEMBERED);
    }
  }

  /** Reads with what was learned, and goes on with the same digit. */
  async #readAgain(): Promise<void> {
    const selected = this.#selected;
    await this.#read();
    if (selected < this.#digits.length) this.#select(selected);
  }

  #export(): void {
    const text = exportExamples(this.#examples);
    const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    Object.assign(document.createElement("a"), { href: address, download: "my-hand.json" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }
}

const NOT_REMEMBERED =
  "This browser keeps nothing for this page: what it learns lasts until you close it. Export it to keep it.";

function count({ length }: readonly unknown[]): string {
  return length === 1 ? "1 example" : `${length} examples`;
}
