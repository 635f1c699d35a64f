import * as tf from "@tensorflow/tfjs";
import { transfer } from "comlink";
import { setWasmPaths } from "lib/backend/mod.ts";
import { drawDigits } from "lib/dataset/synthetic/mod.ts";
import { CLASSES, IMAGE_SIZE } from "lib/digits.ts";
import { inputSaliency } from "lib/model/saliency.ts";
import { MOST_SIDE } from "lib/read/image.ts";
import {
  type GrayImage,
  grayImage,
  loadReader,
  readDigits,
  type Reader,
  type ReadOptions,
} from "lib/read/mod.ts";
import type { Example, Explanation, Lesson, Parts, TimedReading } from "../types.ts";
import { Pupil } from "./pupil.ts";

/** Reads, explains and learns; lives in the worker, and is spoken to through Comlink. */
export class PageReader {
  #reader: Reader | undefined;
  #pupil: Pupil | undefined;
  #picture: GrayImage | undefined;
  /** Tells networks apart: SHA-256 of the weights, in hexadecimal. */
  network = "";

  /** Starts the engine and loads the network. */
  async start(parts: Parts): Promise<void> {
    const address = (bytes: Uint8Array<ArrayBuffer>): string =>
      URL.createObjectURL(new Blob([bytes], { type: "application/wasm" }));
    setWasmPaths({
      "relaxed-simd.wasm": address(parts["relaxed-simd.wasm"]),
      "simd.wasm": address(parts["simd.wasm"]),
    });
    await tf.setBackend("simd");
    const modelJson = JSON.parse(new TextDecoder().decode(parts["model.json"]));
    this.network = hexadecimal(await crypto.subtle.digest("SHA-256", parts["weights.bin"]));
    this.#reader = await loadReader(modelJson, parts["weights.bin"].buffer);
    this.#pupil = new Pupil(this.#reader.model);
    // The first reading compiles.
    const values = drawDigits(Uint8Array.of(8), 0).map((ink) => 255 - ink);
    await this.read({ width: IMAGE_SIZE, height: IMAGE_SIZE, values });
  }

  get #ready(): { reader: Reader; pupil: Pupil } {
    if (!this.#reader || !this.#pupil) throw new Error("The reader has not started.");
    return { reader: this.#reader, pupil: this.#pupil };
  }

  /** Reads what was written, black on white. */
  async read(image: GrayImage): Promise<TimedReading> {
    return await this.#readTimed(image, { isDrawing: true });
  }

  async #readTimed(image: GrayImage, options: ReadOptions): Promise<TimedReading> {
    const { reader: { classify, threshold } } = this.#ready;
    const start = performance.now();
    const reading = await readDigits(image, classify, { threshold, ...options });
    return { ...reading, milliseconds: performance.now() - start };
  }

  /**
   * Decodes a picture and turns it upright, as `deno task read` does.
   *
   * @returns The picture as it will be read and can be shown.
   */
  async openPicture(file: Blob): Promise<ImageBitmap> {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, MOST_SIDE / Math.max(bitmap.width, bitmap.height));
    const [width, height] = [bitmap.width, bitmap.height].map((side) =>
      Math.max(1, Math.round(side * scale))
    ) as [number, number];
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d")!;
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, width, height);
    bitmap.close();
    this.#picture = grayImage(context.getImageData(0, 0, width, height));
    const shown = canvas.transferToImageBitmap();
    return transfer(shown, [shown]);
  }

  /** Reads the picture that was opened last. */
  async readPicture(): Promise<TimedReading> {
    if (!this.#picture) throw new Error("No picture has been opened.");
    return await this.#readTimed(this.#picture, {});
  }

  /** Says why an image is read as it is. */
  async explain(image: Float32Array): Promise<Explanation> {
    const { reader } = this.#ready;
    const probabilities = await reader.classify(image);
    const best = probabilities.indexOf(Math.max(...probabilities.subarray(0, CLASSES)));
    return { probabilities, saliency: inputSaliency(reader.model, image, Uint8Array.of(best)) };
  }

  /** Draws the digits that keep the network from forgetting; leaves room for readings. */
  async prepare(): Promise<void> {
    await this.#ready.pupil.prepare();
  }

  /** Learns from examples alone, whatever it learned before. */
  async teach(examples: readonly Example[]): Promise<Lesson> {
    return await this.#ready.pupil.learn(examples);
  }

  /** Goes back to what a lesson taught, by its weights. */
  restore(weights: Float32Array): void {
    this.#ready.pupil.restore(weights);
  }
}

function hexadecimal(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
